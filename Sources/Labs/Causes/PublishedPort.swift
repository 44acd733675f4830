import Support

/// Why a container's port cannot be reached where it should be.
enum PublishedPort {
  /// Why `container` does not publish its `port` at the host's `host`.
  static func causes(
    _ container: ContainerView, port: Int, host: Int?, address: String? = nil
  ) -> [Cause] {
    let bindings = container.bindings
    if let address, let other = bindings.first(where: { $0.containerPort == port }),
      host == nil || other.hostPort == host, other.address != address
    {
      let bound = other.address.isEmpty ? "0.0.0.0" : other.address
      return [
        Cause(
          "port.other-address", "it is published at \(bound), not at \(address)",
          ko: "\(address)이(가) 아니라 \(bound)에 공개되어 있습니다")
      ]
    }
    guard !bindings.isEmpty else { return [notPublished(container)] }
    let all = bindings.map { "\($0.hostPort)->\($0.containerPort)" }.joined(separator: ", ")
    if let host, bindings.contains(where: { $0.hostPort == port && $0.containerPort == host }) {
      return [reversed(host: port, container: host)]
    }
    if let swapped = bindings.first(where: { $0.hostPort == port && $0.containerPort != port }) {
      return [reversed(host: port, container: swapped.containerPort)]
    }
    if let host, let other = bindings.first(where: { $0.hostPort == host }) {
      return [otherContainerPort(other)]
    }
    if let other = bindings.first(where: { $0.containerPort == port }) {
      return [
        Cause(
          "port.other-host-port", "its port \(port) is published at \(other.hostPort) of the host",
          ko: "컨테이너의 \(port) 포트는 호스트의 \(other.hostPort)에 공개되어 있습니다")
      ]
    }
    return [
      Cause(
        "port.other-container-port", "it publishes other ports: \(all)",
        ko: "다른 포트를 공개하고 있습니다: \(all)")
    ]
  }

  /// Why nothing answers at the host's `port`.
  static func causes(forHost port: Int, in snapshot: Snapshot) -> [Cause] {
    let containers = snapshot.allContainers
    func publisher(_ running: Bool) -> ContainerView? {
      containers.first { container in
        container.isRunning == running && container.bindings.contains { $0.hostPort == port }
      }
    }
    if let container = publisher(true) {
      return nothingListens(container, port)
    }
    if let container = publisher(false) {
      return [
        Cause(
          "port.not-running", "`\(container.name)` publishes it and is \(container.status)",
          ko: "이 포트를 공개하는 `\(container.name)`이(가) \(container.status) 상태입니다")
      ] + StoppedContainer.causes(container, in: snapshot)
    }
    if let container = containers.first(where: { container in
      container.bindings.contains { $0.containerPort == port }
    }), let binding = container.bindings.first(where: { $0.containerPort == port }) {
      return [reversed(host: binding.hostPort, container: port)]
    }
    let refused = snapshot.tries.last { event in
      event.kind == "command.refuse" && event.words.contains { $0.contains("\(port):") }
    }
    if let refused { return Refusal.causes(refused, in: snapshot) }
    guard let newest = containers.first(where: \.isRunning) else {
      return [
        Cause(
          "port.not-published", "no container is running", ko: "실행 중인 컨테이너가 없습니다")
      ]
    }
    if newest.bindings.isEmpty { return [notPublished(newest)] }
    let other = newest.bindings[0]
    return [
      Cause(
        "port.other-host-port",
        "no container publishes \(port); `\(newest.name)` publishes \(other.hostPort)",
        ko: "\(port)을(를) 공개하는 컨테이너가 없습니다. `\(newest.name)`은(는) \(other.hostPort)을(를) 공개합니다")
    ]
  }

  private static func nothingListens(_ container: ContainerView, _ port: Int) -> [Cause] {
    guard let binding = container.bindings.first(where: { $0.hostPort == port }) else { return [] }
    let exposed = container.exposedPorts
    var causes: [Cause] = []
    if !exposed.isEmpty, !exposed.contains(binding.containerPort) {
      causes.append(otherContainerPort(binding))
      if exposed.contains(port) { causes.append(reversed(host: port, container: port)) }
    }
    causes.append(
      Cause(
        "port.nothing-listens",
        "nothing in `\(container.name)` listens on \(binding.containerPort)",
        ko: "`\(container.name)` 안에서 \(binding.containerPort) 포트를 여는 프로그램이 없습니다"))
    return causes
  }

  private static func notPublished(_ container: ContainerView) -> Cause {
    let exposed = container.exposedPorts.map(String.init).joined(separator: ", ")
    guard !exposed.isEmpty else {
      return Cause(
        "port.not-published", "`\(container.name)` was run without `-p` and publishes no port",
        ko: "`\(container.name)`은(는) `-p` 없이 실행되어 공개한 포트가 없습니다")
    }
    return Cause(
      "port.not-published",
      "`\(container.name)` was run without `-p`; EXPOSE (\(exposed)) alone publishes nothing",
      ko: "`\(container.name)`은(는) `-p` 없이 실행되었습니다. EXPOSE(\(exposed))만으로는 공개되지 않습니다")
  }

  private static func reversed(host: Int, container: Int) -> Cause {
    Cause(
      "port.reversed",
      "the two ports of `-p \(host):\(container)` are the wrong way round: host first",
      ko: "`-p \(host):\(container)`의 두 포트가 뒤바뀌었습니다. 호스트 포트가 먼저입니다")
  }

  private static func otherContainerPort(_ binding: ContainerView.Binding) -> Cause {
    Cause(
      "port.other-container-port",
      "port \(binding.hostPort) of the host leads to \(binding.containerPort) of the container",
      ko: "호스트의 \(binding.hostPort) 포트는 컨테이너의 \(binding.containerPort)(으)로 이어집니다")
  }
}
