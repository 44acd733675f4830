import Support

/// One word of EXPOSE: `80`, `53/udp`, `8000-8010`; with an address or a host port in front, which
/// docker still takes and ignores.
struct ExposedPort {
  let text: String
  /// `80/tcp`, ….
  let ports: [String]
  let findings: [LintRule]

  init(parsing text: String) throws {
    self.text = text
    var rest = text
    var findings: [LintRule] = []
    var transport = "tcp"
    if let slash = text.lastIndex(of: "/") {
      let name = String(text[text.index(after: slash)...])
      rest = String(text[..<slash])
      if name != name.lowercased() { findings.append(.exposeProtoCasing) }
      transport = name.lowercased()
    }
    guard ["tcp", "udp", "sctp"].contains(transport) else {
      throw DockerfileError(
        Text(
          "invalid port: \"\(text)\": invalid proto: \(transport)",
          ko: "잘못된 포트입니다: \"\(text)\": 프로토콜 \(transport)"),
        hint: Text("accepted: tcp, udp, sctp", ko: "쓸 수 있는 값: tcp, udp, sctp"))
    }
    if let colon = rest.lastIndex(of: ":") {
      findings.append(.exposeInvalidFormat)
      rest = String(rest[rest.index(after: colon)...])
    }
    let ends = rest.split(separator: "-", omittingEmptySubsequences: false)
    guard let first = ends.first.flatMap({ UInt16($0) }),
      let last = ends.last.flatMap({ UInt16($0) }), ends.count <= 2, first <= last, !rest.isEmpty
    else {
      throw DockerfileError(
        Text("invalid containerPort: \(rest)", ko: "잘못된 컨테이너 포트입니다: \(rest)"),
        hint: Text("as in 80, 80/tcp, 53/udp, 8000-8010", ko: "예: 80, 80/tcp, 53/udp, 8000-8010"))
    }
    ports = (first...last).map { "\($0)/\(transport)" }
    self.findings = findings
  }

  func message(_ rule: LintRule) -> Text {
    rule == .exposeProtoCasing
      ? Text(
        "Defined protocol '\(text)' in EXPOSE instruction should be lowercase",
        ko: "EXPOSE의 프로토콜은 소문자로 쓰세요: '\(text)'")
      : Text(
        "EXPOSE instruction should not define an IP address or host-port mapping, found '\(text)'",
        ko: "EXPOSE에는 컨테이너의 포트만 쓰세요: '\(text)'. 호스트 포트는 docker run -p로 정합니다")
  }
}
