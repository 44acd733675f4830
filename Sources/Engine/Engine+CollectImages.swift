import Images
import Linux
import SQLite
import Support

extension Engine {
  /// Deletes from the content store what no instance has a name for and no container uses.
  package static func collectImages(root: DataRoot) throws {
    guard File.isDirectory(root.content) else { return }
    try ContentStore(root: root.content).collect { try imagesInUse(root: root) }
  }

  /// The images of the containers of all instances.
  private static func imagesInUse(root: DataRoot) throws -> Set<Digest> {
    var images: Set<Digest> = []
    for instance in root.instances() {
      let path = root.instance(instance) + "/engine.db"
      guard File.exists(path) else { continue }
      do {
        images.formUnion(try imagesInUse(Database(path: path)))
      } catch let error as DklabError {
        // Somebody has destroyed the instance between two looks.
        guard !File.exists(path) else { throw error }
      }
    }
    return images
  }

  private static func imagesInUse(_ database: Database) throws -> [Digest] {
    // An instance that is being made this moment has no tables yet, and no containers.
    guard
      try !database.query(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'containers'"
      ).isEmpty
    else { return [] }
    let rows = try database.query("SELECT DISTINCT image FROM containers")
    return rows.compactMap { $0[0].text.flatMap { Digest($0) ?? Digest(hex: $0) } }
  }
}
