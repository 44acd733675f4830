import Testing

@testable import Labs

@Suite("The check build.record")
struct BuildRecordTests {
  private static let ran = "- build.record: {image: site, count: ran, is: 0}"

  private func verdict(_ yaml: String, _ events: [String]) throws -> Verdict {
    let journal = events.flatMap { Fixture.journal($0) }
    return try Fixture.verdict(yaml, Snapshot(journal: journal))
  }

  @Test("goes by the newest build of the name, with or without its tag")
  func newest() throws {
    let first = "builder.build site:latest ran=3 cached=0"
    let second = "builder.build site:latest ran=0 cached=3"
    #expect(try verdict(Self.ran, [first, second]).word == "pass")
    #expect(try verdict(Self.ran, [second, first]).word == "fail")
    let cached = "- build.record: {image: \"site:latest\", count: cached, at-least: 3}"
    #expect(try verdict(cached, [first, second]).word == "pass")
    #expect(try verdict(Self.ran, [second, "builder.build other:latest ran=9"]).word == "pass")
  }

  @Test("names what ran first, and that nothing was built")
  func causes() throws {
    let changed = "builder.build site:latest ran=2 cached=1 steps=\"COPY app.sh /app/\""
    #expect(
      try "\(verdict(Self.ran, [changed]))".contains("2 steps ran, from `COPY app.sh /app/` on"))
    let never = try verdict(Self.ran, ["builder.build other:latest ran=1"])
    #expect(never.word == "fail")
    #expect("\(never)".contains("journal.never") && "\(never)".contains("other:latest"))
  }
}
