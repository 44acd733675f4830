import Glibc
import Linux
import SQLite
import Support
import Testing

@testable import Images

/// Layers that are used before the disk has them for sure.
@Suite struct PendingLayerTests {
  private func withStore(_ body: (ImageStore, String) throws -> Void) throws {
    let root = "/tmp/dklab-pending-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer { try? Directory.removeTree(root) }
    try Directory.make(root)
    try body(ImageStore(content: ContentStore(root: root + "/content"), scope: "default"), root)
  }

  private func makeLayer(_ store: ImageStore, _ root: String, _ text: String) throws -> Layer {
    let upper = "\(root)/upper-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(upper)
    try File.replace(upper + "/file", text, durable: false)
    utimes(upper + "/file", [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)])
    utimes(upper, [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)])
    return try store.content.addLayer(taking: UpperDirectory(path: upper, lower: []))
  }

  private func pending(_ store: ImageStore) throws -> [String?] {
    try store.content.database.query("SELECT pending FROM layers ORDER BY diff_id").map {
      $0[0].text
    }
  }

  @Test("are there at once, and settled with the first image")
  func settled() throws {
    try withStore { store, root in
      let layer = try makeLayer(store, root, "one")
      #expect(try store.content.layer(layer.diffID) == layer)
      #expect(try File.text(layer.directory + "/file") == "one")
      #expect(try pending(store) == [ContentStore.bootID])
      #expect(!store.content.hasBlob(layer.diffID))
      let image = try store.create(config: ImageConfig(), layers: [layer])
      #expect(try pending(store) == [nil])
      let blob = try store.content.blobDescriptor(of: layer.diffID)
      #expect(store.content.hasBlob(blob.digest) && store.content.hasBlob(image.id))
      #expect(store.content.hasBlob(image.manifest))
      #expect(!File.exists(store.content.pendingArchive(layer.diffID.hex)))
      // Again, with nothing to do.
      #expect(try store.create(config: ImageConfig(), layers: [layer]).id == image.id)
    }
  }

  @Test("are settled without an image too")
  func settledAlone() throws {
    try withStore { store, root in
      let layers = try ["one", "two"].map { try makeLayer(store, root, $0) }
      try store.content.settleLayers()
      #expect(try pending(store) == [nil, nil])
      for layer in layers {
        #expect(store.content.hasBlob(try store.content.blobDescriptor(of: layer.diffID).digest))
      }
    }
  }

  @Test("of an earlier start of the machine are made again, whatever lies there")
  func powerFailure() throws {
    try withStore { store, root in
      let layer = try makeLayer(store, root, "one")
      try store.content.database.execute("UPDATE layers SET pending = 'earlier'")
      // What the disk did not get.
      try File.replace(layer.directory + "/file", "", durable: false)
      #expect(try store.content.layer(layer.diffID) == nil)
      #expect(try makeLayer(store, root, "one") == layer)
      #expect(try File.text(layer.directory + "/file") == "one")
      #expect(try pending(store) == [ContentStore.bootID])
      try store.create(config: ImageConfig(), layers: [layer])
      #expect(try pending(store) == [nil])
    }
  }

  @Test("that no row tells of are replaced")
  func killedInBetween() throws {
    try withStore { store, root in
      let layer = try makeLayer(store, root, "one")
      try store.content.database.execute("DELETE FROM layers")
      try File.replace(layer.directory + "/file", "damaged", durable: false)
      _ = try makeLayer(store, root, "one")
      #expect(try File.text(layer.directory + "/file") == "one")
      #expect(try Directory.list(store.content.root + "/tmp").allSatisfy { $0.hasSuffix(".lock") })
    }
  }

  @Test("of an earlier start go with the next collection")
  func collected() throws {
    try withStore { store, root in
      let layer = try makeLayer(store, root, "one")
      try store.content.database.execute("UPDATE layers SET pending = 'earlier'")
      try BuildCacheStore(store).hold([layer.diffID])
      try store.content.collect { [] }
      #expect(try pending(store).isEmpty)
      #expect(!File.exists(layer.directory))
    }
  }
}
