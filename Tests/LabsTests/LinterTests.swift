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
      Case("format: 1", "format: 1\nlanguages: [fr]", "lab.unknown-value", "fr]"),
      Case("format: 1", "format: 1\nsources: [004-12]", "lab.bad-citation", "004-12"),
      Case("minutes: 10", "minuets: 10", "lab.unknown-key", "minuets", "`minutes`"),
      Case("summary: Publish a port.\n", "", "lab.missing-key", "format"),
      Case("id: first", "id: First", "lab.bad-id", "First"),
      Case("{port: 8000-8999}", "{prot: 8000-8999}", "lab.unknown-key", "prot:", "`port`"),
      Case("{port: 8000-8999}", "{port: 9-8}", "lab.wrong-kind", "9-8"),
      Case("  port: {port", "  end: {port", "lab.bad-variable", "end:"),
      Case("## Start it {#start}", "## Start it", "lab.step-id", "## Start"),
      Case("{#start}", "{#start after=earlier}", "lab.unknown-reference", "after="),
      Case("{#start}", "{#start undoes=earlier}", "lab.unknown-reference", "undoes="),
      Case("{#start}", "{#start minute=5}", "lab.unknown-key", "minute=", "`minutes`"),
      Case("```bash", "```bahs", "lab.unknown-fence", "bahs", "`bash`"),
      Case("```hint look", "```hint", "lab.fence-words", "```hint"),
      Case("```hint look", "```hint look wehn=running", "lab.unknown-key", "wehn=", "`when`"),
      Case("when=\"running and", "when=\"and running", "lab.bad-condition", "and running"),
      Case(
        "not published\" ex", "not publish\" ex", "lab.unknown-reference", "publish\" ex", "`pub"),
      Case("example=reversed", "example=revers", "lab.unknown-reference", "revers\n", "`reve"),
      Case("expect=published c", "expect=publisht c", "lab.unknown-reference", "publisht"),
      Case("port.reversed", "port.revrsed", "lab.unknown-reference", "port.revrsed", "reversed"),
      Case(" expect=published\n", "\n", "lab.missing-key", "```wrong p"),
      Case("container.state:", "container.stat:", "lab.unknown-check", "container.stat:", "state`"),
      Case("is: running", "is: runing", "lab.unknown-value", "runing", "`running`"),
      Case("name: web1, is", "nam: web1, is", "lab.unknown-key", "nam: web1", "`name`"),
      Case("name: web1, is", "name: web2, is", "lab.unmentioned", "web2"),
      Case("name: web1, is", "name: web, is", "lab.unmentioned", "web, is"),
      Case("{#start}", "{#start after=start}", "lab.after-circle", "after="),
      Case("{#start}", "{#start minutes=five}", "lab.wrong-kind", "minutes="),
      Case("```note 003:81", "```note 81", "lab.bad-citation", "81\nThe first"),
      Case("The first number", "- ```check\n  ```\nThe", "lab.misplaced-fence", "```check\n  ```"),
      Case("What does", "> ```bash\n> ```\nWhat does", "lab.misplaced-fence", "```bash\n> ```"),
      Case("Welcome.", "* ```\n  x\n  ```", "lab.unknown-fence", "```\n  x", "`text`"),
      Case(
        "run -d --name web1 -p {{port}}:80 docker/", "run -itp 80:80 dcoker/", "lab.unlisted-image",
        "dcoker/"),
      Case("host: {{port}}", "host: {{prot}}", "lab.unknown-variable", "{{prot}}", "{{port}}"),
      Case("needs: [running]", "needs: [runing]", "lab.unknown-reference", "runing]", "run"),
      Case("needs: [running]", "needs: [published]", "lab.needs-circle", "[published]"),
      Case("id: published", "id: running", "lab.duplicate-id", "running\n  container.port"),
      Case("  needs: [running]\n", "  deadline: 5\n", "lab.bad-duration", "5\n"),
      Case("answer: host", "answer: hosts", "lab.quiz-answer", "hosts"),
      Case("-p {{port}}:80 d", "-p {{prot}}:80 d", "lab.unknown-variable", "{{prot}}"),
      Case("why: The first.\n```", "why: The first.\n", "lab.unclosed-fence", "```quiz"),
      Case("started\n```\n", "started\n", "lab.unclosed-fence", "```bash", "more marks"),
      Case("See http", "```\n\nSee http", "lab.unclosed-fence", "```\n\nSee", "remove it"),
      Case("minutes: 10", "minutes: 0", "lab.minutes", "0\n"),
      Case("minutes: 10", "minutes: -5", "lab.minutes", "-5\n"),
      Case("minutes: 10", "minutes: \"10\"", "lab.wrong-kind", "\"10\"", "`minutes: 10`"),
      Case("{#start}", "{#start minutes=0}", "lab.wrong-kind", "minutes="),
      Case("{#start}", "{#start after=a, b}", "lab.bad-id", "b}", "after=a,b"),
      Case("---\nWelcome", "Welcome", "lab.no-front-matter", "---", "a second line"),
      Case("## Start it", "# Start it", "lab.step-level", "# Start", "## Start it {#start}"),
      Case("{#start}", "{start}", "lab.step-id", "{start}", "{#start}"),
      Case("Start it {#start}", "{#start}", "lab.empty", "## {#start}"),
      Case("What does `docker ps` show?\n", "", "lab.empty", "```hint look"),
      Case("The first number is the host's.\n", "", "lab.empty", "```note"),
      Case("cause=port.reversed", "cause=", "lab.empty", "cause="),
      Case("docker run -d --name web1 docker/", "# docker/", "lab.empty", "```wrong priv", "true"),
      Case("title: A web server", "title: \"\"", "lab.empty", "\"\""),
      Case("ask: Which port?", "ask: ' '", "lab.empty", "' '"),
      Case("host: 9000", "host: ''", "lab.empty", "''"),
      Case("when=\"running and", "when=\"running && ", "lab.bad-condition", "&&", "running and"),
      Case("look\n", "look when=a and b\n", "lab.fence-words", "and b", "when=\"…\""),
    ])
  func broken(_ test: Case) throws {
    var text = Example.lab
    text.exchange(test.old, test.new)
    let found = try Example.lint({ $0 = text })
    let match = found.first { $0.id == test.id && place($0) == Self.place(of: test.mark, in: text) }
    #expect(match != nil, "\(test.id) is not among \(found.map { $0.text(.en) })")
    if let hint = test.hint { #expect(match?.hint?.en.contains(hint) == true) }
  }

  @Test(
    "does so for the arguments of checks",
    arguments: [
      Case("container.exists:", "", "lab.empty", ""),
      Case("container.exists: {name: ''}", "", "lab.empty", "''"),
      Case("sh: true", "", "lab.unknown-check", "sh: true", "`script: {run: …}`"),
      Case("colour: red", "", "lab.unknown-check", "colour", "`container`, `file`"),
      Case("script: ''", "", "lab.empty", "''"),
      Case("script: {run: '  '}", "", "lab.empty", "'  '"),
      Case(
        "container.exec: {name: web1, command: id -nG}", "", "lab.wrong-kind", "id -nG",
        "`[id, -nG]`"),
      Case("container.exec: {name: web1, command: [id -nG]}", "", "lab.wrong-kind", "[id -nG]"),
      Case("container.exec: {name: web1, command: id}", "", "", ""),
      Case("container.exec: {name: web1, command: [cat, /proc/1/comm]}", "", "", ""),
      Case("container.log: {name: web1, matches: 'a(b'}", "", "lab.bad-regex", "'a(b'"),
      Case("container.count: {named: '[z-a]', is: 1}", "", "lab.bad-regex", "'[z-a]'"),
      Case("container.exit: {name: web1, is: 0, not: 1}", "", "lab.two-comparisons", "1}"),
      Case("container.exit: {name: web1, si: 0}", "", "lab.unknown-key", "si: 0", "`is`"),
      Case("container.port: {name: web1, port: '80'}", "", "lab.wrong-kind", "'80'", "port: 80"),
      Case("journal.absent: container.die web1 exi=0", "", "lab.bad-event", "exi=0", "`exit`"),
      Case(
        "journal.order: [container.stop web1, container.strat web1]", "", "lab.bad-event",
        "container.strat", "`container.start`"),
      Case("journal.absent: image.delete x", "", "lab.bad-event", "image.delete", "`image.remove`"),
      Case("journal.count: {event: container.die out~(, is: 1}", "", "lab.bad-regex", "out~("),
      Case("image.exists: x\n  container.exists: web1", "", "lab.not-one-type", "container.exi"),
      Case("id: lonely", "", "lab.not-one-type", "id: lonely", "container.exists: web1"),
    ])
  func arguments(_ test: Case) throws {
    var text = Example.lab
    text.exchange("http.get: {url: http://localhost:{{port}}/}\n  needs: [published]", test.old)
    let found = try Example.lint({ $0 = text })
    guard !test.id.isEmpty else { return #expect(found.map { $0.text(.en) } == []) }
    let start = text.ranges(of: "- " + test.old)[0].lowerBound
    let mark = text[start...].ranges(of: test.mark).first?.lowerBound ?? start
    let match = found.first { $0.id == test.id }
    #expect(match != nil, "\(test.id) is not among \(found.map { $0.text(.en) })")
    #expect(match.map(place) == Self.place(of: text[mark...], in: text) || test.mark.isEmpty)
    if let hint = test.hint { #expect(match?.hint?.en.contains(hint) == true) }
    #expect(found.filter { $0.id != "lab.unmentioned" }.count == 1, "\(found.map { $0.text(.en) })")
  }

  @Test(
    "holds the paths of a command in a container to what the text says",
    arguments: [
      ("[cat, /etc/motto]", "/etc/motto"), ("[sh, -c, 'cat /etc/motto|wc -l']", "/etc/motto"),
      ("[sh, -c, 'cat </srv/{{port}}']", "/srv/{{port}}"), ("cat /proc/1/comm", nil),
      ("[sh, -c, 'ls /etc/*.conf']", nil), ("[cat, web1]", nil),
    ] as [(String, String?)])
  func paths(_ command: String, _ path: String?) throws {
    func found(_ prose: String) throws -> [String] {
      var text = Example.lab
      text.exchange(
        "http.get: {url: http://localhost:{{port}}/}\n  needs: [published]",
        "container.exec: {name: web1, command: \(command)}")
      text.exchange("Run `web1`:", "Run `web1`: \(prose)")
      return try Example.lint({ $0 = text }).filter { $0.id == "lab.unmentioned" }
        .map { $0.text(.en) }
    }
    let silent = try found("")
    #expect(silent.count == (path == nil ? 0 : 1), "\(silent)")
    if let path {
      #expect(silent.first?.contains("`\(path)`") == true, "\(silent)")
      #expect(try found("See `\(path)`.").isEmpty)
      let parts = path.split(separator: "/").map(String.init)
      #expect(try found("See `/\(parts[0])`, and `\(parts[1])` in it.").isEmpty)
      #expect(try found("See `\(parts[1])`.").count == 1)
    }
  }

  /// What follows from a slip is no news.
  @Test(
    "tells one slip once",
    arguments: [
      ("```bash", "```bahs"), ("```bash", "```sh"), ("```check", "```chekc"),
      ("```hint look", "```hnit look"), ("```wrong reversed", "```wrogn reversed"),
      ("```quiz which", "```quizz which"), ("```note 003:81", "```noet 003:81"),
      ("```wrong reversed", "```wrong"), ("```hint look", "```hint"), ("```quiz which", "```quiz"),
      ("variables:", "variabels:"), ("  port: {port", "  prot: {port"),
      ("{port: 8000", "{prot: 8000"),
      ("{port: 8000-8999}", "{port: 8999-8000}"), ("images:", "image:"), ("minutes:", "minuets:"),
      ("container.state:", "container.stat:"), ("is: running", "si: running"),
      ("name: web1, port", "nmae: web1, port"), ("running and not", "running not"),
      (" expect=published cause", " expct=published cause"), ("expect=published\n", "\n"),
      ("example=reversed", "exmaple=reversed"), ("{#start}", "{start}"), ("{#start}", "{#Start}"),
      (" {#start}", ""), ("started\n```\n", "started\n"),
      ("See http", "```\n\nSee http"), ("answer: host", "answr: host"),
      ("ask: Which", "ask: [Which"),
      ("{name: web1, is: running}", "{name: web1, is: running"),
      ("message: Port", "mesage: Port"), ("## Start", "### Start"),
      ("[docker/getting", "[docker/geting"),
      (
        "container.state: {name: web1, is: running}",
        "container.state:\n  name: web1\n  is: running"
      ), ("id: published", "id: [published"),
    ])
  func once(old: String, new: String) throws {
    let found = try Example.lint({ $0.exchange(old, new) })
    #expect(found.count == 1, "\(found.map { $0.text(.en) })")
    #expect(found.first?.location.file == "lab.md")
  }

  private func place(_ diagnostic: Diagnostic) -> String {
    let location = diagnostic.location
    return "\(location.file):\(location.line):\(location.column)"
  }

  /// Where `mark` first stands.
  private static func place(of mark: some StringProtocol, in text: String) -> String {
    let start = text.indices.first { text[$0...].hasPrefix(String(mark)) } ?? text.endIndex
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
