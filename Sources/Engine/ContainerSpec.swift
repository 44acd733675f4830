import Images
import Linux
import Networks
import Runtime
import Support

/// What a container was asked to be: the flags of `docker run`, with the image's configuration
/// already merged in. After `create` only `update` changes it; what happens to the container is in
/// `ContainerState`.
package struct ContainerSpec: Sendable, Codable, Equatable {
  /// The image as it was named.
  package var image: String
  /// User, environment, entry point, command, labels …: the image's, with what was asked for.
  package var config: ContainerConfig
  package var hostname: String?
  package var domainname: String?
  package var tty = false
  package var openStdin = false
  package var stdinOnce = false
  package var attachStdin = false
  package var attachStdout = false
  package var attachStderr = false
  /// Seconds; nil is Docker's 10.
  package var stopTimeout: Int?
  package var host = HostConfig()
  /// What it wants of the networks it starts in; `host.networkMode` names the first.
  package var networks: [EndpointWish] = []

  package init(image: String, config: ContainerConfig = ContainerConfig()) {
    self.image = image
    self.config = config
  }

  /// The signal that asks the program to end.
  package var stopSignal: Signal {
    config.stopSignal.flatMap { try? Signal(parsing: $0) } ?? .terminate
  }
}

/// What a container gets from the host: `HostConfig` of `docker inspect`.
package struct HostConfig: Sendable, Codable, Equatable {
  /// `-v` values as given, for `inspect`.
  package var binds: [String] = []
  package var mounts: [MountWish] = []
  package var volumesFrom: [String] = []
  package var ports: [PortRequest] = []
  package var publishAllPorts = false
  /// `default`, `bridge`, `none`, `host`, `container:NAME` or a network's name.
  package var networkMode = "default"
  package var restart = RestartPolicy.no
  package var autoRemove = false
  package var privileged = false
  package var readonlyRootfs = false
  package var usesInit = false
  package var capAdd: [String] = []
  package var capDrop: [String] = []
  package var securityOptions: [String] = []
  package var groupAdd: [String] = []
  package var devices: [DeviceWish] = []
  package var ulimits: [SpecRlimit] = []
  package var sysctls: [String: String] = [:]
  package var dns: [String] = []
  package var dnsSearch: [String] = []
  package var dnsOptions: [String] = []
  package var extraHosts: [String] = []
  package var pidMode = ""
  package var ipcMode = ""
  package var utsMode = ""
  /// `host` leaves the container among the host's users, whatever the engine's setting.
  package var usernsMode: String?
  /// The engine's setting when the container was created.
  package var remap: UserRemap?
  package var shmSize: Int64 = 64 << 20
  package var memory: Int64 = 0
  package var memoryReservation: Int64 = 0
  package var memorySwap: Int64 = 0
  package var nanoCpus: Int64 = 0
  package var cpuShares: Int64 = 0
  package var cpuQuota: Int64 = 0
  package var cpuPeriod: Int64 = 0
  package var cpusetCpus = ""
  package var cpusetMems = ""
  package var pidsLimit: Int64 = 0
  /// 10 to 1000; nil is not set.
  package var blkioWeight: UInt16?
  package var blockDevices: [BlockDeviceLimit]?
  /// Devices that it may open besides: `c 1:3 rwm`, with `*` for any number.
  package var deviceRules: [String]?
  /// 0 to 100; nil is the machine's.
  package var memorySwappiness: Int64?
  package var annotations: [String: String]?
  package var oomScoreAdj = 0
  package var oomKillDisable = false
  /// nil is json-file.
  package var logDriver: String?
  package var logOptions: [String: String]?

  package init() {}
}

/// One `-v`, `--mount` or `--tmpfs`.
package struct MountWish: Sendable, Codable, Equatable {
  package enum Kind: String, Sendable, Codable { case bind, volume, tmpfs }

  package var kind: Kind
  /// The host path, or the volume's name; nil for an anonymous volume or a tmpfs.
  package var source: String?
  package var target: String
  package var readOnly = false
  /// `-v` makes a missing host directory; `--mount` refuses.
  package var createsSource = false
  package var propagation: String?
  /// What stands at the target in the image is copied into a new volume, unless this is set.
  package var noCopy = false
  /// tmpfs options: `size=64m`, `mode=1777`.
  package var options: [String] = []
  /// `--mount`: a path inside the volume, labels and driver options of a volume that has to be made.
  package var subpath: String?
  package var labels: [String: String]?
  package var volumeOptions: [String: String]?
  /// `bind-recursive`: `enabled`, `disabled`, `writable` or `readonly`.
  package var recursion: String?
  /// From `--mount` rather than `-v` or `--tmpfs`: `inspect` shows it elsewhere.
  package var isLongForm = false

  package init(kind: Kind, source: String?, target: String) {
    self.kind = kind
    self.source = source
    self.target = target
  }
}

/// One `--device`.
package struct DeviceWish: Sendable, Codable, Equatable {
  package var hostPath: String
  package var containerPath: String
  /// Letters out of `rwm`.
  package var access: String

  package init(hostPath: String, containerPath: String, access: String) {
    self.hostPath = hostPath
    self.containerPath = containerPath
    self.access = access
  }

  /// What it means on this machine, now. Throws `DklabError` `device.not-found`, `device.mode`.
  func resolve() throws -> [DeviceRequest.Found] {
    guard let allowed = access.isEmpty ? .everything : DeviceRule.Access(letters: access) else {
      throw DklabError(
        .invalid, id: "device.mode",
        Text("bad mode specified: \(access)", ko: "잘못된 접근 모드입니다: \(access)"), exitStatus: 125)
    }
    return try DeviceRequest(
      hostPath: hostPath, containerPath: containerPath, access: allowed
    ).resolve()
  }
}
