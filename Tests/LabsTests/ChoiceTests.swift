import Support
import Testing

@testable import Labs

@Suite("Answers to a quiz") struct ChoiceTests {
  private static func option(_ id: String, _ en: String, _ ko: String) -> Quiz.Option {
    Quiz.Option(id: id, text: Text(en, ko: ko))
  }

  private static let choices = [
    option("stop", "docker stop", "멈추기"), option("rm", "docker rm", "지우기"),
    option("kill", "docker kill", "죽이기"),
  ]
  private static let groups = [option("host", "the host", "호스트"), option("inside", "inside", "안")]

  @Test(
    "a choice is named by its number, letter, id or text",
    arguments: [
      ("2", "rm"), ("2)", "rm"), ("2번", "rm"), ("２", "rm"), ("b", "rm"), ("B", "rm"), ("ㅠ", "rm"),
      ("rm", "rm"), (" RM ", "rm"), ("docker rm", "rm"), ("지우기", "rm"), ("1,3", "stop,kill"),
      ("1 3", "stop,kill"), ("a, 지우기", "stop,rm"), ("kill,1", "kill,stop"),
    ])
  func choice(_ answer: String, _ ids: String) throws {
    #expect(try ChoiceReader(options: Self.choices).canonical(answer) == ids)
  }

  @Test(
    "what is no choice is refused",
    arguments: ["4", "0", "-1", "z", "zzz", "", " ", "1,9", "ㅋ", "1=a"])
  func refused(_ answer: String) throws {
    let error = #expect(throws: DklabError.self) {
      try ChoiceReader(options: Self.choices).canonical(answer)
    }
    #expect(error?.id == "lab.not-a-choice")
  }

  @Test("items are sorted into groups by pairs")
  func groups() throws {
    let reader = ChoiceReader(options: Self.choices, groups: Self.groups)
    #expect(try reader.canonical("1=a,2=b, kill=호스트") == "stop=host,rm=inside,kill=host")
    #expect(throws: DklabError.self) { try reader.canonical("1=c") }
    #expect(throws: DklabError.self) { try reader.canonical("1") }
  }
}
