import Documents
import Synchronization
import Testing

@testable import Kube

@Suite("The store")
struct StoreTests {
  private func key(_ name: String) -> ObjectKey { ObjectKey("configmaps", "default", name) }
  private func object(_ name: String, _ value: String = "1") -> JSONValue {
    ["metadata": ["name": .string(name), "namespace": "default"], "data": ["v": .string(value)]]
  }

  @Test("every change takes the next revision, and the object carries it")
  func revisions() throws {
    let store = try Store(path: ":memory:")
    let first = try store.create(key("a"), object("a"))
    let second = try store.create(key("b"), object("b"))
    let third = try store.update(key("a"), object("a", "2"), from: first.revision)
    #expect([first.revision, second.revision, third.revision] == [1, 2, 3])
    #expect(third.value.resourceVersion == "3")
    #expect(try JSONValue.parse(third.bytes).resourceVersion == "3")
  }

  @Test("of two writers who saw the same form one loses")
  func optimisticLock() throws {
    let store = try Store(path: ":memory:")
    let seen = try store.create(key("a"), object("a"))
    try store.update(key("a"), object("a", "2"), from: seen.revision)
    #expect(throws: StoreError.changed) {
      try store.update(key("a"), object("a", "3"), from: seen.revision)
    }
    #expect(throws: StoreError.exists) { try store.create(key("a"), object("a")) }
    #expect(throws: StoreError.missing) { try store.delete(key("x"), object("x"), from: 1) }
    #expect(store.get(key("a"))?.value.text("data", "v") == "2")
  }

  @Test("what was written is there after the store was opened again")
  func reopened() throws {
    let path = "/tmp/kube-store-\(UInt64.random(in: 0 ... .max)).db"
    defer { for suffix in ["", "-wal", "-shm"] { removeFile(path + suffix) } }
    do {
      let store = try Store(path: path)
      let kept = try store.create(key("kept"), object("kept"))
      try store.update(key("kept"), object("kept", "2"), from: kept.revision)
      let gone = try store.create(key("gone"), object("gone"))
      try store.delete(key("gone"), object("gone"), from: gone.revision)
    }
    let store = try Store(path: path)
    #expect(store.revision == 4)
    #expect(names(store.list("configmaps").objects.map(\.value)) == ["kept"])
    #expect(store.get(key("kept"))?.value.text("data", "v") == "2")
    // A name that was used before can be used again, at a new revision.
    #expect(try store.create(key("gone"), object("gone")).revision == 5)
  }

  @Test("a watch tells of everything after its revision, from memory or from the log, without gaps")
  func watch() throws {
    let path = "/tmp/kube-store-\(UInt64.random(in: 0 ... .max)).db"
    defer { for suffix in ["", "-wal", "-shm"] { removeFile(path + suffix) } }
    do {
      let store = try Store(path: path)
      let first = try store.create(key("a"), object("a"))
      try store.update(key("a"), object("a", "2"), from: first.revision)
      try store.create(ObjectKey("secrets", "default", "s"), object("s"))
    }
    let store = try Store(path: path)
    let seen = Mutex<[String]>([])
    let watcher = try store.watch("configmaps", after: 1) { event in
      seen.withLock {
        $0.append("\(event.kind.rawValue) \(event.revision) \(event.previous?.revision ?? 0)")
      }
    }
    let b = try store.create(key("b"), object("b"))
    try store.delete(key("b"), object("b"), from: b.revision)
    watcher.cancel()
    try store.create(key("c"), object("c"))
    #expect(seen.withLock { $0 } == ["MODIFIED 2 1", "ADDED 4 0", "DELETED 5 4"])
  }

  @Test("a compacted store refuses old watches and keeps every newest form")
  func compaction() throws {
    let store = try Store(path: ":memory:")
    var revision = try store.create(key("a"), object("a")).revision
    for number in 2...5 {
      revision = try store.update(key("a"), object("a", String(number)), from: revision).revision
    }
    let gone = try store.create(key("gone"), object("gone"))
    try store.delete(key("gone"), object("gone"), from: gone.revision)
    try store.compact(to: 6)
    #expect(throws: StoreError.compacted(oldest: 6)) { _ = try store.watch("", after: 3) { _ in } }
    #expect(throws: StoreError.compacted(oldest: 6)) { _ = try store.list("configmaps", at: 3) }
    #expect(try store.log().map(\.revision) == [5, 6, 7])
    #expect(store.get(key("a"))?.value.text("data", "v") == "5")
    #expect(names(try store.list("configmaps", at: 6).map(\.value)) == ["a", "gone"])
    #expect(throws: StoreError.future(current: 7)) { _ = try store.watch("", after: 8) { _ in } }
  }

  @Test("a list of an earlier revision shows what was there then")
  func history() throws {
    let store = try Store(path: ":memory:")
    let a = try store.create(key("a"), object("a"))
    try store.create(key("b"), object("b"))
    try store.delete(key("a"), object("a"), from: a.revision)
    #expect(names(try store.list("configmaps", at: 2).map(\.value)) == ["a", "b"])
    #expect(names(try store.list("configmaps", at: 3).map(\.value)) == ["b"])
  }

  @Test(
    "a path leads back to its key",
    arguments: [
      "/registry/pods/default/web", "/registry/namespaces/default",
      "/registry/apps/deployments/default/web",
      "/registry/rbac.authorization.k8s.io/clusterroles/system:node",
    ])
  func paths(_ path: String) throws {
    #expect(try #require(ObjectKey(path: path)).path == path)
  }
}
