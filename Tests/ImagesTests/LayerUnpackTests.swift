import CLinux
import Glibc
import Linux
import Support
import Testing

@testable import Images

@Suite struct LayerUnpackTests {
  let directory: TemporaryDirectory
  /// The layer. Whatever is written beside it has escaped.
  let layer: String

  init() throws {
    directory = try TemporaryDirectory()
    layer = directory.path + "/jail/layer"
    try Directory.make(layer)
    try File.replace(directory.path + "/jail/secret", "secret")
  }

  @discardableResult
  private func unpack(
    _ limits: UnpackLimits = UnpackLimits(), _ body: (TarWriter) throws -> Void
  ) throws -> UnpackReport {
    let reader = TarReader(MemorySource(try archive(body)), archive: "layer.tar")
    return try LayerUnpacker(into: layer, archive: "layer.tar", limits: limits).unpack(reader)
  }

  private func text(_ path: String) throws -> String {
    try File.text("\(layer)/\(path)")
  }

  @Test(
    "files, links and directories arrive with mode, owner and time",
    .enabled(if: hasAllIDs, "needs all user ids"))
  func members() throws {
    var file = TarEntry.file("usr/bin/tool", mode: 0o4755)
    file.owner = 12
    file.group = 34
    file.modified = .init(seconds: 1_600_000_000, nanoseconds: 5)
    file.attributes = [.init(name: "user.note", value: Array("hi".utf8))]
    var directory = TarEntry.directory("tmp", mode: 0o1777)
    directory.modified = .init(seconds: 1_500_000_000)
    let report = try unpack { writer in
      try writer.add(directory)
      try writer.add(file, content: Array("#!".utf8))
      try writer.add(.file("tmp/later"), content: [])
      try writer.add(.link("bin", to: "usr/bin"))
      try writer.add(.hardLink("usr/bin/same", to: "/usr/bin/tool"))
      try writer.add(TarEntry("pipe", .fifo, mode: 0o622))
    }
    #expect(report.entries == 6)
    #expect(report.bytes == 2)
    let info = try status(layer + "/usr/bin/tool")
    #expect(info.st_mode & 0o7777 == 0o4755)
    #expect(info.st_uid == 12 && info.st_gid == 34 && info.st_nlink == 2)
    #expect(info.st_mtim.tv_sec == 1_600_000_000 && info.st_mtim.tv_nsec == 5)
    #expect(try status(layer + "/tmp").st_mtim.tv_sec == 1_500_000_000)
    #expect(try status(layer + "/tmp").st_mode & 0o7777 == 0o1777)
    #expect(try status(layer + "/pipe").st_mode == S_IFIFO | 0o622)
    #expect(try File.link(layer + "/bin") == "usr/bin")
    #expect(try status(layer + "/usr").st_mode & 0o7777 == 0o755)
  }

  @Test("deletions become overlay's whiteouts and opaque directories", .enabled(if: isRoot))
  func whiteouts() throws {
    try unpack { writer in
      try writer.add(.file("etc/.wh.passwd"), content: [])
      try writer.add(.file("var/.wh..wh..opq"), content: [])
      try writer.add(.file("var/new"), content: [])
      try writer.add(.file(".wh..wh.aufs"), content: [])
      // Deleted below and made anew here, in either order.
      try writer.add(.file(".wh.again"), content: [])
      try writer.add(.directory("again"))
      try writer.add(.file("kept/file"), content: Array("k".utf8))
      try writer.add(.file(".wh.kept"), content: [])
    }
    let info = try status(layer + "/etc/passwd")
    #expect(info.st_mode & S_IFMT == S_IFCHR && info.st_rdev == 0)
    for name in ["var", "again", "kept"] {
      var value = [UInt8](repeating: 0, count: 8)
      let count = dk_lgetxattr(
        "\(layer)/\(name)", OverlayAttributes.prefix + "opaque", &value, value.count)
      #expect(count == 1 && value[0] == UInt8(ascii: "y"), "\(name)")
    }
    #expect(try text("kept/file") == "k")
    #expect(!File.exists(layer + "/.wh..wh.aufs"))
    #expect(try Directory.list(layer + "/var") == ["new"])
  }

