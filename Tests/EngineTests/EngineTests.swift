import Glibc
import Images
import Linux
import Support
import Testing

@testable import Engine

@Suite("An engine instance") struct EngineTests {
  /// A root of its own, removed afterwards.
  func withEngine(_ body: (Engine) throws -> Void) throws {
    let path = "/tmp/dklab-engine-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer { try? Directory.removeTree(path) }
    try body(try Engine(root: DataRoot(path: path), instance: "default"))
  }

  func insert(_ engine: Engine, _ id: String, _ name: String) throws {
    guard let digest = Digest("sha256:" + String(repeating: "a", count: 64)) else { return }
    try engine.insert(
      ContainerRecord(
        id: id, name: name, created: 1, imageID: digest, spec: ContainerSpec(image: "busybox"),
        mounts: [], state: ContainerState()))
  }

  @Test("a container is found by name, /name, id and the beginning of an id") func lookup() throws {
    try withEngine { engine in
      let id = "abc" + String(repeating: "0", count: 61)
      try insert(engine, id, "web")
      for reference in ["web", "/web", id, "abc", "a"] {
        #expect(try engine.container(reference).id == id)
      }
    }
  }

  @Test("a prefix of two ids is refused, and says so") func ambiguous() throws {
    try withEngine { engine in
      try insert(engine, "ab1" + String(repeating: "0", count: 61), "one")
      try insert(engine, "ab2" + String(repeating: "0", count: 61), "two")
      let error = #expect(throws: DklabError.self) { try engine.container("ab") }
      #expect(error?.id == "container.ambiguous")
      #expect(try engine.container("ab2").name == "two")
    }
  }

  @Test("a name that was removed is recognised in the hint") func removed() throws {
    try withEngine { engine in
      try engine.journal.append("container", "destroy", actor: "1", name: "gone")
      let error = #expect(throws: DklabError.self) { try engine.container("gone") }
      #expect(error?.id == "container.not-found" && error?.hint != nil)
      let other = #expect(throws: DklabError.self) { try engine.container("never") }
      #expect(other?.hint == nil)
    }
  }

  @Test("an update that throws changes nothing, in the record and in the journal") func atomic()
    throws
  {
    try withEngine { engine in
      let id = String(repeating: "f", count: 64)
      try insert(engine, id, "web")
      #expect(throws: DklabError.self) {
        try engine.update(id) { state, record in
          state.exitCode = 9
          try engine.journal.append("container", "die", actor: id, name: record.name)
          throw DklabError(.internal, id: "test", Text("x", ko: "x"))
        }
      }
      #expect(try engine.container(id).state.exitCode == 0)
      #expect(try engine.journal.entries().isEmpty)
    }
  }

  @Test("a running record without its monitor is repaired once, and told about") func repair()
    throws
  {
    try withEngine { engine in
      let id = String(repeating: "e", count: 64)
      try insert(engine, id, "web")
      try engine.update(id) { state, _ in
        state.status = .running
        state.monitor = ProcessIdentity(pid: 999_999_999, startTime: 1)
      }
      let repairs = try engine.reconcile()
      #expect(repairs.map(\.container) == ["web"])
      let state = try engine.container(id).state
      #expect(state.status == .exited && state.exitCode == 137 && !state.error.isEmpty)
      #expect(try engine.reconcile().isEmpty)
      let last = try engine.journal.entries().last
      #expect(last?.action == "die" && last?.attributes["repair"] == "true")
    }
  }

  @Test("journal entries keep order and attributes") func journal() throws {
    try withEngine { engine in
      try engine.journal.append("container", "create", actor: "1", name: "a", ["image": "x\n\"y\""])
      let first = try engine.journal.entries()
      try engine.journal.append("container", "start", actor: "1", name: "a")
      #expect(first.first?.attributes == ["image": "x\n\"y\""])
      #expect(try engine.journal.entries(since: first[0].id).map(\.action) == ["start"])
    }
  }

  @Test(
    "names that become directories are checked",
    arguments: [
      ("default", true), ("lab-day44", true), ("", false), ("../x", false), ("a/b", false),
      (".hidden", false), ("한글", false),
    ])
  func instanceNames(name: String, isValid: Bool) {
    #expect(isValidInstanceName(name) == isValid)
  }
}
