import Support

/// Writes a tar archive as a stream: ustar headers, and a pax member before each that does not fit
/// into one. The same members give the same bytes.
package final class TarWriter {
  private let sink: any ByteSink
  private var unwritten: Int64 = 0
  private var padding = 0

  package init(_ sink: any ByteSink) {
    self.sink = sink
  }

  /// Starts a member; `entry.size` bytes of content have to follow through `write`.
  package func add(_ entry: TarEntry) throws {
    precondition(unwritten == 0, "content of the member before is missing")
    let records = PaxRecord.needed(for: entry)
    if !records.isEmpty {
      let body = records.flatMap(\.bytes)
      var extra = TarEntry("PaxHeaders/entry", .file, mode: 0o644)
      extra.size = Int64(body.count)
      try sink.write(TarWriter.header(extra, type: UInt8(ascii: "x")))
      try sink.write(body + [UInt8](repeating: 0, count: TarWriter.padding(extra.size)))
    }
    try sink.write(TarWriter.header(entry, type: entry.kind.type))
    unwritten = entry.kind == .file ? entry.size : 0
    padding = TarWriter.padding(unwritten)
  }

  /// A whole member with its content.
  package func add(_ entry: TarEntry, content: [UInt8]) throws {
    var entry = entry
    entry.size = Int64(content.count)
    try add(entry)
    try content.withUnsafeBytes { try write($0) }
  }

  /// A whole file whose `entry.size` bytes are read from `source`; `EFBIG`-like surprises (a file
  /// that grew or shrank meanwhile) are an error that names it.
  package func add(_ entry: TarEntry, contentsOf source: any ByteSource) throws {
    try add(entry)
    try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
      while unwritten > 0 {
        let part = UnsafeMutableRawBufferPointer(
          rebasing: buffer[..<Int(min(unwritten, Int64(buffer.count)))])
        let count = try source.read(into: part)
        guard count > 0 else {
          throw DklabError(
            .conflict, id: "archive.file-changed",
            Text(
              "\(entry.name): became shorter while it was read",
              ko: "\(entry.name): 읽는 동안 파일이 짧아졌습니다"))
        }
        try write(UnsafeRawBufferPointer(rebasing: part[..<count]))
      }
    }
  }

  /// Content of the member last added.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    precondition(Int64(bytes.count) <= unwritten, "more content than the member's size")
    guard !bytes.isEmpty else { return }
    try sink.write(bytes)
    unwritten -= Int64(bytes.count)
    if unwritten == 0 { try sink.write([UInt8](repeating: 0, count: padding)) }
  }

  /// Ends the archive.
  package func finish() throws {
    precondition(unwritten == 0, "content of the last member is missing")
    try sink.write([UInt8](repeating: 0, count: 2 * TarHeader.blockSize))
  }

  private static func padding(_ size: Int64) -> Int {
    Int((512 - size % 512) % 512)
  }

  private static func header(_ entry: TarEntry, type: UInt8) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: TarHeader.blockSize)
    func put(_ text: String, at offset: Int, _ size: Int) {
      for (index, byte) in text.utf8.prefix(size).enumerated() { block[offset + index] = byte }
    }
    func put(_ number: Int64, at offset: Int, _ size: Int) {
      // A number that does not fit is in a pax record; its field here is zero.
      let digits = String(number, radix: 8)
      let fits = number >= 0 && digits.utf8.count < size
      let text = fits ? digits : "0"
      put(String(repeating: "0", count: size - 1 - text.utf8.count) + text, at: offset, size - 1)
    }
    put(entry.headerName, at: 0, 100)
    put(Int64(entry.mode), at: 100, 8)
    put(Int64(entry.owner), at: 108, 8)
    put(Int64(entry.group), at: 116, 8)
    put(entry.kind == .file ? entry.size : 0, at: 124, 12)
    put(entry.modified.seconds, at: 136, 12)
    block[156] = type
    switch entry.kind {
    case .hardLink(let target), .symbolicLink(let target):
      put(target, at: 157, 100)
    case .characterDevice(let major, let minor), .blockDevice(let major, let minor):
      put(Int64(major), at: 329, 8)
      put(Int64(minor), at: 337, 8)
    case .file, .directory, .fifo: break
    }
    put("ustar\u{0}00", at: 257, 8)
    for index in 148..<156 { block[index] = 0x20 }
    let sum = block.reduce(Int64(0)) { $0 + Int64($1) }
    put(sum, at: 148, 7)
    block[154] = 0
    return block
  }
}

extension TarEntry {
  /// The path as headers have it: directories end with a slash.
  var headerName: String {
    kind == .directory && !name.hasSuffix("/") ? name + "/" : name
  }
}

extension TarEntry.Kind {
  var type: UInt8 {
    switch self {
    case .file: UInt8(ascii: "0")
    case .hardLink: UInt8(ascii: "1")
    case .symbolicLink: UInt8(ascii: "2")
    case .characterDevice: UInt8(ascii: "3")
    case .blockDevice: UInt8(ascii: "4")
    case .directory: UInt8(ascii: "5")
    case .fifo: UInt8(ascii: "6")
    }
  }
}

extension PaxRecord {
  /// What a ustar header has no room for.
  static func needed(for entry: TarEntry) -> [PaxRecord] {
    var records: [PaxRecord] = []
    func add(_ key: String, _ value: String) {
      records.append(PaxRecord(key: key, value: Array(value.utf8)))
    }
    func fits(_ text: String) -> Bool {
      text.utf8.count <= 100 && text.utf8.allSatisfy { $0 < 0x80 }
    }
    if !fits(entry.headerName) { add("path", entry.headerName) }
    switch entry.kind {
    case .hardLink(let target), .symbolicLink(let target):
      if !fits(target) { add("linkpath", target) }
    default: break
    }
    if entry.size >= 1 << 33 { add("size", "\(entry.size)") }
    if entry.owner >= 1 << 21 { add("uid", "\(entry.owner)") }
    if entry.group >= 1 << 21 { add("gid", "\(entry.group)") }
    if entry.modified.nanoseconds != 0 || !(0..<(1 << 33)).contains(entry.modified.seconds) {
      add("mtime", entry.modified.decimal)
    }
    for attribute in entry.attributes {
      records.append(
        PaxRecord(key: "SCHILY.xattr.\(attribute.name)", value: attribute.value))
    }
    return records.sorted { $0.key < $1.key }
  }
}

extension TarEntry.Time {
  /// `-0.5` for half a second before 1970.
  fileprivate var decimal: String {
    guard nanoseconds != 0 else { return "\(seconds)" }
    let isNegative = seconds < 0
    let whole = isNegative ? -(seconds + 1) : seconds
    let fraction = String(isNegative ? 1_000_000_000 - nanoseconds : nanoseconds)
    let digits = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
    return "\(isNegative ? "-" : "")\(whole).\(digits)"
  }
}
