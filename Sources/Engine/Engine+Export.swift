import Glibc
import Images
import Linux
import Support

extension Engine {
  /// Writes the files of a container, running or not, into `archive` as one tar (`docker export`):
  /// without its volumes, and without layers.
  package func export(_ record: ContainerRecord, to archive: Int32) throws {
    try withRootFileSystem(of: record) { root in
      let writer = TarWriter(FileSink(archive))
      try TreeArchive(writer).add(tree: root)
      try writer.finish()
    }
    try journal.append(
      "container", "export", actor: record.id, name: record.name, attributes(record))
  }
}
