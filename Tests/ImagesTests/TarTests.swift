import Linux
import Support
import Testing

@testable import Images

@Suite struct TarTests {
  /// Members that need every kind of header.
  private var entries: [TarEntry] {
    var owned = TarEntry.file("etc/shadow", mode: 0o4640)
    owned.owner = 1_000
    owned.group = 42
    owned.modified = .init(seconds: 1_700_000_000, nanoseconds: 123_456_789)
    var huge = TarEntry.file(String(repeating: "d/", count: 100) + "긴이름")
    huge.owner = 4_000_000_000
    huge.modified = .init(seconds: -2, nanoseconds: 500_000_000)
    huge.attributes = [.init(name: "user.note", value: [0, 0x0a, 0xff, 0x3d])]
    return [
      .directory("etc", mode: 0o1777), owned, huge, .link("lib", to: "usr/lib"),
      .link("long", to: String(repeating: "x", count: 150)),
      .hardLink("etc/same", to: "etc/shadow"),
      TarEntry("dev/sda", .blockDevice(major: 8, minor: 300), mode: 0o660),
      TarEntry("dev/null", .characterDevice(major: 1, minor: 3), mode: 0o666),
      TarEntry("run/pipe", .fifo, mode: 0o600),
    ]
  }

  @Test("what is written reads back the same")
  func roundTrip() throws {
    let bytes = try archive { writer in
      for entry in entries {
        try writer.add(entry, content: entry.kind == .file ? Array("content".utf8) : [])
      }
    }
    #expect(bytes.count % 512 == 0)
    let read = try members(bytes)
    let expected = entries.map { entry in
      var entry = entry
      entry.size = entry.kind == .file ? 7 : 0
      return entry
    }
    #expect(read.map(\.0) == expected)
    #expect(read[1].1 == Array("content".utf8))
  }

  @Test("the host's tar reads what is written")
  func hostReads() throws {
    let directory = try TemporaryDirectory()
    let bytes = try archive { writer in
      for entry in entries where entry.kind != .blockDevice(major: 8, minor: 300) {
        try writer.add(entry, content: entry.kind == .file ? [1, 2, 3] : [])
      }
    }
    try File.replace(directory.path + "/a.tar", bytes)
    let listed = try run([
      "tar", "-tvf", directory.path + "/a.tar", "--numeric-owner", "--full-time", "--utc",
    ])
    #expect(listed.contains("-rwSr----- 1000/42"))
    #expect(listed.contains("2023-11-14 22:13:20.123456789 etc/shadow"))
    #expect(listed.contains("4000000000/0"))
    #expect(listed.contains("lib -> usr/lib"))
    #expect(listed.contains("etc/same link to etc/shadow"))
    #expect(listed.contains("1,3"))
  }

  @Test(
    "what the host's tar writes in its formats is read",
    arguments: ["ustar", "gnu", "pax", "v7", "oldgnu"])
  func hostWrites(format: String) throws {
    let directory = try TemporaryDirectory()
    let deep = directory.path + "/in/" + String(repeating: "deep/", count: format == "v7" ? 2 : 30)
    try Directory.make(deep)
    try File.replace(directory.path + "/in/a", "hello\n")
    try run(["ln", "-s", "file", deep + "/link"])
    try run(["ln", directory.path + "/in/a", deep + "/same"])
    let tar = directory.path + "/out.tar"
    try run([
      "tar", "-C", directory.path + "/in", "--format", format, "--sort=name", "-cf", tar, ".",
    ])
    let read = try members(File.read(tar))
    let file = try #require(read.first { $0.0.name == "./a" })
    #expect(file.1 == Array("hello\n".utf8))
    #expect(read.contains { $0.0.kind == .symbolicLink(target: "file") })
    #expect(
      read.contains {
        $0.0.kind == .hardLink(target: "./a") && $0.0.name.hasSuffix("deep/deep/same")
      })
    #expect(read.first?.0.kind == .directory)
  }

  @Test("a sparse member is refused with a way out")
  func sparse() throws {
    let directory = try TemporaryDirectory()
    try run(["truncate", "-s", "1M", directory.path + "/holes"])
    for format in ["gnu", "pax"] {
      let tar = directory.path + "/\(format).tar"
      try run(["tar", "-C", directory.path, "--format", format, "-Scf", tar, "holes"])
      let error = #expect(throws: DklabError.self) { try members(File.read(tar)) }
      #expect(error?.id == "archive.sparse")
      #expect(error?.hint?.en.contains("tar -S") == true)
    }
  }

  @Test("an archive cut anywhere is an error that names the member, never a crash")
  func truncated() throws {
    let bytes = try archive { writer in
      try writer.add(.file("first"), content: Array(repeating: 7, count: 600))
      var second = TarEntry.file(String(repeating: "n", count: 120))
      second.attributes = [.init(name: "user.a", value: [1])]
      try writer.add(second, content: [1])
    }
    for length in stride(from: 0, to: bytes.count - 1_024, by: 64) {
      let error = #expect(throws: DklabError.self) { try members(Array(bytes[..<length])) }
      #expect(error?.id == "archive.truncated", "at \(length)")
    }
    let cut = #expect(throws: DklabError.self) { try members(Array(bytes[..<700])) }
    #expect(cut?.message.en == "test.tar: first: the archive is cut short here")
    #expect(try members(Array(bytes[..<(bytes.count - 1_024)]), needsEndMark: false).count == 2)
  }

  @Test("any byte changed in a header is an error or another archive, never a crash")
  func damaged() throws {
    let bytes = try archive { writer in
      var entry = TarEntry.file(String(repeating: "n", count: 120))
      entry.attributes = [.init(name: "user.a", value: [1])]
      try writer.add(entry, content: [1, 2, 3])
    }
    for position in 0..<1_536 {
      for value: UInt8 in [0, 0x20, 0x39, 0x80, 0xff] {
        var copy = bytes
        copy[position] = value
        _ = try? members(copy)
      }
    }
    var copy = bytes
    copy[0] ^= 1
    let error = #expect(throws: DklabError.self) { try members(copy) }
    #expect(error?.id == "archive.bad-header")
  }

  @Test("sizes that lie are not believed")
  func lies() throws {
    // A binary size of 2^62 in a valid header.
    var header = Array(try archive { try $0.add(.file("huge"), content: [1]) }.prefix(512))
    header.replaceSubrange(124..<136, with: [0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0])
    for index in 148..<156 { header[index] = 0x20 }
    let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    header.replaceSubrange(
      148..<155, with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0])
    let error = #expect(throws: DklabError.self) { try members(header + [1, 2, 3]) }
    #expect(error?.id == "archive.too-large")

    // A pax record that claims to be longer than its member.
    let records = PaxRecord.parse(Array("99 path=x\n".utf8))
    #expect(records == nil)
    #expect(PaxRecord.parse(Array("10 path=x\n".utf8))?.first?.key == "path")
    for text in [
      "0 a=b\n", "-5 a=b\n", "6 a=b", "5 a=b\n", "x a=b\n", "99999999999999999999 a=b\n",
    ] {
      #expect(PaxRecord.parse(Array(text.utf8)) == nil, "\(text)")
    }
    for length in 1...1_200 {
      let record = PaxRecord(key: "k", value: Array(repeating: 0x61, count: length))
      #expect(PaxRecord.parse(record.bytes)?.first?.value.count == length)
    }
  }
}
