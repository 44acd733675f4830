import ArgumentParser
import Documents
import Engine
import Support

/// `dklab system check`: does what is recorded agree with what is there?
struct SystemCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Compare the records of this instance with what is there",
    discussion: """
      What a killed command left behind is cleared away first, as by every command, and told. Then \
      records are compared with processes, control groups, addresses, files and images, and those \
      with the records. Ends with 1 when something does not agree.
      """)

  @Option(help: "Format output: json") var format: String?

  func run() throws {
    guard format == nil || format == "json" else {
      throw DklabError(
        .invalid, id: "check.format",
        Text("unknown format \(format ?? ""): use json", ko: "알 수 없는 형식입니다. json을 쓰세요"))
    }
    let engine = try openEngine()
    let report = try engine.audit()
    if format == "json" {
      print(json(report).text())
    } else {
      tell(report)
    }
    if !report.findings.isEmpty { throw ExitCode(1) }
  }

  private func tell(_ report: AuditReport) {
    for (kind, count) in report.counts { print("\(kind.description.padded(to: 18)) \(count)") }
    for finding in report.findings {
      print("\(finding.id)  \(finding.subject): \(finding.message)")
    }
    let count = report.findings.count
    print(
      report.findings.isEmpty
        ? Text("everything agrees", ko: "모두 일치합니다")()
        : Text(
          "\(count) disagreement\(count == 1 ? "" : "s")", ko: "일치하지 않는 것 \(count)개")())
  }

  private func json(_ report: AuditReport) -> JSONValue {
    .object([
      "findings": .array(
        report.findings.map { finding in
          .object([
            "id": .string(finding.id), "subject": .string(finding.subject),
            "message": .string(finding.message()),
          ])
        })
    ])
  }
}
