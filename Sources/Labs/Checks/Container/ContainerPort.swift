import Support

/// `container.port: {name: web1, port: 80, host: 8080}`
struct ContainerPort: CheckType {
  static let type = "container.port"
  let name: String
  let port: Int
  let host: Int?
  let proto: String
  let address: String?

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    port = fields.requiredInteger("port")
    host = fields.integer("host")
    proto = fields.string("protocol") ?? "tcp"
    address = fields.string("address")
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    guard let host else {
      return Text(
        "port \(port) of container `\(name)` is published",
        ko: "`\(name)` 컨테이너의 \(port) 포트가 공개되어 있습니다")
    }
    return Text(
      "port \(host) of the host leads to port \(port) of container `\(name)`",
      ko: "호스트의 \(host) 포트가 `\(name)` 컨테이너의 \(port) 포트로 이어집니다")
  }

  var probes: [Probe] { host.map { [.portHolder($0)] } ?? [] }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let container = snapshot.container(name) else {
      return .fail(MissingContainer.failure(name, expected: sentence, in: snapshot))
    }
    let bindings = container.bindings
    let match = bindings.first { binding in
      binding.containerPort == port && binding.proto == proto
        && (host == nil || binding.hostPort == host)
        && (address == nil || binding.address == address)
    }
    let list = bindings.map { binding in
      (binding.address.isEmpty ? "" : binding.address + ":")
        + "\(binding.hostPort)->\(binding.containerPort)/\(binding.proto)"
    }.joined(separator: ", ")
    let found =
      list.isEmpty
      ? Text("no published port", ko: "공개된 포트가 없음") : Text("`\(list)`", ko: "`\(list)`")
    guard match == nil else { return .pass(found: found) }
    return .fail(
      Failure(
        expected: sentence, found: found,
        causes: PublishedPort.causes(container, port: port, host: host, address: address)
          + unstarted(container, snapshot),
        look: "docker port \(name)"))
  }

  /// A container that could not start for want of its port says so here too.
  private func unstarted(_ container: ContainerView, _ snapshot: Snapshot) -> [Cause] {
    container.status == "created" ? StoppedContainer.causes(container, in: snapshot) : []
  }
}
