import Documents
import Support

/// `net.member: {name: web1, network: labnet}`
struct NetMember: CheckType {
  static let type = "net.member"
  let name: String
  let network: String

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    network = fields.subjectString("network")
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    Text(
      "`\(name)` belongs to network `\(network)`", ko: "`\(name)`이(가) `\(network)` 네트워크에 속해 있습니다")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let container = snapshot.container(name) else {
      return .fail(MissingContainer.failure(name, expected: sentence, in: snapshot))
    }
    let found = Membership.text(container)
    guard !container.networks.contains(network) else { return .pass(found: found) }
    return .fail(
      Failure(
        expected: sentence, found: found,
        causes: [
          Cause(
            "value.differs",
            "`--network \(network)` puts a new container there, `docker network connect` a running one",
            ko: "새 컨테이너는 `--network \(network)`으로, 실행 중인 것은 `docker network connect`로 연결합니다")
        ], look: "docker network inspect \(network)"))
  }
}

/// `net.no-member: {name: web1, network: labnet}`
struct NetNoMember: CheckType {
  static let type = "net.no-member"
  let name: String
  let network: String

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    network = fields.subjectString("network")
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    Text(
      "`\(name)` does not belong to network `\(network)`",
      ko: "`\(name)`이(가) `\(network)` 네트워크에 속해 있지 않습니다")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let container = snapshot.container(name) else {
      return .fail(MissingContainer.failure(name, expected: sentence, in: snapshot))
    }
    let found = Membership.text(container)
    guard container.networks.contains(network) else { return .pass(found: found) }
    return .fail(
      Failure(
        expected: sentence, found: found,
        causes: [
          Cause(
            "value.differs", "`docker network disconnect \(network) \(name)` takes it off",
            ko: "`docker network disconnect \(network) \(name)` 명령으로 떼어 냅니다")
        ], look: "docker inspect \(name)"))
  }
}

enum Membership {
  static func text(_ container: ContainerView) -> Text {
    let names = container.networks.joined(separator: ", ")
    return names.isEmpty
      ? Text("in no network", ko: "속한 네트워크 없음") : Text("in: \(names)", ko: "속한 네트워크: \(names)")
  }
}

extension ContainerView {
  /// The names of the networks it belongs to.
  var networks: [String] {
    (inspect["NetworkSettings"]?["Networks"]?.object?.keys.map { $0 } ?? []).sorted()
  }

  /// Its addresses, of all networks.
  var addresses: [String] {
    networks.compactMap { inspect["NetworkSettings"]?["Networks"]?[$0]?["IPAddress"]?.string }
      .filter { !$0.isEmpty }
  }
}

/// `net.config: {network: labnet, path: IPAM.Config[0].Subnet, is: 10.5.0.0/16}`
struct NetConfig: CheckType {
  static let type = "net.config"
  let network: String
  let path: ValuePath
  let comparison: Comparison?

  init(_ fields: inout Fields) {
    network = fields.subjectString("network")
    path = ValuePath.required("path", &fields)
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    let wanted = comparison?.text ?? Text("", ko: "")
    return Text(
      "`\(path.source)` of network `\(network)` is \(wanted.en)",
      ko: "`\(network)` 네트워크의 `\(path.source)`: \(wanted.ko)")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let found = snapshot.networks.first(where: { $0["Name"]?.string == network }) else {
      return .fail(
        Failure(
          expected: sentence, found: Text("no such network", ko: "그런 네트워크 없음"),
          causes: [
            Cause(
              "journal.never", "`docker network create \(network)` was not run",
              ko: "`docker network create \(network)`을(를) 실행하지 않았습니다")
          ], look: "docker network ls"))
    }
    let value = path.value(in: found) ?? .null
    let text = Text(value.quoted, ko: value.quoted)
    guard comparison?.holds(for: value) == false else { return .pass(found: text) }
    return .fail(
      Failure(
        expected: sentence, found: text,
        causes: [
          Cause(
            "value.differs", "a network keeps what it was created with: remove it and make it anew",
            ko: "네트워크의 설정은 만들 때 정해집니다. 지우고 다시 만드세요")
        ], look: "docker network inspect \(network)"))
  }
}
