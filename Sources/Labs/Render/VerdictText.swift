import Support

/// A verdict in words, one line or several.
package enum VerdictText {
  /// One line: `fail published: expected …; found … ← cause`.
  package static func summary(_ verdict: Verdict) -> Text {
    let head = "\(verdict.word) \(verdict.check)"
    switch verdict.kind {
    case .pass(let found): return Text("\(head): \(found.en)", ko: "\(head): \(found.ko)")
    case .blocked(let waits):
      let list = waits.joined(separator: ", ")
      return Text("\(head): waits for \(list)", ko: "\(head): 먼저 필요한 것: \(list)")
    case .error(let reason): return Text("\(head): \(reason.en)", ko: "\(head): \(reason.ko)")
    case .fail(let failure):
      let english = failure.causes.map { " ← \($0.text.en) (\($0.id))" }.joined()
      let korean = failure.causes.map { " ← \($0.text.ko) (\($0.id))" }.joined()
      return Text(
        "\(head): expected: \(failure.expected.en); found: \(failure.found.en)\(english)",
        ko: "\(head): 기대: \(failure.expected.ko); 실제: \(failure.found.ko)\(korean)")
    }
  }

  /// The lines a student reads for `verdict`; with `repeats`, its causes have just been told of another.
  /// `names` has the sentences for the ids of checks and
  /// steps that it may wait for, `program` the name the student types instead of `docker`.
  package static func lines(
    _ verdict: Verdict, brokenSince: Int64? = nil, facts: TerminalFacts,
    language: Language = .current, names: [String: Text] = [:], program: String = "docker",
    repeats: Bool = false
  ) -> [String] {
    let writer = Writer(facts: facts, language: language)
    let sentence = writer.settled(verdict.sentence)
    switch verdict.kind {
    case .pass: return writer.head(.pass, sentence)
    case .blocked(let waits):
      let list = waits.map { id in names[id].map(writer.settled) ?? id }
      return writer.head(.blocked, sentence)
        + writer.detail(Text("first:", ko: "먼저 필요한 것:"), list.joined(separator: "; "))
    case .error(let reason):
      return writer.head(.error, sentence)
        + writer.detail(
          Text("not your fault, the kit's:", ko: "키트 쪽 문제입니다(학생의 잘못이 아닙니다):"),
          writer.settled(reason))
    case .fail(let failure):
      var lines = writer.head(.fail, sentence)
      if let brokenSince {
        let time = clockTime(brokenSince)
        lines += writer.detail(
          Text("it was done, and is", ko: "한 번 완료했으나"),
          language == .ko ? "\(time)부터 다시 맞지 않습니다" : "broken again since \(time)")
      }
      lines += writer.detail(Text("found:", ko: "실제:"), writer.settled(failure.found))
      guard !repeats else {
        let same = Text("for the same reason as above", ko: "위와 같은 원인입니다")
        return lines + writer.detail(facts.redraws ? Text("←", ko: "←") : nil, same(language))
      }
      for cause in failure.causes {
        lines += writer.detail(cause.isAdvice ? nil : writer.because, writer.settled(cause.text))
      }
      // Who has not answered yet has just been told how.
      if let look = failure.look, failure.causes.first?.id != "answer.missing" {
        let typed = look.typed(as: program)
        lines += writer.detail(Text("look:", ko: "확인:"), Style.cyan(typed, on: facts))
      }
      return lines
    }
  }

  /// A sign where signs can be seen, a word where they are read aloud or piped.
  private enum Mark {
    case pass, blocked, error, fail

    var sign: String {
      switch self {
      case .pass: "✔"
      case .blocked: "…"
      case .error: "!"
      case .fail: "✘"
      }
    }

    var word: Text {
      switch self {
      case .pass: Text("[ok]", ko: "[통과]")
      case .blocked: Text("[blocked]", ko: "[대기]")
      case .error: Text("[error]", ko: "[오류]")
      case .fail: Text("[fail]", ko: "[실패]")
      }
    }

    var style: Style {
      switch self {
      case .pass: .green
      case .blocked: .yellow
      case .error: .magenta
      case .fail: .red
      }
    }
  }

  private struct Writer {
    let facts: TerminalFacts
    let language: Language

    private var room: Int { max(20, facts.columns - 2) }

    var because: Text {
      facts.redraws
        ? Text("← because", ko: "← 원인:") : Text("because:", ko: "원인:")
    }

    func settled(_ text: Text) -> String {
      InlineMarkdown.render(WrittenParticles.settle(text(language)), facts: facts)
    }

    func head(_ mark: Mark, _ sentence: String) -> [String] {
      let sign = mark.style(facts.redraws ? mark.sign : mark.word(language), on: facts)
      return ("  " + sign + " " + sentence).wrapped(to: room, indent: "    ")
    }

    func detail(_ label: Text?, _ text: String) -> [String] {
      ("    " + (label.map { $0(language) + " " } ?? "") + text)
        .wrapped(to: room, indent: "      ")
    }
  }
}

extension String {
  /// A command as the student types it, who may have called `podman` or `dklab` what the labs call
  /// `docker`.
  func typed(as program: String) -> String {
    guard hasPrefix("docker ") else { return self }
    return program + dropFirst("docker".count)
  }

  /// The same for the commands in a sentence.
  func speaking(of program: String) -> String {
    program == "docker" ? self : replacing("`docker ", with: "`\(program) ")
  }
}
