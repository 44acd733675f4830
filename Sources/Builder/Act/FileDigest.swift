import Glibc
import Images
import Linux
import Support

import struct Crypto.SHA256

/// What a cache key says about files: mode, owner where it counts, links, content; never times.
extension SourceTree {
  /// One line for each item, `digest path`, in order.
  func digests(_ selections: [FileSelection], ownersCount: Bool) throws -> [String] {
    var lines: [String] = []
    for selection in selections {
      for item in selection.items {
        lines.append("\(try digest(item, ownersCount: ownersCount)) /\(item.path)")
      }
    }
    return lines
  }

  private func digest(_ item: SourceItem, ownersCount: Bool) throws -> String {
    let info = item.info
    var hash = SHA256()
    func add(_ text: String) { hash.update(data: Array((text + "\0").utf8)) }
    // The name of a file that is copied by itself is kept when it goes into a directory.
    let name = item.isTop ? item.path.split(separator: "/").last.map(String.init) : item.target
    add("\(info.st_mode) \(name ?? "")")
    if ownersCount { add("\(info.st_uid):\(info.st_gid)") }
    switch item.type {
    case S_IFREG:
      let file = try root.open(item.path, O_RDONLY | O_NONBLOCK | (item.isTop ? 0 : O_NOFOLLOW))
      for name in try ExtendedAttributes.names(of: file.number).sorted()
      where name == "security.capability" {
        add(name)
        hash.update(data: try ExtendedAttributes.value(of: name, in: file.number) ?? [])
      }
      try withUnsafeTemporaryAllocation(byteCount: 128 << 10, alignment: 16) { buffer in
        while true {
          let count = try check(
            retryingInterrupts { read(file.number, buffer.baseAddress, buffer.count) }, "read",
            item.path)
          if count == 0 { return }
          hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
      }
    case S_IFLNK: add(try linkTarget(item.path))
    case S_IFCHR, S_IFBLK: add("\(info.st_rdev)")
    default: break
    }
    return Digest(bytes: hash.finalize()).hex
  }

  func linkTarget(_ path: String) throws -> String {
    let place = try root.parent(of: path)
    return try File.link("\(descriptorPath(place.directory))/\(place.name)")
  }
}
