import Support

/// What a student can ask of the guide, by one key or by a word.
package enum GuideCommand: String, CaseIterable, Sendable {
  case check, hint, quiz, shell, run, next, back, goto, show, status, debrief, undo, solve, labs
  case help, leave

  /// The key on a Latin keyboard; the same key counts with Korean switched on.
  package var key: Character {
    switch self {
    case .check: "c"
    case .hint: "h"
    case .quiz: "a"
    case .shell: "s"
    case .run: "r"
    case .next: "n"
    case .back: "b"
    case .goto: "g"
    case .show: "v"
    case .status: "t"
    case .debrief: "d"
    case .undo: "u"
    case .solve: "x"
    case .labs: "l"
    case .help: "?"
    case .leave: "q"
    }
  }

  /// The word on the line of keys.
  var label: Text {
    switch self {
    case .check: Text("check", ko: "검사")
    case .hint: Text("hint", ko: "힌트")
    case .quiz: Text("answer", ko: "질문")
    case .shell: Text("shell", ko: "셸")
    case .run: Text("run", ko: "실행")
    case .next: Text("next", ko: "다음")
    case .back: Text("back", ko: "이전")
    case .goto: Text("goto", ko: "이동")
    case .show: Text("view", ko: "보기")
    case .status: Text("status", ko: "진행")
    case .debrief: Text("debrief", ko: "해설")
    case .undo: Text("undo", ko: "되돌리기")
    case .solve: Text("solve", ko: "풀이")
    case .labs: Text("labs", ko: "실습")
    case .help: Text("keys", ko: "도움말")
    case .leave: Text("leave", ko: "끝")
    }
  }

  /// What it does, for the help.
  var meaning: Text {
    switch self {
    case .check: Text("check this step", ko: "이 단계를 검사합니다")
    case .hint: Text("the next hint", ko: "다음 힌트를 봅니다")
    case .quiz: Text("answer the step's questions", ko: "이 단계의 질문에 답합니다")
    case .shell: Text("open the lab's shell", ko: "실습 셸을 엽니다")
    case .run: Text("run one command here", ko: "여기서 명령 하나를 실행합니다")
    case .next: Text("go on to the next step", ko: "다음 단계로 갑니다")
    case .back: Text("back to the step before", ko: "앞 단계로 돌아갑니다")
    case .goto: Text("to another step", ko: "다른 단계로 갑니다")
    case .show: Text("view the step again", ko: "단계를 다시 봅니다")
    case .status: Text("how far you are", ko: "어디까지 했는지 봅니다")
    case .debrief: Text("the debrief of a done step", ko: "완료한 단계의 해설을 다시 봅니다")
    case .undo: Text("take this step back to its start", ko: "이 단계를 처음 상태로 되돌립니다")
    case .solve: Text("have this step solved for you", ko: "이 단계를 대신 풀어 줍니다")
    case .labs: Text("choose another lab", ko: "다른 실습을 고릅니다")
    case .help: Text("this list", ko: "이 목록을 봅니다")
    case .leave: Text("leave; everything stays as it is", ko: "나갑니다. 한 일은 그대로 남습니다")
    }
  }

  private var synonyms: [String] {
    switch self {
    case .quiz: ["answer", "퀴즈", "답"]
    case .shell: ["쉘"]
    case .show: ["view"]
    case .help: ["keys", "?"]
    case .leave: ["quit", "exit", "종료", "나가기"]
    case .labs: ["list", "목록"]
    default: []
    }
  }

  /// The command of a pressed key.
  package init?(key: Character) {
    guard let command = Self.allCases.first(where: { $0.key == key }) else { return nil }
    self = command
  }

  /// The command of a typed word: its name or its key, in English, in Korean, or in English typed
  /// with Korean switched on.
  package init?(word: String) {
    let word = word.lowercased()
    let keys = KoreanKeyboard.latin(word).lowercased()
    let found = Self.allCases.first { command in
      let names =
        [command.rawValue, String(command.key), command.label.en, command.label.ko]
        + command.synonyms
      return names.contains(word) || names.contains(keys)
    }
    guard let found else { return nil }
    self = found
  }

  /// The command a mistyped word is nearest to.
  static func nearest(to word: String) -> String? {
    let names = allCases.map(\.rawValue) + ["answer", "view", "quit"]
    return Suggestion.nearest(to: KoreanKeyboard.latin(word), in: names)
  }

  /// The letter on the same key with Korean switched on.
  var koreanKey: String? {
    let letters = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ"
    return letters.first { KoreanKeyboard.latin(String($0)) == String(key) }.map(String.init)
  }
}
