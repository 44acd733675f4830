import Documents
import Glibc
import Linux
import Support

/// What a node says about itself: what it has, how it is, that it still lives.
struct NodeReport {
  let name: String
  /// Where others reach the node's ports: the machine's own address, which a laptop gets anew now and then.
  private(set) var address = NodeReport.hostAddress
  /// The addresses of its pods.
  let range: String
  /// Where pods write: what fits there is what they can have together.
  let storage: String
  static let leasePeriod: Int64 = 10_000_000_000

  init(name: String, range: String, storage: String) {
    self.name = name
    self.range = range
    self.storage = storage
  }

  /// A machine that is connected to nothing has only its loopback.
  private static var hostAddress: String {
    HostAddress.current.map(\.description) ?? "127.0.0.1"
  }

  /// What the node has.
  var capacity: [String: Quantity] {
    var memory = Quantity(Int(clamping: SystemUsage.memory() / 1024) * 1024, format: .binary)
    memory.nano -= memory.nano % (1024 * 1_000_000_000)
    var result = [
      "cpu": Quantity(SystemUsage.processors), "memory": memory, "pods": Quantity(110),
    ]
    if let disk = SystemUsage.disk(at: storage) {
      result["ephemeral-storage"] = Quantity(Int(clamping: disk / 1024) * 1024, format: .binary)
    }
    return result
  }

  /// What pods can ask for: the last tenth of the disk is not theirs.
  var allocatable: [String: Quantity] {
    var result = capacity
    if let disk = result["ephemeral-storage"] {
      result["ephemeral-storage"] = Quantity(disk.units / 10 * 9)
    }
    return result
  }

  /// The object, as it is made when there is none.
  var object: JSONValue {
    let labels = [
      "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
      "kubernetes.io/arch": KubeVersion.platform.split(separator: "/").last.map(String.init) ?? "",
      "beta.kubernetes.io/os": "linux", "node-role.kubernetes.io/control-plane": "",
    ]
    return [
      "apiVersion": "v1", "kind": "Node",
      "metadata": ["name": .string(name), "labels": JSONValue(map: labels)],
      "spec": ["podCIDR": .string(range), "podCIDRs": [.string(range)]],
    ]
  }

  /// The status, on top of the one that was reported before.
  func status(of node: JSONValue, now: Int64) -> JSONValue {
    var node = node
    let time = RFC3339.text(now / 1_000_000_000 * 1_000_000_000)
    node.set("status", "capacity", to: JSONValue(map: capacity.mapValues(\.description)))
    node.set("status", "allocatable", to: JSONValue(map: allocatable.mapValues(\.description)))
    node.set(
      "status", "addresses",
      to: [
        ["type": "InternalIP", "address": .string(address)],
        ["type": "Hostname", "address": .string(name)],
      ])
    let beat: [(String, JSONValue)] = [("lastHeartbeatTime", .string(time))]
    let fine = [
      ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
      ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
      ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ]
    for (type, reason, message) in fine {
      Conditions.set(
        &node, type, status: false, reason: reason, message: message, now: time, extra: beat)
    }
    Conditions.set(
      &node, "Ready", status: true, reason: "KubeletReady",
      message: "kubelet is posting ready status", now: time, extra: beat)
    node.set("status", "nodeInfo", to: Self.info)
    node.set("status", "daemonEndpoints", to: ["kubeletEndpoint": ["Port": 0]])
    return node["status"] ?? [:]
  }

  private static var info: JSONValue {
    func line(_ path: String) -> String {
      ((try? File.text(path)) ?? "").split(separator: "\n").first.map(String.init) ?? ""
    }
    let release =
      ((try? File.text("/etc/os-release")) ?? "").split(separator: "\n")
      .first { $0.hasPrefix("PRETTY_NAME=") }?.dropFirst(12).filter { $0 != "\"" } ?? "Linux"
    var names = utsname()
    uname(&names)
    let kernel = withUnsafeBytes(of: names.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return [
      "machineID": .string(line("/etc/machine-id")), "systemUUID": .string(line("/etc/machine-id")),
      "bootID": .string(line("/proc/sys/kernel/random/boot_id")),
      "kernelVersion": .string(kernel), "osImage": .string(String(release)),
      "containerRuntimeVersion": "dklab://1.0.0", "kubeletVersion": .string(KubeVersion.text),
      "kubeProxyVersion": .string(KubeVersion.text), "operatingSystem": "linux",
      "architecture": .string(
        KubeVersion.platform.split(separator: "/").last.map(String.init) ?? ""),
    ]
  }

  /// Registers the node and reports its state; returns the node.
  mutating func register(_ client: LocalClient, now: Int64) throws -> JSONValue {
    address = Self.hostAddress
    let path = "/api/v1/nodes/\(name)"
    var answer = try client.request("GET", path)
    if answer.status == 404 {
      answer = try client.request("POST", "/api/v1/nodes", object)
    }
    let status = status(of: answer.body, now: now)
    _ = try client.request(
      "PATCH", path + "/status", ["status": status], type: PatchKind.merge.rawValue)
    try renewLease(client, now: now)
    return answer.body
  }

  /// Says that the node still lives.
  func renewLease(_ client: LocalClient, now: Int64) throws {
    let path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
    let spec: JSONValue = [
      "holderIdentity": .string(name), "leaseDurationSeconds": 40,
      "renewTime": .string(GoTime.micro(now / 1_000_000_000, now / 1000 % 1_000_000)),
    ]
    let answer = try client.request(
      "PATCH", "\(path)/\(name)", ["spec": spec], type: PatchKind.merge.rawValue)
    guard answer.status == 404 else { return }
    _ = try client.request(
      "POST", path,
      [
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": ["name": .string(name), "namespace": "kube-node-lease"], "spec": spec,
      ])
  }
}
