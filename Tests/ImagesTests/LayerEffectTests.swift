import Linux
import Support
import Testing

@testable import Images

/// Layers made from archives, as any image's are: whiteouts are names there.
@Suite struct LayerEffectTests {
  let directory: TemporaryDirectory
  let store: ImageStore

  init() throws {
    directory = try TemporaryDirectory()
    store = ImageStore(content: try directory.content(), scope: "test")
  }

  private func image(_ layers: [[(name: String, size: Int)]]) throws -> Image {
    try store.content.withLock {
      let made = try layers.map { members in
        try store.content.addLayer(name: "test") { writer in
          for member in members {
            if member.name.hasSuffix("/") {
              try writer.add(TarEntry(String(member.name.dropLast()), .directory, mode: 0o755))
            } else {
              let content = [UInt8](repeating: 65, count: member.size)
              try writer.add(TarEntry(member.name, .file, mode: 0o644), content: content)
            }
          }
        }
      }
      return try store.create(config: ImageConfig(), layers: made)
    }
  }

  @Test("what a layer above has anew or deletes is wasted in the one below", .enabled(if: isRoot))
  func waste() throws {
    let effects = try image([
      [("d/", 0), ("d/kept", 1), ("d/changed", 10), ("gone", 100)],
      [("d/", 0), ("d/changed", 20), (".wh.gone", 0), ("new", 5)],
    ]).layerEffects()
    #expect(effects[0].added.files == 3 && effects[0].added.bytes == 111)
    #expect(effects[0].wasted.files == 2 && effects[0].wasted.bytes == 110)
    #expect(effects[1].replaced.bytes == 10 && effects[1].hidden.bytes == 100)
    #expect(effects[1].added.files == 1 && effects[1].added.bytes == 5)
    #expect(effects[1].wasted.files == 0)
  }

  @Test("a directory that begins anew hides all that was in it", .enabled(if: isRoot))
  func opaque() throws {
    let effects = try image([
      [("d/", 0), ("d/a", 1), ("d/e/", 0), ("d/e/b", 2)],
      [("d/", 0), ("d/.wh..wh..opq", 0), ("d/c", 4)],
      [(".wh.d", 0)],
    ]).layerEffects()
    #expect(effects[1].hidden.files == 2 && effects[1].hidden.bytes == 3)
    #expect(effects[1].added.bytes == 4)
    #expect(effects[2].hidden.files == 1 && effects[2].hidden.bytes == 4)
    #expect(effects.map(\.wasted.bytes) == [3, 4, 0])
  }

  @Test("images hang from the one whose layers they stand on")
  func family() throws {
    let base: [(name: String, size: Int)] = [("base", 10)]
    let one = try image([base])
    let two = try image([base, [("more", 5)]])
    let three = try image([base, [("more", 5)], [("most", 1)]])
    let other = try image([[("other", 7)]])
    let trees = ImageFamily.trees(of: [three, other, two, one])
    #expect(Set(trees.map(\.image.id)) == [one.id, other.id])
    let tree = try #require(trees.first { $0.image.id == one.id })
    #expect(tree.children.map(\.image.id) == [two.id] && tree.children[0].ownSize == 5)
    #expect(tree.children[0].children.map(\.image.id) == [three.id])
  }
}
