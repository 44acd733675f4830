import Glibc
import Linux

/// Archives among files that may be anything.
package enum LocalArchive {
  /// Whether the regular file `file` is a tar archive with a member, compressed or not.
  package static func isArchive(_ file: Int32) -> Bool {
    lseek(file, 0, SEEK_SET)
    defer { lseek(file, 0, SEEK_SET) }
    guard let source = try? ArchiveSource(file, name: "archive") else { return false }
    let reader = TarReader(source, archive: "archive", needsEndMark: false)
    return ((try? reader.next()) ?? nil) != nil
  }
}
