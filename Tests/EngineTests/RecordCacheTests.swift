import Images
import Linux
import Support
import Testing

@testable import Engine

@Suite("Kept records") struct RecordCacheTests {
  private func withCache(_ body: (RecordCache, Engine) throws -> Void) throws {
    try EngineTests().withEngine { engine in
      try body(
        RecordCache(try Engine(root: engine.root, instance: engine.instance)), engine)
    }
  }

  private func id(_ letter: Character) -> String { String(repeating: letter, count: 64) }

  @Test("are what another process has just written, whatever it was")
  func follows() throws {
    try withCache { cache, engine in
      #expect(try cache.current().isEmpty)
      try EngineTests().insert(engine, id("a"), "one")
      try EngineTests().insert(engine, id("b"), "two")
      #expect(try Set(cache.current().map(\.record.name)) == ["one", "two"])
      try engine.update(id("a")) { state, _ in state.exitCode = 7 }
      try engine.database.execute(
        "UPDATE containers SET name = 'three' WHERE id = ?", .text(id("b")))
      let found = try cache.current().map(\.record)
      #expect(found.first { $0.name == "one" }?.state.exitCode == 7)
      #expect(found.contains { $0.name == "three" && $0.spec.image == "busybox" })
      try engine.database.execute("DELETE FROM containers WHERE id = ?", .text(id("a")))
      #expect(try cache.current().map(\.record.name) == ["three"])
      try EngineTests().insert(engine, id("a"), "one")
      #expect(try cache.current().count == 2)
    }
  }

  @Test("have a new revision exactly when they have changed")
  func revisions() throws {
    try withCache { cache, engine in
      try EngineTests().insert(engine, id("a"), "one")
      try EngineTests().insert(engine, id("b"), "two")
      func revisions() throws -> [String: Int] {
        Dictionary(uniqueKeysWithValues: try cache.current().map { ($0.record.name, $0.revision) })
      }
      let before = try revisions()
      #expect(Set(before.values).count == 2)
      #expect(try revisions() == before)
      try engine.journal.append("container", "top", actor: id("a"), name: "one")
      #expect(try revisions() == before)
      try engine.update(id("a")) { state, _ in state.pid = 1 }
      let after = try revisions()
      #expect(after["two"] == before["two"])
      #expect(!before.values.contains(try #require(after["one"])))
    }
  }

  @Test("that cannot be read are an error each time, and not an old truth")
  func unreadable() throws {
    try withCache { cache, engine in
      try EngineTests().insert(engine, id("a"), "one")
      _ = try cache.current()
      try engine.database.execute("UPDATE containers SET state = '{'")
      for _ in 1...2 {
        let error = #expect(throws: DklabError.self) { try cache.current() }
        #expect(error?.id == "record.unreadable")
      }
    }
  }
}
