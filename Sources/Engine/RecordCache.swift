// For a process that is asked for all containers again and again, as the API's server is. Somebody
// else may change the records at any time, and does: each monitor writes its own, and `dklab rm` in
// another terminal asks nobody. So nothing is believed for a moment without asking the database; but
// "has anybody committed anything" is answered from shared memory, and a row that has stayed the same
// is not decoded again.

import FoundationEssentials
import Images
import SQLite
import Support

/// All containers of an instance, decoded once for each change.
package final class RecordCache {
  /// One container.
  package struct Entry: Sendable {
    package let record: ContainerRecord
    /// What lists call its image: the name it was made with, or the image's id once that name stands
    /// for another image or is gone.
    package let imageName: String
    /// Another one whenever anything of the above is another one. Never used twice.
    package let revision: Int
  }

  private struct Known {
    let row: Row
    let entry: Entry
  }

  private let engine: Engine
  private var marks: [Database.ChangeMark] = []
  private var known: [String: Known] = [:]
  private var entries: [Entry] = []
  private var names: [String: String] = [:]
  private var revision = 0

  /// `engine` is for this cache alone.
  package init(_ engine: Engine) {
    self.engine = engine
  }

  /// All containers as they are now, newest first.
  package func current() throws -> [Entry] {
    let marks = [try engine.database.changeMark(), try engine.images().changeMark()]
    guard marks != self.marks else { return entries }
    var next: [String: Known] = [:]
    var images: [String: Digest] = [:]
    let rows = try engine.database.query("SELECT * FROM containers ORDER BY created DESC")
    entries = try rows.map { row in
      let id = row["id"].text ?? ""
      let item = try item(row, known[id], &images)
      next[id] = item
      return item.entry
    }
    known = next
    names = Dictionary(entries.map { ($0.record.name, $0.record.id) }) { first, _ in first }
    self.marks = marks
    return entries
  }

  /// The container that has exactly this id or name now; nil for what may be the beginning of an id.
  package func current(_ reference: String) throws -> Entry? {
    _ = try current()
    let name = reference.hasPrefix("/") ? String(reference.dropFirst()) : reference
    return known[name]?.entry ?? names[name].flatMap { known[$0]?.entry }
  }

  private func item(_ row: Row, _ old: Known?, _ images: inout [String: Digest]) throws -> Known {
    let isSame = old?.row == row
    let record =
      try old.flatMap { isSame ? $0.entry.record : nil }
      ?? engine.record(row, knowing: old.map { KnownRecord($0.row, $0.entry.record) })
    let name = record.spec.image
    if images[name] == nil, let image = try? engine.images().find(name) { images[name] = image.id }
    let shown = images[name] == record.imageID ? name : "\(record.imageID)"
    if let old, isSame, old.entry.imageName == shown { return old }
    revision += 1
    return Known(row: row, entry: Entry(record: record, imageName: shown, revision: revision))
  }
}
