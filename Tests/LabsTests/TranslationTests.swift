import Testing

@testable import Labs

@Suite("A translation")
struct TranslationTests {
  @Test(
    "is refused when a text is missing, extra or has mechanics in it",
    arguments: [
      ("## 시작 {#start}", "## 시작 {#begin}", "lab.extra-translation"),
      ("[[bash]]\n", "", "lab.placeholder"),
      ("[[bash]]", "[[bash]]\n\n[[bash]]", "lab.placeholder"),
      ("```note 003:81", "```note 003:82", "lab.extra-translation"),
      ("```hint look\n무엇이 보이나요?\n```", "", "lab.missing-translation"),
      ("```hint direction", "```hint direction when=running", "lab.translation-mechanics"),
      ("```hint direction", "```check", "lab.translation-mechanics"),
      ("```hint direction", "```rust", "lab.unknown-fence"),
      ("무엇이 보이나요?\n", "", "lab.empty"), ("앞이 호스트입니다.\n", "", "lab.empty"),
      ("title: 웹 서버", "title:", "lab.empty"), ("ask: 어느 포트?", "ask: ''", "lab.empty"),
      ("9000번", "''", "lab.empty"), ("\"{{port}}이(가) 이어집니다\"", "''", "lab.empty"),
      ("`web1`을 실행합니다.", "", "lab.missing-translation"), ("## 시작 {#", "## {#", "lab.empty"),
      ("why: 앞쪽.", "why: '{{prot}}'", "lab.unknown-variable"),
      ("container: 8080번", "contaner: 8080번", "lab.extra-translation"),
      ("published: \"{{", "publish: \"{{", "lab.unknown-key"),
      ("반갑습니다.", "", "lab.missing-translation"),
      ("lab: first", "lab: second", "lab.translation-of-another"),
      ("hashes:", "hashes:\n  old: \"1\"", "lab.extra-hash"),
      ("무엇이 보이나요?", "{{prot}}", "lab.unknown-variable"),
    ])
  func broken(old: String, new: String, id: String) throws {
    let found = try Example.lint(translation: { $0.exchange(old, new) })
    #expect(found.contains { $0.id == id }, "\(found.map { $0.text(.en) })")
  }

  @Test(
    "tells one slip once",
    arguments: [
      ("{#start}", "{#strat}"), ("{#start}", "{#begin}"), (" {#start}", ""),
      ("{#start}", "{start}"),
      ("[[bash]]", "[[bsah]]"), ("```hint look", "```hint lok"), ("```hint look", "```hnit look"),
      ("```note 003:81", "```note 003:18"), ("title:", "tilte:"), ("title:", "title: ["),
      ("ask: 어느", "aks: 어느"), ("ask: 어느", "ask: [어느"), ("published: \"{{", "publish: \"{{"),
      ("published: \"{{", "published: [\"{{"), ("host: 9000번", "hots: 9000번"),
      ("hashes:", "hashse:"), ("[[bash]]", "```bash\nls\n```"),
      ("## 시작", "### 시작"),
      ("보이나요?\n```\n", "보이나요?\n"), ("lab: first", "lab: frist"),
    ])
  func once(old: String, new: String) throws {
    let found = try Example.lint(translation: { $0.exchange(old, new) })
    #expect(found.count == 1, "\(found.map { $0.text(.en) })")
    #expect(found.first?.location.file == "lab.ko.md")
  }

  @Test("is told after lab.md, where the reason may be")
  func order() throws {
    let found = try Example.lint(
      { $0.exchange("minutes: 10", "minutes: 0") }, translation: { $0.exchange("반갑습니다.", "") })
    #expect(found.map(\.location.file) == ["lab.md", "lab.ko.md"])
  }

  @Test(
    "is stale when the English changes",
    arguments: [
      ("Welcome.", "intro"), ("Run `web1`:", "start"), ("What does `docker ps`", "start/hint/look"),
      ("Which port?", "start/quiz/which"), ("The first number", "start/note/003:81"),
      ("Port {{port}} leads", "start/message/published"), ("title: A web", "title"),
    ])
  func stale(text: String, id: String) throws {
    let found = try Example.lint({ $0.exchange(text, text + "!") })
    let stale = found.filter { $0.id == "lab.stale-translation" }
    #expect(stale.count == 1)
    #expect(stale.first?.message.en.contains("`\(id)`") == true)
  }

  @Test("does not become stale when a command or a line break changes")
  func mechanics() throws {
    #expect(try Example.lint({ $0.exchange("docker run -d", "docker run --detach") }).isEmpty)
    #expect(try Example.lint({ $0.exchange("Run `web1`:", "Run\n`web1`:") }).isEmpty)
  }

  @Test("fills the Korean of every text and puts commands where they belong")
  func applied() throws {
    var lab = try #require(LabReader.read(Example.lab, file: "lab.md").0)
    let found = TranslationReader.apply(
      try Example.acceptedKorean(), file: "lab.ko.md", to: &lab)
    #expect(found.isEmpty)
    let step = try #require(lab.steps.first)
    #expect(lab.title.ko == "웹 서버")
    #expect(step.title.ko == "시작")
    let kinds = step.body(.ko).map { block in
      if case .fence(let fence) = block.kind { fence.kind } else { "text" }
    }
    #expect(kinds == ["text", "bash", "note"])
    #expect(step.quizzes[0].choices.map(\.text.ko) == ["9000번", "8080번"])
    #expect(step.checks[1].message?.ko == "{{port}}이(가) 이어집니다")
  }

  @Test("is accepted again without changing anything but the hashes")
  func accept() throws {
    let once = try Example.acceptedKorean()
    let lab = try #require(LabReader.read(Example.lab, file: "lab.md").0)
    #expect(try AcceptTranslation.accepted(once, for: lab, file: "lab.ko.md") == once)
    #expect(once.contains("  start/hint/look: \""))
    #expect(once.hasSuffix(Example.korean.split(separator: "---\n", maxSplits: 2)[1]))
  }
}
