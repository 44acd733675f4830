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
      ("exec.die missing=x", false), ("exec.die missing!=x", true),
    ])
  func matches(_ pattern: String, _ fits: Bool) throws {
    #expect(try EventPattern(pattern).matches(event) == fits)
  }

  @Test(
    "is refused with the nearest known event",
    arguments: [
      ("exec.dei", "lab.bad-event"), ("container", "lab.bad-event"), ("", "lab.bad-event"),
      ("exec.die a b", "lab.bad-event"), ("exec.die out~[", "lab.bad-regex"),
    ])
  func refused(_ pattern: String, _ id: String) {
    let error = #expect(throws: DklabError.self) { try EventPattern(pattern) }
    #expect(error?.id == id)
  }
}
