import Documents
import Support

/// `net.exists: {name: backend, driver: bridge}`
struct NetExists: CheckType {
  static let type = "net.exists"
  static let shorthand: String? = "name"
  let name: String
  let driver: String?
  let scope: String?

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    driver = fields.string("driver")
    scope = fields.string("scope")
  }

  var sentence: Text {
    let kind = driver.map { " (driver \($0))" } ?? ""
    return Text("there is a network `\(name)`\(kind)", ko: "`\(name)` 네트워크가 있습니다\(kind)")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    let network = snapshot.networks.first { $0["Name"]?.string == name }
    guard let network else {
      let names = snapshot.networks.compactMap { $0["Name"]?.string }.joined(separator: ", ")
      return .fail(
        Failure(
          expected: sentence, found: Text("only: \(names)", ko: "있는 네트워크: \(names)"),
          causes: [
            Cause(
              "journal.never", "`docker network create \(name)` was not run",
              ko: "`docker network create \(name)`을(를) 실행하지 않았습니다")
          ], look: "docker network ls"))
    }
    let found = network["Driver"]?.string ?? "null"
    let place = network["Scope"]?.string ?? ""
    if let scope, scope != place {
      return .fail(
        Failure(
          expected: sentence, found: Text("scope `\(place)`", ko: "범위 `\(place)`"),
          causes: [
            Cause(
              "value.differs", "the driver decides it: `\(found)` reaches as far as `\(place)`",
              ko: "드라이버가 정합니다. `\(found)`의 범위는 `\(place)`입니다")
          ], look: "docker network ls"))
    }
    guard let driver, driver != found else { return .pass(found: Text(found, ko: found)) }
    return .fail(
      Failure(
        expected: sentence, found: Text("driver `\(found)`", ko: "드라이버 `\(found)`"),
        causes: [
          Cause(
            "value.differs", "a network keeps the driver it was created with",
            ko: "네트워크의 드라이버는 만들 때 정해집니다")
        ], look: "docker network inspect \(name)"))
  }
}

/// `net.address: {name: web1, within: 172.17.0.0/16}`
struct NetAddress: CheckType {
  static let type = "net.address"
  let name: String
  let network: String
  let within: String?
  let comparison: Comparison?

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    network = fields.string("network") ?? "bridge"
    within = fields.string("within")
    comparison = within == nil ? Comparison.required(&fields) : Comparison(&fields)
    if let within, AddressRange(within) == nil {
      fields.report(
        "lab.wrong-kind",
        Text("`within` takes 172.17.0.0/16", ko: "`within`에는 172.17.0.0/16처럼 씁니다"),
        at: fields.location(of: "within"))
    }
  }

  var sentence: Text {
    let wanted = comparison?.text ?? Text(within ?? "", ko: within ?? "")
    return Text(
      "the address of `\(name)` in network `\(network)`: \(wanted.en)",
      ko: "`\(network)` 네트워크에서 `\(name)`의 주소: \(wanted.ko)")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let container = snapshot.container(name), container.isRunning else {
      return ProcessUnknown.notRunning(name).finding(expected: sentence, in: snapshot)
    }
    let networks = container.inspect["NetworkSettings"]?["Networks"]
    guard let address = networks?[network]?["IPAddress"]?.string, !address.isEmpty else {
      let joined = networks?.object?.keys.joined(separator: ", ") ?? ""
      return .fail(
        Failure(
          expected: sentence, found: Text("not in it; in: \(joined)", ko: "연결된 네트워크: \(joined)"),
          causes: DecidingOption.causes("HostConfig.NetworkMode", of: name, in: snapshot),
          look: "docker network inspect \(network)"))
    }
    let found = Text(address, ko: address)
    let inRange = within.flatMap(AddressRange.init)?.contains(address) ?? true
    if inRange, comparison?.holds(for: .string(address)) != false { return .pass(found: found) }
    return .fail(
      Failure(
        expected: sentence, found: found,
        causes: DecidingOption.causes("HostConfig.NetworkMode", of: name, in: snapshot),
        look: "docker network inspect \(network)"))
  }
}
