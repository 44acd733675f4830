import Engine
import Linux
import Networks
import Support

/// The way of a packet through a network, drawn: `network inspect --explain`.
struct NetworkPath {
  let engine: Engine
  let network: NetworkRecord

  func lines() throws -> [String] {
    switch network.config.driver {
    case "host": return host.map { $0() }
    case "null": return none.map { $0() }
    default: return try bridge()
    }
  }

  private var host: [Text] {
    [
      Text(
        "network host: containers use the machine's own interfaces; nothing lies between.",
        ko: "네트워크 host: 컨테이너가 이 컴퓨터의 인터페이스를 그대로 씁니다. 사이에 아무것도 없습니다.")
    ]
  }

  private var none: [Text] {
    [
      Text(
        "network none: a container has only lo; no packet leaves it.",
        ko: "네트워크 none: 컨테이너에 lo밖에 없습니다. 어떤 패킷도 나가지 못합니다.")
    ]
  }

  private func bridge() throws -> [String] {
    guard let bridge = network.bridge else { return [] }
    var lines: [String] = []
    func say(_ english: String, _ korean: String) { lines.append(Text(english, ko: korean)()) }
    say(
      "network \(network.name): bridge \(bridge.interface), \(bridge.subnet), gateway \(bridge.gateway)",
      "네트워크 \(network.name): 브리지 \(bridge.interface), \(bridge.subnet), 게이트웨이 \(bridge.gateway)")
    lines.append("")
    let members = try engine.containers(on: network).compactMap { record in
      record.state.networks.first { $0.networkID == network.id }?.endpoint.map { (record, $0) }
    }.sorted { $0.1.address < $1.1.address }
    if members.isEmpty {
      say("  (no container runs on it)", "  (실행 중인 컨테이너가 없습니다)")
    }
    let width = members.map { "\($0.0.name) \($0.1.interface) \($0.1.address)".count }.max() ?? 0
    for (index, (record, endpoint)) in members.enumerated() {
      let left = "\(record.name) \(endpoint.interface) \(endpoint.address)"
      let padding = String(repeating: " ", count: width - left.count)
      let corner =
        members.count == 1 ? "─" : index == 0 ? "┐" : index == members.count - 1 ? "┘" : "┤"
      let tail = index == 0 ? " \(bridge.interface) \(bridge.gateway)" : ""
      lines.append("  \(left)\(padding) ── \(endpoint.hostInterface) ──\(corner)\(tail)")
    }
    lines.append("")
    lines += try ways(bridge, members).map { "  " + $0() }
    return lines
  }

  private func ways(
    _ bridge: BridgeConfiguration, _ members: [(ContainerRecord, Endpoint)]
  ) throws -> [Text] {
    var result = [
      Text(
        "to a neighbour: eth → veth → \(bridge.interface) → veth → eth; it is switched, not routed, and "
          + "keeps its source address",
        ko: "이웃 컨테이너로: eth → veth → \(bridge.interface) → veth → eth. 라우팅 없이 스위칭되고 출발지 주소가 그대로입니다"
      )
    ]
    result.append(
      network.resolvesNames
        ? Text(
          "by name: the question goes to \(NameServer.addressText) inside the container, which "
            + "its monitor answers; other names go on to the host's resolver",
          ko: "이름으로: 컨테이너 안의 \(NameServer.addressText)에 묻고, 모니터가 대답합니다. 다른 이름은 호스트의 리졸버로 넘깁니다")
        : Text(
          "by name: not on this network; make one with `dklab network create`",
          ko: "이름으로: 이 네트워크에서는 되지 않습니다. `dklab network create`로 만드세요"))
    let others = try engine.networks().filter { $0.bridge != nil && $0.id != network.id }
    if !others.isEmpty {
      let names = others.map(\.name).joined(separator: ", ")
      result.append(
        Text(
          "to another network (\(names)): a routing rule of \(bridge.interface) says unreachable",
          ko: "다른 네트워크(\(names))로: \(bridge.interface)의 라우팅 규칙이 도달할 수 없다고 답합니다"))
    }
    result.append(outward(bridge))
    for (record, endpoint) in members where endpoint.isDefaultRoute {
      for port in record.state.ports {
        result.append(
          Text(
            "in: \(port.hostIP):\(port.hostPort) on the host → the monitor of \(record.name) (a socket "
              + "in both networks) → \(endpoint.address):\(port.containerPort)",
            ko:
              "안으로: 호스트의 \(port.hostIP):\(port.hostPort) → \(record.name)의 모니터(두 네트워크에 소켓을 둔 프로세스) → "
              + "\(endpoint.address):\(port.containerPort)"))
      }
    }
    return result
  }

  private func outward(_ bridge: BridgeConfiguration) -> Text {
    if bridge.isInternal {
      return Text(
        "out: no way; the network is internal, its containers have no default route",
        ko: "밖으로: 길이 없습니다. internal 네트워크라 컨테이너에 기본 경로가 없습니다")
    }
    let status = engine.network.uplinkStatus()
    guard status.isConnected else {
      return Text(
        "out: default route → \(bridge.gateway), and there it ends: no uplink",
        ko: "밖으로: 기본 경로 → \(bridge.gateway). 업링크가 없어 거기서 끝납니다")
    }
    return Text(
      "out: default route → \(bridge.gateway) → uplink0 (source address translated) → host "
        + "(\(status.kind.rawValue)) → world",
      ko: "밖으로: 기본 경로 → \(bridge.gateway) → uplink0(출발지 주소 변환) → 호스트(\(status.kind.rawValue)) → 바깥")
  }
}
