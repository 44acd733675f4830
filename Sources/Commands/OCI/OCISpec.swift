import Documents
import Glibc
import Linux
import Support

/// `spec`: a config.json to start from.
enum OCISpec {
  static let spec = OCIVerb(
    name: "spec", synopsis: "[OPTIONS]",
    abstract: Text("Write a config.json to start from", ko: "시작점이 될 config.json을 씁니다"),
    count: 0...0,
    flags: ["b bundle=", "rootless"]
  ) { line, _ in
    let directory = line.value("bundle") ?? "."
    let path = "\(directory)/config.json"
    guard !File.exists(path) else {
      throw DklabError(
        .exists, id: "oci.spec-exists",
        Text("\(path) exists: remove it first", ko: "\(path)이(가) 이미 있습니다. 먼저 지우세요"))
    }
    let text = document(rootless: line.isOn("rootless")).text(indentation: 2) + "\n"
    try File.replace(path, text, durable: false)
    return 0
  }

  /// A shell at a terminal, on a read-only rootfs, with hardly any capability. `rootless` is for who
  /// is not root: with a user namespace in which they are, and without what they may not do.
  static func document(rootless: Bool) -> JSONValue {
    let capabilities: JSONValue = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
    let kinds =
      ["pid"] + (rootless ? [] : ["network"]) + ["ipc", "uts", "mount", "cgroup"]
      + (rootless ? ["user"] : [])
    var linux: JSONValue = [
      "namespaces": .array(kinds.map { ["type": .string($0)] }),
      "maskedPaths": [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware",
        "/proc/scsi",
      ],
      "readonlyPaths": [
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
      ],
    ]
    if rootless {
      linux["uidMappings"] = [mapping(Int64(getuid()))]
      linux["gidMappings"] = [mapping(Int64(getgid()))]
    } else {
      linux["resources"] = ["devices": [["allow": false, "access": "rwm"]]]
    }
    return [
      "ociVersion": .string(OCIFeatures.highest),
      "process": [
        "terminal": true, "user": ["uid": 0, "gid": 0], "args": ["sh"],
        "env": [
          "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm",
        ],
        "cwd": "/",
        "capabilities": [
          "bounding": capabilities, "effective": capabilities, "permitted": capabilities,
        ],
        "rlimits": [["type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024]],
        "noNewPrivileges": true,
      ],
      "root": ["path": "rootfs", "readonly": true], "hostname": "dklab",
      "mounts": .array(mounts(rootless: rootless)), "linux": linux,
    ]
  }

  private static func mapping(_ id: Int64) -> JSONValue {
    ["containerID": 0, "hostID": .integer(id), "size": 1]
  }

  private static func mounts(rootless: Bool) -> [JSONValue] {
    func mount(_ target: String, _ type: String, _ source: String, _ options: [String])
      -> JSONValue
    {
      var result: JSONValue = [
        "destination": .string(target), "type": .string(type), "source": .string(source),
      ]
      if !options.isEmpty { result["options"] = .array(options.map { .string($0) }) }
      return result
    }
    let closed = ["nosuid", "noexec", "nodev"]
    return [
      mount("/proc", "proc", "proc", []),
      mount("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      mount(
        "/dev/pts", "devpts", "devpts",
        ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
          + (rootless ? [] : ["gid=5"])),
      mount("/dev/shm", "tmpfs", "shm", closed + ["mode=1777", "size=65536k"]),
      mount("/dev/mqueue", "mqueue", "mqueue", closed),
      rootless
        ? mount("/sys", "none", "/sys", ["rbind"] + closed + ["ro"])
        : mount("/sys", "sysfs", "sysfs", closed + ["ro"]),
      mount("/sys/fs/cgroup", "cgroup", "cgroup", closed + ["relatime", "ro"]),
    ]
  }
}
