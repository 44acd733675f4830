import Support

/// `tcp.open: 8080`
struct TCPOpen: CheckType {
  static let type = "tcp.open"
  static let shorthand: String? = "port"
  let port: Int
  let address: String

  init(_ fields: inout Fields) {
    port = fields.requiredInteger("port")
    address = fields.string("address") ?? "127.0.0.1"
  }

  var sentence: Text {
    Text("\(address):\(port) accepts connections", ko: "\(address):\(port)이(가) 연결을 받습니다")
  }

  private var probe: Probe { .tcp(address: address, port: port) }
  var probes: [Probe] { [probe, .portHolder(port)] }
  var patience: Duration { .seconds(2) }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch snapshot.result(probe) {
    case .open: return .pass(found: Text("open", ko: "열림"))
    case .failed(let reason): return .error(reason)
    case .nothing(let reason):
      return .fail(
        Failure(
          expected: sentence, found: Text(reason, ko: reason),
          causes: PublishedPort.causes(forHost: port, in: snapshot), look: "docker ps"))
    default: return .error(Text("the port could not be tried", ko: "포트를 확인할 수 없습니다"))
    }
  }
}

/// `tcp.closed: 8080`
struct TCPClosed: CheckType {
  static let type = "tcp.closed"
  static let shorthand: String? = "port"
  let port: Int
  let address: String

  init(_ fields: inout Fields) {
    port = fields.requiredInteger("port")
    address = fields.string("address") ?? "127.0.0.1"
  }

  var sentence: Text {
    Text("nothing listens on \(address):\(port)", ko: "\(address):\(port)은(는) 닫혀 있습니다")
  }

  private var probe: Probe { .tcp(address: address, port: port) }
  var probes: [Probe] { [probe] }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch snapshot.result(probe) {
    case .nothing(let reason): return .pass(found: Text(reason, ko: reason))
    case .failed(let reason): return .error(reason)
    case .open:
      let owner = snapshot.allContainers.first { container in
        container.isRunning && container.bindings.contains { $0.hostPort == port }
      }
      let cause =
        owner.map {
          Cause(
            "value.differs", "container `\($0.name)` publishes it",
            ko: "`\($0.name)` 컨테이너가 공개하고 있습니다")
        } ?? Cause("port.in-use", "a program of the host holds it", ko: "호스트의 다른 프로그램이 쓰고 있습니다")
      return .fail(
        Failure(
          expected: sentence, found: Text("open", ko: "열림"), causes: [cause], look: "docker ps"))
    default: return .error(Text("the port could not be tried", ko: "포트를 확인할 수 없습니다"))
    }
  }
}