  @Test(
    "members that would leave the layer are refused, and named",
    arguments: [
      TarEntry.file("../secret"), .file("a/../../secret"), .directory(".."), .file("etc/.."),
      .hardLink("stolen", to: "../secret"), .hardLink("stolen", to: "a/../../secret"),
      .file(".wh."), .file("etc/.wh..."), .file("zéro\u{0}byte"), .file(""),
      .file(String(repeating: "d/", count: 300)), .file(String(repeating: "n", count: 300)),
      .file(String(repeating: "long/", count: 1_000)), .hardLink("root", to: "/"),
      .link("empty", to: ""),
    ])
  func refused(entry: TarEntry) throws {
    let error = #expect(throws: DklabError.self) {
      try unpack { try $0.add(entry, content: []) }
    }
    #expect(error?.id == "archive.refused")
    #expect(error?.message.en.hasPrefix("layer.tar: ") == true)
    #expect(try File.text(directory.path + "/jail/secret") == "secret")
    #expect(try Directory.list(directory.path + "/jail") == ["layer", "secret"])
  }

  @Test("absolute names and links used as directories stay inside the layer")
  func confined() throws {
    let outside = directory.path + "/jail"
    try unpack { writer in
      try writer.add(.file("/absolute"), content: Array("a".utf8))
      try writer.add(.link("up", to: "../../../../../../.."))
      try writer.add(.file("up/through-up"), content: Array("u".utf8))
      try writer.add(.directory(String(outside.dropFirst())))
      try writer.add(.link("host", to: outside))
      try writer.add(.file("host/secret"), content: Array("inside".utf8))
      try writer.add(.hardLink("copy", to: "host/secret"))
    }
    #expect(try text("absolute") == "a")
    #expect(try text("through-up") == "u")
    #expect(try text("\(outside)/secret") == "inside")
    #expect(try text("copy") == "inside")
    #expect(try File.text(outside + "/secret") == "secret")
  }

  @Test("a link cannot be opened and written through in place of a file")
  func linkThenFile() throws {
    let secret = directory.path + "/jail/secret"
    try unpack { writer in
      try writer.add(.link("target", to: secret))
      try writer.add(.file("target"), content: Array("replaced".utf8))
      try writer.add(.link("magic", to: "/proc/self/root"))
      try writer.add(.directory("real"))
      try writer.add(.file("real/x"), content: [])
      try writer.add(.link("real", to: "/"))
      try writer.add(.file("real/y"), content: [])
    }
    #expect(try text("target") == "replaced")
    #expect(try status(layer + "/target").st_mode & S_IFMT == S_IFREG)
    #expect(try File.text(secret) == "secret")
    #expect(File.exists(layer + "/y"))
    #expect(!File.exists(layer + "/x"))
    try unpack { writer in
      try writer.add(.directory("sub"))
      try writer.add(.link("loop", to: "."))
      try writer.add(.link("loop/loop", to: "sub"))
      try writer.add(.file("loop/z"), content: [])
    }
    #expect(File.exists(layer + "/sub/z"))
    let error = #expect(throws: DklabError.self) {
      try unpack { try $0.add(.file("magic/tmp/dklab-escape"), content: []) }
    }
    #expect(error?.message.en.contains("magic/tmp/dklab-escape") == true)
    #expect(!File.exists("/tmp/dklab-escape"))
  }

  @Test("the last of several members with one name wins")
  func duplicates() throws {
    try unpack { writer in
      try writer.add(.file("a"), content: Array("first".utf8))
      try writer.add(.hardLink("b", to: "a"))
      try writer.add(.file("a"), content: Array("second".utf8))
      try writer.add(.hardLink("a", to: "./a"))
      try writer.add(.directory("d"))
      try writer.add(.file("d/inside"), content: [])
      try writer.add(.directory("d", mode: 0o700))
      try writer.add(.directory("e"))
      try writer.add(.file("e/inside"), content: [])
      try writer.add(.file("e"), content: Array("file".utf8))
    }
    #expect(try text("a") == "second")
    #expect(try text("b") == "first")
    #expect(try Directory.list(layer + "/d") == ["inside"])
    #expect(try status(layer + "/d").st_mode & 0o7777 == 0o700)
    #expect(try text("e") == "file")
  }

  @Test("overlay's own attributes are not taken from an archive", .enabled(if: isRoot))
  func overlayAttributes() throws {
    var entry = TarEntry.directory("d")
    entry.attributes = ["trusted.overlay.redirect", "user.overlay.redirect", "user.fine"].map {
      .init(name: $0, value: Array("/etc".utf8))
    }
    let report = try unpack { try $0.add(entry) }
    #expect(report.incomplete == 2)
    var names = [CChar](repeating: 0, count: 256)
    let count = dk_llistxattr(layer + "/d", &names, names.count)
    #expect(names[..<max(0, count)].elementsEqual("user.fine\u{0}".utf8CString.dropLast()))
  }

  @Test("limits on bytes and entries stop an archive that explodes")
  func limits() throws {
    var few = UnpackLimits()
    few.entries = 3
    let many = #expect(throws: DklabError.self) {
      try unpack(few) { writer in
        for index in 0..<4 { try writer.add(.file("f\(index)"), content: []) }
      }
    }
    #expect(many?.message.en == "layer.tar: f3: more than 3 entries")
    var small = UnpackLimits()
    small.bytes = 1_000
    let big = #expect(throws: DklabError.self) {
      try unpack(small) { writer in
        try writer.add(.file("a"), content: Array(repeating: 0, count: 600))
        try writer.add(.file("b"), content: Array(repeating: 0, count: 600))
      }
    }
    #expect(big?.message.en == "layer.tar: b: unpacks to more than 1000 bytes")
  }

  @Test("where owners cannot be set the layer is made without them, and without their rights")
  func inUserNamespace() throws {
    try #require(ChildProgram.find("unshare") != nil, "needs unshare")
    let mark = directory.path + "/mark"
    try run(
      [
        "unshare", "-U", "-r", CommandLine.arguments[0], "--testing-library", "swift-testing",
        "--filter", "singleID",
      ], environment: ["DKLAB_TEST_SINGLE_ID=\(mark)"])
    // No test that matches is no failure, hence the mark.
    #expect(File.exists(mark))
  }

  @Test("with one id", .enabled(if: singleIDMark != nil, "runs within another test"))
  func singleID() throws {
    #expect(!hasAllIDs && !OverlayAttributes.isPrivileged)
    var owned = TarEntry.file("bin/su", mode: 0o6755)
    owned.owner = 33
    let report = try unpack { writer in
      try writer.add(owned, content: [1])
      try writer.add(TarEntry("dev/sda", .blockDevice(major: 8, minor: 0), mode: 0o600))
      try writer.add(.file("etc/.wh.gone"), content: [])
      try writer.add(.file("var/.wh..wh..opq"), content: [])
      try writer.add(.directory("root", mode: 0o700))
    }
    #expect(report.incomplete == 2)
    #expect(try status(layer + "/bin/su").st_mode & 0o7777 == 0o755)
    #expect(!File.exists(layer + "/dev/sda"))
    #expect(try status(layer + "/etc/gone").st_mode & S_IFMT == S_IFCHR)
    var value = [UInt8](repeating: 0, count: 8)
    #expect(dk_lgetxattr(layer + "/var", "user.overlay.opaque", &value, value.count) == 1)
    let content = try directory.content()
    let results = try Bootstrapper(content: content).bootstrap(["ubuntu"])
    #expect(results.allSatisfy { if case .made = $0.outcome { true } else { false } })
    try content.collect { [] }
    try File.replace(#require(singleIDMark), "")
  }
}
