import Glibc
import Testing

@testable import Support

struct ErrorReportTests {
  private let report = ErrorReport(facts: .plain, language: .en)

  @Test("an error is one line with its hint below")
  func plain() {
    let error = DklabError(
      .notFound, id: "container.not-found", Text("no such container: web", ko: "컨테이너가 없습니다: web"),
      hint: Text("see dklab ps -a", ko: "dklab ps -a를 보세요"))
    #expect(report.lines(for: error) == ["dklab: no such container: web", "hint: see dklab ps -a"])
    let korean = ErrorReport(facts: .plain, language: .ko).lines(for: error)
    #expect(korean == ["dklab: 컨테이너가 없습니다: web", "힌트: dklab ps -a를 보세요"])
    let call = SyscallError("mount", "/proc", errno: EPERM)
    #expect(report.lines(for: call) == ["dklab: mount: /proc: Operation not permitted (EPERM)"])
  }

  @Test("colour goes to the words that need it")
  func color() {
    let facts = TerminalFacts(isTerminal: true, hasColor: true)
    let lines = ErrorReport(facts: facts, language: .en)
      .lines(for: DklabError(.invalid, id: "x", Text("m", ko: "m"), hint: Text("h", ko: "h")))
    #expect(lines == ["\u{1B}[1;31mdklab:\u{1B}[0m m", "\u{1B}[36mhint:\u{1B}[0m h"])
  }

  @Test("a place in a file that can be read shows the line and a mark under the character")
  func excerpt() throws {
    var template = Array("/tmp/dklab-support-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer {
      close(descriptor)
      unlink(path)
    }
    let text = "a: 1\n\t이름: @x\n"
    #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
    let error = DklabError(
      .invalid, id: "x", Text("bad", ko: "bad"), at: SourceLocation(file: path, line: 2, column: 6))
    #expect(
      report.lines(for: error) == [
        "dklab: \(path):2:6: bad", "  2 |   이름: @x", "    |         ^",
      ])
  }

  @Test("no file, no line and a line beyond the end show no excerpt")
  func noExcerpt() {
    for location in [
      SourceLocation(file: "/nonexistent", line: 1, column: 1),
      SourceLocation(file: "/dev/null", line: 1, column: 1), SourceLocation(file: "/tmp"),
    ] {
      let error = DklabError(.invalid, id: "x", Text("bad", ko: "bad"), at: location)
      #expect(report.lines(for: error).count == 1)
    }
    let beyond = SourceExcerpt.lines(
      of: "a", at: SourceLocation(file: "f", line: 9, column: 1), facts: .plain)
    #expect(beyond.isEmpty)
  }

  @Test("long lines are cut around the mark, a column beyond the end marks the end")
  func longLines() {
    let text = String(repeating: "x", count: 300) + "@" + String(repeating: "y", count: 300)
    let lines = SourceExcerpt.lines(
      of: text, at: SourceLocation(file: "f", line: 1, column: 301), facts: .plain)
    #expect(lines.allSatisfy { $0.displayWidth <= 80 } && lines[0].contains("@"))
    let mark = lines[1].prefix { $0 != "^" }.count
    #expect(Array(lines[0])[mark] == "@")
    let end = SourceExcerpt.lines(
      of: "ab", at: SourceLocation(file: "f", line: 1, column: 99), facts: .plain)
    #expect(end == ["  1 | ab", "    |   ^"])
  }

  @Test("the exit status is the error's own, else 1, and 70 for our faults")
  func exitStatus() {
    let error = { (code: ErrorCode, status: Int32?) in
      DklabError(code, id: "x", Text("m", ko: "m"), exitStatus: status)
    }
    #expect(ErrorReport.exitStatus(of: error(.notFound, nil)) == 1)
    #expect(ErrorReport.exitStatus(of: error(.notFound, 127)) == 127)
    #expect(ErrorReport.exitStatus(of: error(.internal, nil)) == 70)
    #expect(ErrorReport.exitStatus(of: SyscallError("open", "x", errno: 2)) == 1)
  }
}
