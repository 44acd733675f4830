import Glibc
import Linux
import Support

extension ContentStore {
  /// Unpacks the tar in `archive`, an open file or pipe, compressed or not, into the directory at
  /// `path` of a container: what is there stays unless a member takes its place, and `.wh.` in a
  /// name means nothing. `name` is what messages call the archive; `translate` says who an owner is here,
  /// nil for nobody, whose files stay the caller's.
  package func unpack(
    archive: Int32, name: String, into path: String,
    translate: @escaping (_ user: uid_t, _ group: gid_t) -> (user: uid_t, group: gid_t)? = {
      ($0, $1)
    }
  ) throws {
    let file = try seekable(archive, name: name)
    let reader = TarReader(try ArchiveSource(file.number, name: name), archive: name)
    let unpacker = try LayerUnpacker(into: path, archive: name)
    unpacker.isLayer = false
    unpacker.translate = translate
    _ = try unpacker.unpack(reader)
  }
}
