import Support
import Testing

@testable import Labs

@Suite("A description of an event")
struct EventPatternTests {
  private let event = JournalEvent(
    time: 1, type: "exec", action: "die", name: "sh1",
    attributes: ["exit": "0", "out": "abc\n", "image": "ubuntu:latest", "argv": "cat /root/token"])

  @Test(
    "fits by name and conditions",
    arguments: [
      ("exec.die", true), ("exec.die sh1", true), ("exec.die sh2", false), ("exec.start", false),
      ("exec.die exit=0", true), ("exec.die exit!=0", false), ("exec.die sh1 out=abc", true),
      ("exec.die out=ab", false), ("exec.die out~^a", true), ("exec.die image=ubuntu", true),
      ("exec.die image=ubuntu:16.04", false), ("exec.die argv~\"cat /root\"", true),
      ("exec.die execID=x", false), ("exec.die execID!=x", true), ("exec.die label.a-b/c=x", false),
    ])
  func matches(_ pattern: String, _ fits: Bool) throws {
    #expect(try EventPattern(pattern).matches(event) == fits)
  }

  @Test(
    "is refused with the word at fault and what was probably meant",
    arguments: [
      ("exec.dei", "lab.bad-event", "exec.dei", "`exec.die`"),
      ("container", "lab.bad-event", "container", "container.create"),
      ("", "lab.bad-event", "", "exec.die"), ("exec.die a b", "lab.bad-event", "b", "quotes"),
      ("exec.die out~[", "lab.bad-regex", "out", "backslash"),
      ("exec.die exi=0", "lab.bad-event", "exi", "`exit`"),
      ("image.pull exit=0", "lab.bad-event", "exit", "`imageRef`"),
      ("exec.die exit=zero", "lab.bad-event", "exit", "exit!=0"),
    ])
  func refused(_ pattern: String, _ id: String, _ word: String, _ hint: String) {
    let error = #expect(throws: BadEvent.self) { try EventPattern(pattern) }
    #expect(error?.id == id)
    #expect(error?.word == word)
    #expect(error?.hint?.en.contains(hint) == true, "\(error?.hint?.en ?? "")")
  }

  @Test("may ask for whatever the shipped labs ask for, and for every key of the table")
  func keys() throws {
    for (type, keys) in EventPattern.keys {
      let action = try #require(EventPattern.actions[type]?.first)
      for key in keys {
        #expect(try EventPattern("\(type).\(action) \(key)~1").conditions.first?.key == key)
      }
    }
  }
}
