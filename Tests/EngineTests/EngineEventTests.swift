import Testing

@testable import Engine

@Suite("Events in docker's words")
struct EngineEventTests {
  func event(
    _ type: String, _ action: String, actor: String = "4c01db0b339c", name: String = "web",
    _ attributes: [String: String] = [:]
  ) -> EngineEvent? {
    EngineEvent(
      JournalEntry(
        id: 1, time: 1_714_566_600_123_456_789, type: type, action: action, actor: actor,
        name: name,
        attributes: attributes))
  }

  func passes(_ event: EngineEvent?, _ filters: [String: [String]]) -> Bool {
    event.map(EventFilter(filters).matches) ?? false
  }

  @Test("labels are attributes, and what only labs need is left out")
  func attributes() {
    let event = event(
      "container", "die", ["image": "busybox", "label.tier": "db", "exitCode": "3", "output": "x"])
    #expect(
      event?.attributes == ["image": "busybox", "tier": "db", "exitCode": "3", "name": "web"])
    #expect(
      event?.line.hasSuffix(
        "container die 4c01db0b339c (exitCode=3, image=busybox, name=web, tier=db)")
        == true)
    #expect(event?.json["status"] == "die" && event?.json["from"] == "busybox")
    #expect(event?.json["timeNano"] == .integer(1_714_566_600_123_456_789))
  }

  @Test("commands of labs are no events") func own() {
    #expect(event("command", "run") == nil)
  }

  @Test("keys must all match, of several values of a key one")
  func filters() {
    let start = event("container", "start", ["image": "nginx:1.27", "label.tier": "db"])
    #expect(passes(start, [:]))
    #expect(passes(start, ["event": ["stop", "start"], "type": ["container"]]))
    #expect(!passes(start, ["event": ["start"], "type": ["image"]]))
    #expect(passes(start, ["container": ["web"]]) && passes(start, ["container": ["4c01"]]))
    #expect(!passes(start, ["container": ["other"]]))
    #expect(passes(start, ["image": ["nginx"]]) && passes(start, ["image": ["nginx:1.27"]]))
    #expect(!passes(start, ["image": ["ngin"]]))
    #expect(passes(start, ["label": ["tier"]]) && passes(start, ["label": ["tier=db"]]))
    #expect(!passes(start, ["label": ["tier=web"]]) && !passes(start, ["label": ["none"]]))
    #expect(!passes(start, ["network": ["bridge"]]))
  }

  @Test("an action with words behind it is found by its first one")
  func actionsWithWords() {
    let health = event("container", "health_status: healthy")
    #expect(passes(health, ["event": ["health_status"]]))
    #expect(passes(health, ["event": ["health_status: healthy"]]))
    #expect(!passes(health, ["event": ["health_status: unhealthy"]]))
    #expect(passes(event("container", "exec_create: ls -l"), ["event": ["exec_create"]]))
  }
}
