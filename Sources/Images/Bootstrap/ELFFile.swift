// What a program asks its loader for, read from the program itself.
//
// `ldd` would run the loader of a program that may be anybody's; the answer is in the file. The
// program headers name the loader (PT_INTERP) and the dynamic section (PT_DYNAMIC), whose entries
// DT_NEEDED, DT_RPATH and DT_RUNPATH are offsets into the string table at DT_STRTAB.
//
// Man pages: elf(5), ld.so(8). Next: ELFClosure.swift.

import Linux
import Support

/// The parts of an ELF file that say which other files it needs.
struct ELFFile {
  /// EM_X86_64, EM_AARCH64 …
  let machine: UInt16
  /// The loader; nil for a static program and for a library.
  private(set) var interpreter: String?
  private(set) var needed: [String] = []
  /// Directories to look in first, as written, with `$ORIGIN`. RUNPATH wins over RPATH.
  private(set) var searchPath: [String] = []

  private struct Segment {
    var type: UInt32
    var offset: Int
    var address: UInt64
    var size: Int
  }

  /// Reads the 64-bit little-endian ELF file `bytes`; nil for anything else.
  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]),
      let machine = bytes.number(at: 18, UInt16.self),
      let tableOffset = bytes.number(at: 32, UInt64.self),
      let entrySize = bytes.number(at: 54, UInt16.self),
      let count = bytes.number(at: 56, UInt16.self)
    else { return nil }
    self.machine = machine
    var segments: [Segment] = []
    for index in 0..<Int(count) {
      guard let start = Int(exactly: tableOffset).map({ $0 &+ index * Int(entrySize) }),
        let type = bytes.number(at: start, UInt32.self),
        let offset = bytes.number(at: start + 8, UInt64.self).flatMap(Int.init(exactly:)),
        let address = bytes.number(at: start + 16, UInt64.self),
        let size = bytes.number(at: start + 32, UInt64.self).flatMap(Int.init(exactly:))
      else { return nil }
      segments.append(Segment(type: type, offset: offset, address: address, size: size))
    }
    interpreter = segments.first { $0.type == 3 }.flatMap { bytes.text(at: $0.offset) }
    guard let dynamic = segments.first(where: { $0.type == 2 }) else { return }
    readDynamic(dynamic, segments.filter { $0.type == 1 }, bytes)
  }

  private mutating func readDynamic(_ dynamic: Segment, _ loads: [Segment], _ bytes: [UInt8]) {
    var entries: [(tag: UInt64, value: UInt64)] = []
    var position = dynamic.offset
    while position - dynamic.offset < dynamic.size,
      let tag = bytes.number(at: position, UInt64.self),
      let value = bytes.number(at: position + 8, UInt64.self), tag != 0
    {
      entries.append((tag, value))
      position += 16
    }
    // DT_STRTAB is an address in memory: find the segment that loads it.
    guard let table = entries.first(where: { $0.tag == 5 })?.value,
      let load = loads.first(where: {
        table >= $0.address && table - $0.address < UInt64($0.size)
      })
    else { return }
    let base = load.offset + Int(table - load.address)
    func strings(_ tag: UInt64) -> [String] {
      entries.filter { $0.tag == tag }.compactMap { entry in
        Int(exactly: entry.value).flatMap { bytes.text(at: base &+ $0) }
      }
    }
    needed = strings(1)
    let runPath = strings(29)
    searchPath = (runPath.isEmpty ? strings(15) : runPath)
      .flatMap { $0.split(separator: ":").map(String.init) }
  }

  /// Reads the file at `path`; nil when it is no ELF file.
  static func read(_ path: String) throws -> ELFFile? {
    ELFFile(try File.read(path, limit: 512 << 20))
  }
}

extension [UInt8] {
  /// The little-endian number at `offset`; nil beyond the end.
  fileprivate func number<Number: FixedWidthInteger>(at offset: Int, _ type: Number.Type) -> Number?
  {
    let size = MemoryLayout<Number>.size
    guard offset >= 0, offset <= count - size else { return nil }
    return self[offset..<(offset + size)].reversed().reduce(0) { $0 << 8 | Number($1) }
  }

  /// The text that starts at `offset` and ends with a zero; nil beyond the end.
  fileprivate func text(at offset: Int) -> String? {
    guard offset >= 0, offset < count, let end = self[offset...].firstIndex(of: 0) else {
      return nil
    }
    return String(decoding: self[offset..<end], as: UTF8.self)
  }
}
