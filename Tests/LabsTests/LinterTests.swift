import Testing

@testable import Labs

@Suite("The linter")
struct LinterTests {
  @Test("finds nothing wrong with a lab that follows the format")
  func clean() throws {
    #expect(try Example.lint().map { $0.text(.en) } == [])
  }

  @Test(
    "names what is wrong, where, and what was probably meant",
    arguments: [
      Case("format: 1", "format: 2", "lab.format", "2\n", "newer dklab"),
      Case("format: 1", "format: 0", "lab.format", "0\n", "the first"),
      Case("format: 1", "format: 1\nlanguages: [en, ko, en]", "lab.languages", "[en"),
      Case("format: 1", "format: 1\nlanguages: [fr]", "lab.unknown-value", "[fr"),
      Case("format: 1", "format: 1\nsources: [004-12]", "lab.bad-citation", "[004"),
      Case("minutes: 10", "minuets: 10", "lab.unknown-key", "minuets", "`minutes`"),
      Case("summary: Publish a port.\n", "", "lab.missing-key", "format"),
      Case("id: first", "id: First", "lab.bad-id", "First"),
      Case("{port: 8000-8999}", "{prot: 8000-8999}", "lab.unknown-key", "prot:", "`port`"),
      Case("{port: 8000-8999}", "{port: 9-8}", "lab.wrong-kind", "9-8"),
      Case("  port: {port", "  end: {port", "lab.bad-variable", "end:"),
      Case("## Start it {#start}", "## Start it", "lab.step-id", "## Start"),
      Case("{#start}", "{#start after=earlier}", "lab.unknown-reference", "## Start"),
      Case("{#start}", "{#start undoes=earlier}", "lab.unknown-reference", "## Start"),
      Case("{#start}", "{#start minute=5}", "lab.unknown-key", "## Start", "`minutes`"),
      Case("```bash", "```bahs", "lab.unknown-fence", "```bahs", "`bash`"),
      Case("```hint look", "```hint", "lab.fence-words", "```hint"),
      Case("```hint look", "```hint look wehn=running", "lab.unknown-key", "wehn=", "`when`"),
      Case("when=\"running and", "when=\"and running", "lab.bad-condition", "when="),
      Case("not published\" ex", "not publish\" ex", "lab.unknown-reference", "when=", "`pub"),
      Case("example=reversed", "example=revers", "lab.unknown-reference", "example=", "`reve"),
      Case("expect=published c", "expect=publisht c", "lab.unknown-reference", "expect=publisht"),
      Case("port.reversed", "port.revrsed", "lab.unknown-reference", "cause=", "reversed"),
      Case(" expect=published\n", "\n", "lab.missing-key", "```wrong p"),
      Case("container.state:", "container.stat:", "lab.unknown-check", "container.stat:", "state`"),
      Case("is: running", "is: runing", "lab.unknown-value", "runing", "`running`"),
      Case("name: web1, is", "nam: web1, is", "lab.unknown-key", "nam: web1", "`name`"),
      Case("name: web1, is", "name: web2, is", "lab.unmentioned", "web2"),
      Case("name: web1, is", "name: web, is", "lab.unmentioned", "web, is"),
      Case("{#start}", "{#start after=start}", "lab.after-circle", "## Start"),
      Case("{#start}", "{#start minutes=five}", "lab.wrong-kind", "## Start"),
      Case("```note 003:81", "```note 81", "lab.bad-citation", "81\nThe first"),
      Case("The first number", "- ```check\n  ```\nThe", "lab.misplaced-fence", "```check\n  ```"),
      Case("What does", "> ```bash\n> ```\nWhat does", "lab.misplaced-fence", "```bash\n> ```"),
      Case("Welcome.", "* ```\n  x\n  ```", "lab.unknown-fence", "```\n  x", "`text`"),
      Case(
        "run -d --name web1 -p {{port}}:80 docker/", "run -itp 80:80 dcoker/", "lab.unlisted-image",
        "docker run -itp"),
      Case("host: {{port}}", "host: {{prot}}", "lab.unknown-variable", "{{prot}}", "{{port}}"),
      Case("needs: [running]", "needs: [runing]", "lab.unknown-reference", "container.port", "run"),
      Case("needs: [running]", "needs: [published]", "lab.needs-circle", "container.port"),
      Case("id: published", "id: running", "lab.duplicate-id", "container.port"),
      Case("  needs: [running]\n", "  deadline: 5\n", "lab.bad-duration", "5\n"),
      Case("answer: host", "answer: hosts", "lab.quiz-answer", "hosts"),
      Case("-p {{port}}:80 d", "-p {{prot}}:80 d", "lab.unknown-variable", "```bash"),
      Case("why: The first.\n```", "why: The first.\n", "lab.unclosed-fence", "```quiz"),
    ])
  func broken(_ test: Case) throws {
    var text = Example.lab
    text.exchange(test.old, test.new)
    let found = try Example.lint({ $0 = text })
    let match = found.first { $0.id == test.id && place($0) == Self.place(of: test.mark, in: text) }
    #expect(match != nil, "\(test.id) is not among \(found.map { $0.text(.en) })")
    if let hint = test.hint { #expect(match?.hint?.en.contains(hint) == true) }
  }

  private func place(_ diagnostic: Diagnostic) -> String {
    let location = diagnostic.location
    return "\(location.file):\(location.line):\(location.column)"
  }

  /// Where `mark` first stands.
  private static func place(of mark: String, in text: String) -> String {
    let start = text.indices.first { text[$0...].hasPrefix(mark) } ?? text.endIndex
    let before = text[..<start]
    let line = before.split(separator: "\n", omittingEmptySubsequences: false)
    return "lab.md:\(line.count):\((line.last?.count ?? 0) + 1)"
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let old, new, id, mark: String
    let hint: String?
    init(_ old: String, _ new: String, _ id: String, _ mark: String, _ hint: String? = nil) {
      (self.old, self.new, self.id, self.mark, self.hint) = (old, new, id, mark, hint)
    }
    var testDescription: String { "\(id): \(old) → \(new)" }
  }

  @Test("refuses a step without checks, solution, wrong answers or hints")
  func counts() throws {
    let bare = """
      ---
      format: 1
      id: bare
      title: Bare
      summary: Bare.
      minutes: 1
      ---
      ## One {#one}

      Nothing.

      ## Two {#two}

      ```check
      - image.absent: Nothing
      ```
      """
    let found = Linter.lint(
      bare, file: "lab.md", translation: nil, translationFile: "lab.ko.md"
    ).diagnostics.map(\.id)
    for id in ["lab.no-checks", "lab.no-solution", "lab.few-wrong", "lab.few-hints"] {
      #expect(found.contains(id))
    }
  }

  @Test("reports an empty list of checks")
  func emptyChecks() throws {
    let found = try Example.lint({ text in
      let parts = text.split(separator: "```", omittingEmptySubsequences: false)
      text = parts.map { $0.hasPrefix("check") ? "check\n[]\n" : $0 }.joined(separator: "```")
    })
    #expect(found.contains { $0.id == "lab.empty-check" })
  }
}
