// Reading a tar archive as a stream: ustar, pax (POSIX.1-2001) and GNU members.
//
// A member is a header, its content and padding to 512 bytes. What does not fit into a header is
// said before it: in a pax member (`x`, records "LENGTH KEY=VALUE\n"; `g` for all that follow) or in
// GNU's `L` and `K` members (a long name, a long link name). Two blocks of zeros end the archive.
//
// The archive is hostile until read: lengths are checked before they are believed, and what a
// header says of sizes never allocates more than a small limit.
//
// Simplification: sparse members are refused; no builder of images writes them. Names are UTF-8:
// bytes that are not become U+FFFD.
//
// Man pages: tar(5), pax(1). Next: LayerUnpack.swift.

import Support

/// Reads the members of an archive in order.
package final class TarReader {
  private let source: any ByteSource
  private let archive: String
  private let needsEndMark: Bool
  private var block = [UInt8](repeating: 0, count: TarHeader.blockSize)
  private var globalRecords: [PaxRecord] = []
  /// Content of the current member not read yet, and the padding after it.
  private var unread: Int64 = 0
  private var padding: Int64 = 0
  private var lastName = ""
  private var isAtEnd = false

  /// Long names and pax records beyond this are taken for an attack.
  private static let metadataLimit: Int64 = 1 << 20

  /// `archive` names it in errors. Without `needsEndMark` an archive may end after any member.
  package init(_ source: any ByteSource, archive: String, needsEndMark: Bool = true) {
    self.source = source
    self.archive = archive
    self.needsEndMark = needsEndMark
  }

  /// The next member; nil at the end. What was not read of the one before is skipped.
  package func next() throws -> TarEntry? {
    guard !isAtEnd else { return nil }
    var records: [PaxRecord] = []
    var longName: String?
    var longLink: String?
    while let header = try nextHeader() {
      switch header.type {
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        records = try paxRecords(header)
      case UInt8(ascii: "g"):
        globalRecords = try paxRecords(header)
      case UInt8(ascii: "L"):
        longName = try longText(header)
      case UInt8(ascii: "K"):
        longLink = try longText(header)
      case UInt8(ascii: "V"):
        continue
      default:
        return try entry(header, globalRecords + records, longName, longLink)
      }
    }
    isAtEnd = true
    return nil
  }

  /// Content of the current member: fills the start of `buffer`, returns how much, zero at the end.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let wanted = Int(min(Int64(buffer.count), unread))
    guard wanted > 0 else { return 0 }
    let count = try source.read(
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
    guard count > 0 else { throw truncated() }
    unread -= Int64(count)
    return count
  }

  /// All content of the current member, `limit` bytes at most.
  package func readContent(limit: Int) throws -> [UInt8] {
    guard unread <= Int64(limit) else {
      throw problem(
        "too-large", "\(unread) bytes where \(limit) are allowed",
        "\(limit)바이트까지 허용되는데 \(unread)바이트입니다")
    }
    var content = [UInt8](repeating: 0, count: Int(unread))
    try content.withUnsafeMutableBytes { buffer in
      var filled = 0
      while filled < buffer.count {
        filled += try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      }
    }
    return content
  }

  private func nextHeader() throws -> TarHeader? {
    try skip(unread + padding)
    unread = 0
    padding = 0
    guard try readBlock() else {
      guard needsEndMark else { return nil }
      throw truncated()
    }
    do {
      guard let header = try TarHeader(block) else { return nil }
      if !header.name.isEmpty { lastName = header.name }
      unread = TarReader.hasContent(header.type) ? header.size : 0
      guard unread >= 0, unread < .max - 512 else { throw TarHeader.Problem.number(field: "size") }
      padding = (512 - unread % 512) % 512
      return header
    } catch TarHeader.Problem.number(let field) {
      throw problem(
        "bad-header", "the header's \(field) is not a number", "헤더의 \(field) 값이 숫자가 아닙니다")
    } catch TarHeader.Problem.checksum {
      throw problem(
        "bad-header", "not a tar header (wrong checksum) after this entry",
        "이 항목 다음이 tar 헤더가 아닙니다(체크섬 불일치)")
    }
  }

  private static func hasContent(_ type: UInt8) -> Bool {
    !"123456".utf8.contains(type)
  }

  private func entry(
    _ header: TarHeader, _ records: [PaxRecord], _ longName: String?, _ longLink: String?
  ) throws -> TarEntry {
    var fields = TarFields(header)
    fields.name = longName ?? fields.name
    fields.linkName = longLink ?? fields.linkName
    for record in records {
      guard !record.key.hasPrefix("GNU.sparse.") else { throw sparse() }
      guard fields.apply(record) else {
        throw problem(
          "bad-header", "pax record \(record.key) has a bad value",
          "pax 레코드 \(record.key)의 값이 잘못되었습니다")
      }
    }
    lastName = fields.name
    let isFile = TarReader.hasContent(header.type)
    if isFile, fields.size != unread {
      guard fields.size >= 0, fields.size < .max - 512 else {
        throw problem("bad-header", "bad size \(fields.size)", "크기가 잘못되었습니다: \(fields.size)")
      }
      unread = fields.size
      padding = (512 - unread % 512) % 512
    }
    guard header.type != UInt8(ascii: "S") else { throw sparse() }
    guard let entry = fields.entry(size: unread) else {
      let type = String(UnicodeScalar(header.type))
      throw problem(
        "unsupported-entry", "entry of unknown type \"\(type)\"",
        "알 수 없는 종류(\"\(type)\")의 항목입니다")
    }
    return entry
  }

  private func paxRecords(_ header: TarHeader) throws -> [PaxRecord] {
    let bytes = try metadata()
    guard let records = PaxRecord.parse(bytes) else {
      throw problem("bad-header", "malformed pax records", "pax 레코드의 형식이 잘못되었습니다")
    }
    return records
  }

  private func longText(_ header: TarHeader) throws -> String {
    String(decoding: try metadata().prefix { $0 != 0 }, as: UTF8.self)
  }

  private func metadata() throws -> [UInt8] {
    try readContent(limit: Int(TarReader.metadataLimit))
  }

  /// Reads one block; false when the archive ends exactly before it.
  private func readBlock() throws -> Bool {
    try block.withUnsafeMutableBytes { buffer in
      var filled = 0
      while filled < buffer.count {
        let count = try source.read(
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        if count == 0 {
          guard filled == 0 else { throw truncated() }
          return false
        }
        filled += count
      }
      return true
    }
  }

  private func skip(_ count: Int64) throws {
    guard count > 0 else { return }
    try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
      var rest = count
      while rest > 0 {
        let part = UnsafeMutableRawBufferPointer(
          rebasing: buffer[..<Int(min(rest, Int64(buffer.count)))])
        let count = try source.read(into: part)
        guard count > 0 else { throw truncated() }
        rest -= Int64(count)
      }
    }
  }

  private func truncated() -> DklabError {
    lastName.isEmpty
      ? problem("truncated", "not a tar archive: it ends at once", "tar 아카이브가 아닙니다: 바로 끝납니다")
      : problem("truncated", "the archive is cut short here", "아카이브가 여기서 끊겨 있습니다")
  }

  private func sparse() -> DklabError {
    problem(
      "sparse", "sparse files are not supported", "희소(sparse) 파일은 지원하지 않습니다",
      hint: Text("pack it again without `tar -S`", ko: "`tar -S` 없이 다시 묶으세요"))
  }

  private func problem(_ id: String, _ english: String, _ korean: String, hint: Text? = nil)
    -> DklabError
  {
    let place = lastName.isEmpty ? archive : "\(archive): \(lastName)"
    return DklabError(
      .invalid, id: "archive.\(id)",
      Text("\(place): \(english)", ko: "\(place): \(korean)"), hint: hint)
  }
}

extension TarReader: ByteSource {}
