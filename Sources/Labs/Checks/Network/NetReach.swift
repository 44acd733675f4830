import Documents
import Support

/// `net.resolve: {from: web1, host: db, container: db}` or `{from: web1, host: db, is: nobody}`
struct NetResolve: CheckType {
  static let type = "net.resolve"
  let from: String
  let host: String
  let container: String?
  let comparison: Comparison?

  init(_ fields: inout Fields) {
    from = fields.subjectString("from")
    host = fields.subjectString("host")
    container = fields.string("container")
    comparison = container == nil ? Comparison.required(&fields) : nil
  }

  var subjects: [String] { [from] + (container.map { [$0] } ?? []) }
  var sentence: Text {
    let wanted =
      container.map { Text("the address of `\($0)`", ko: "`\($0)`의 주소") } ?? comparison?.text
      ?? Text("", ko: "")
    return Text(
      "in `\(from)` the name `\(host)` stands for \(wanted.en)",
      ko: "`\(from)` 안에서 `\(host)`이라는 이름: \(wanted.ko)")
  }

  private var probe: Probe { .resolve(container: from, host: host) }
  var probes: [Probe] { [probe] }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let asker = snapshot.container(from), asker.isRunning else {
      return ProcessUnknown.notRunning(from).finding(expected: sentence, in: snapshot)
    }
    let found: [String]
    switch snapshot.result(probe) {
    case .failed(let reason): return .error(reason)
    case .lines(let addresses): found = addresses
    default: found = []
    }
    let shown = found.isEmpty ? "nobody" : found.joined(separator: " ")
    let text = found.isEmpty ? Text("nobody", ko: "없음(nobody)") : Text(shown, ko: shown)
    if let container {
      let addresses = snapshot.container(container)?.addresses ?? []
      if found.contains(where: addresses.contains) { return .pass(found: text) }
    } else if comparison?.holds(for: .string(shown)) == true {
      return .pass(found: text)
    }
    return .fail(
      Failure(
        expected: sentence, found: text, causes: [cause(asker, in: snapshot)],
        look: "docker inspect -f '{{json .NetworkSettings.Networks}}' \(from)"))
  }

  private func cause(_ asker: ContainerView, in snapshot: Snapshot) -> Cause {
    guard asker.networks.contains(where: { !["bridge", "host", "none"].contains($0) }) else {
      return Cause(
        "network.no-names",
        "`\(from)` is on \(asker.networks.joined(separator: ", ")) only; names are resolved on "
          + "networks that you make yourself",
        ko: "`\(from)`은(는) \(asker.networks.joined(separator: ", "))에만 있습니다. "
          + "이름은 직접 만든 네트워크에서만 찾을 수 있습니다")
    }
    let other = snapshot.container(container ?? host)
    if let other, Set(other.networks).isDisjoint(with: asker.networks) {
      return Cause(
        "network.not-shared", "`\(from)` and `\(other.name)` have no network in common",
        ko: "`\(from)`과(와) `\(other.name)`이(가) 함께 속한 네트워크가 없습니다")
    }
    if let other, !other.isRunning {
      return Cause(
        "container.stopped", "`\(other.name)` does not run, and has no address",
        ko: "`\(other.name)`이(가) 실행 중이 아니라 주소가 없습니다")
    }
    return Cause(
      "value.differs", "a container's names are its own name, its aliases and its short id",
      ko: "컨테이너의 이름은 자기 이름, 별칭, 짧은 ID입니다")
  }
}

/// `net.reach: {from: web1, host: db, port: 3306, is: open}`
struct NetReach: CheckType {
  static let type = "net.reach"
  let from: String
  let host: String
  let port: Int
  let wanted: String

  private static let outcomes = ["open", "refused", "unreachable", "timeout", "unknown", "closed"]

  init(_ fields: inout Fields) {
    from = fields.subjectString("from")
    host = fields.subjectString("host")
    port = fields.requiredInteger("port")
    wanted = fields.string("is") ?? "open"
    if !NetReach.outcomes.contains(wanted) {
      fields.report(
        "lab.wrong-kind",
        Text(
          "`is` takes one of \(NetReach.outcomes.joined(separator: ", "))",
          ko: "`is`에는 \(NetReach.outcomes.joined(separator: ", ")) 가운데 하나를 씁니다"),
        at: fields.location(of: "is"))
    }
  }

  var subjects: [String] { [from] }
  var sentence: Text {
    wanted == "open"
      ? Text(
        "`\(from)` reaches \(host):\(port)", ko: "`\(from)`에서 \(host):\(port)에 연결됩니다")
      : wanted == "closed"
        ? Text(
          "`\(from)` does not reach \(host):\(port)", ko: "`\(from)`에서 \(host):\(port)에 연결되지 않습니다")
        : Text(
          "`\(from)` asks for \(host):\(port): \(wanted)",
          ko: "`\(from)`에서 \(host):\(port)에 연결하면: \(wanted)")
  }

  private var probe: Probe { .reach(container: from, host: host, port: port) }
  var probes: [Probe] { [probe] }
  var patience: Duration { .seconds(2) }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let asker = snapshot.container(from), asker.isRunning else {
      return ProcessUnknown.notRunning(from).finding(expected: sentence, in: snapshot)
    }
    guard case .text(let outcome) = snapshot.result(probe) else {
      if case .failed(let reason) = snapshot.result(probe) { return .error(reason) }
      return .error(Text("the connection could not be tried", ko: "연결을 시도할 수 없습니다"))
    }
    let found = Text(outcome, ko: outcome)
    if outcome == wanted || wanted == "closed" && outcome != "open" { return .pass(found: found) }
    return .fail(
      Failure(
        expected: sentence, found: found, causes: [cause(outcome, asker, in: snapshot)],
        look: "docker exec \(from) ping -c 1 \(host)"))
  }

  private func cause(_ outcome: String, _ asker: ContainerView, in snapshot: Snapshot) -> Cause {
    let other =
      snapshot.container(host)
      ?? snapshot.allContainers.first { $0.addresses.contains(host) }
    if outcome == "open" {
      let shared = other.map { Set($0.networks).intersection(asker.networks).sorted() } ?? []
      return Cause(
        "network.shared",
        "they share a network: \(shared.joined(separator: ", "))",
        ko: "함께 속한 네트워크가 있습니다: \(shared.joined(separator: ", "))")
    }
    if let other, !other.isRunning {
      return Cause(
        "container.stopped", "`\(other.name)` does not run", ko: "`\(other.name)`이(가) 실행 중이 아닙니다")
    }
    if outcome == "refused" {
      return Cause(
        "port.nothing-listens", "the address is reached, and nothing listens on port \(port) there",
        ko: "주소에는 닿았지만 \(port)번 포트에서 기다리는 프로그램이 없습니다")
    }
    if let other, Set(other.networks).isDisjoint(with: asker.networks) {
      return Cause(
        "network.not-shared", "`\(from)` and `\(other.name)` have no network in common",
        ko: "`\(from)`과(와) `\(other.name)`이(가) 함께 속한 네트워크가 없습니다")
    }
    return Cause(
      "network.no-names", "no container that `\(from)` shares a network with is called `\(host)`",
      ko: "`\(from)`과(와) 같은 네트워크에 `\(host)`이라는 컨테이너가 없습니다")
  }
}
