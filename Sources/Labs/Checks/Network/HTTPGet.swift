import Documents
import Support

/// `http.get: {url: http://localhost:8080/, status: 200, contains: Welcome}`
struct HTTPGet: CheckType {
  static let type = "http.get"
  static let shorthand: String? = "url"
  let url: String
  let port: Int
  let status: Int
  let host: String?
  let comparison: Comparison?

  init(_ fields: inout Fields) {
    url = fields.subjectString("url")
    port = Self.port(of: url) ?? 0
    status = fields.integer("status") ?? 200
    host = fields.string("host")
    comparison = Comparison(&fields)
    if Self.port(of: url) == nil, fields.has("url") {
      fields.report(
        "lab.bad-url", Text("`\(url)` is not an http URL", ko: "`\(url)`은(는) http 주소가 아닙니다"),
        at: fields.location(of: "url"))
    }
  }

  /// The port of an http URL.
  static func port(of url: String) -> Int? {
    guard url.hasPrefix("http://") else { return nil }
    let authority = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" }
    let parts = authority.split(separator: ":")
    guard let name = parts.first, !name.isEmpty else { return nil }
    return parts.count == 1 ? 80 : Int(parts[1])
  }

  var sentence: Text {
    guard let comparison else {
      return Text("\(url) answers with status \(status)", ko: "\(url)이(가) 상태 \(status)(으)로 응답합니다")
    }
    return Text(
      "\(url) answers \(status) with \(comparison.text.en)",
      ko: "\(url)의 응답은 \(status), 내용은 \(comparison.text.ko)입니다")
  }

  private var probe: Probe { .http(url: url, host: host) }
  var probes: [Probe] { [probe, .portHolder(port)] }
  var patience: Duration { .seconds(2) }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch snapshot.result(probe) {
    case .failed(let reason): return .error(reason)
    case .http(let answered, let body, let isWhole):
      let content = JSONValue.string(body)
      guard answered == status else {
        return fail(
          Text("status \(answered)", ko: "상태 \(answered)"),
          [
            Cause(
              "http.status", "a server answered, with status \(answered)",
              ko: "서버가 상태 \(answered)(으)로 응답했습니다")
          ] + owner(snapshot))
      }
      guard comparison?.holds(for: content) == false else {
        return .pass(found: Text("status \(answered)", ko: "상태 \(answered)"))
      }
      guard isWhole else {
        return fail(
          Text("\(body.utf8.count) bytes so far", ko: "지금까지 \(body.utf8.count)바이트"),
          [
            Cause(
              "http.endless", "the server answered and did not come to an end within a second",
              ko: "서버가 응답을 시작했지만 1초 안에 끝내지 않았습니다")
          ] + owner(snapshot))
      }
      return fail(
        Text(content.quoted, ko: content.quoted),
        [
          Cause("http.body", "a server answered with another page", ko: "서버가 다른 내용으로 응답했습니다")
        ] + owner(snapshot))
    case .nothing(let reason):
      return fail(
        Text(reason, ko: Self.korean(reason)),
        [Cause("http.refused", "no server answered: \(reason)", ko: "응답하는 서버가 없습니다")]
          + PublishedPort.causes(forHost: port, in: snapshot))
    default: return .error(Text("no HTTP answer could be read", ko: "HTTP 응답을 읽을 수 없습니다"))
    }
  }

  private func fail(_ found: Text, _ causes: [Cause]) -> Finding {
    .fail(Failure(expected: sentence, found: found, causes: causes, look: "curl -i \(url)"))
  }

  /// Who answered, when it was not the container that should.
  private func owner(_ snapshot: Snapshot) -> [Cause] {
    let container = snapshot.allContainers.first { container in
      container.isRunning && container.bindings.contains { $0.hostPort == port }
    }
    if let container {
      return [
        Cause(
          "http.body",
          "container `\(container.name)` (image `\(container.image)`) has port \(port)",
          ko: "\(port) 포트는 `\(container.name)` 컨테이너(이미지 `\(container.image)`)의 것입니다")
      ]
    }
    guard case .text(let holder) = snapshot.probes[.portHolder(port)] else { return [] }
    return [
      Cause(
        "port.in-use", "port \(port) belongs to \(holder), not to a container",
        ko: "\(port) 포트는 컨테이너가 아니라 \(holder)의 것입니다")
    ]
  }

  private static func korean(_ reason: String) -> String {
    switch reason {
    case "connection refused": "연결 거부"
    case "timed out": "시간 초과"
    case "connection closed": "응답 없이 연결이 끊김"
    default: reason
    }
  }
}
