import CLinux
import Glibc
import Linux
import Support
import Testing

@testable import Images

@Suite struct UpperDirectoryTests {
  let directory: TemporaryDirectory
  let upper: String
  let lower: String

  init() throws {
    directory = try TemporaryDirectory()
    upper = directory.path + "/upper"
    lower = directory.path + "/lower"
    for path in [upper, lower] { try Directory.make(path) }
  }

  private func layer(
    limit: Int64? = nil, taking: Bool = false
  ) throws -> (layer: Layer, members: [(TarEntry, [UInt8])], content: ContentStore) {
    let content = try directory.content()
    var source = UpperDirectory(path: upper, lower: [lower])
    source.timeLimit = limit
    let layer = try content.withLock {
      let layer =
        try taking ? content.addLayer(taking: source) : content.addLayer(upper: source)
      try content.settleLayers()
      return layer
    }
    let bytes = try File.read(content.blobPath(layer.diffID))
    return (layer, try members(bytes), content)
  }

  private func device(_ path: String) throws {
    try check(mknod(path, S_IFCHR | 0o600, 0), "mknod", path)
  }

  private func mark(_ path: String, _ name: String, _ value: String) throws {
    let bytes = Array(value.utf8)
    try check(
      dk_lsetxattr(path, OverlayAttributes.prefix + name, bytes, bytes.count, 0), "setxattr", path)
  }

  @Test("members come in the order of their bytes, each with its own kind", .enabled(if: isRoot))
  func kinds() throws {
    try File.replace(upper + "/b", "content", mode: 0o640)
    try Directory.make(upper + "/a", mode: 0o750)
    symlink("b", upper + "/link")
    link(upper + "/b", upper + "/a/second")
    mkfifo(upper + "/pipe", 0o600)
    mknod(upper + "/null", S_IFCHR | 0o666, dev_t(dk_makedev(1, 3)))
    let socket = try UnixSocket.listen(at: upper + "/socket")
    close(socket.release())
    try File.replace(upper + "/Z", "")
    let found = try layer().members
    #expect(found.map(\.0.name) == ["Z", "a", "a/second", "b", "link", "null", "pipe"])
    #expect(
      found.map(\.0.kind) == [
        .file, .directory, .file, .hardLink(target: "a/second"), .symbolicLink(target: "b"),
        .characterDevice(major: 1, minor: 3), .fifo,
      ])
    #expect(String(decoding: found[2].1, as: UTF8.self) == "content")
    #expect(found[1].0.mode == 0o750 && found[2].0.mode == 0o640)
  }

  @Test("the same tree gives the same layer, whatever order it was made in", .enabled(if: isRoot))
  func reproducible() throws {
    func fill(_ names: [String]) throws {
      for name in names { try File.replace("\(upper)/\(name)", name) }
      for name in names {
        let time = timespec(tv_sec: 1_000_000, tv_nsec: 77)
        utimensat(AT_FDCWD, "\(upper)/\(name)", [time, time], 0)
      }
    }
    let names = (0..<40).map { "file\($0)" }
    try fill(names)
    let first = try layer().layer.diffID
    try Directory.removeTree(upper)
    try Directory.make(upper)
    try fill(names.reversed())
    #expect(try layer().layer.diffID == first)
  }

  @Test("no member is younger than SOURCE_DATE_EPOCH", .enabled(if: isRoot))
  func clamp() throws {
    try File.replace(upper + "/new", "n")
    try File.replace(upper + "/old", "o")
    let time = timespec(tv_sec: 1_000, tv_nsec: 0)
    utimensat(AT_FDCWD, upper + "/old", [time, time], 0)
    let members = try layer(limit: 2_000).members
    #expect(members.map(\.0.modified.seconds) == [2_000, 1_000])
  }

  @Test(
    "deletions and directories started anew are told as a layer tells them", .enabled(if: isRoot))
  func whiteouts() throws {
    for name in ["gone", "hidden"] { try Directory.make("\(lower)/\(name)/inside") }
    try device(upper + "/gone")
    for name in ["hidden", "fresh"] {
      try Directory.make("\(upper)/\(name)")
      try mark("\(upper)/\(name)", "opaque", "y")
      try File.replace("\(upper)/\(name)/.config", "")
    }
    let (layer, found, _) = try layer()
    // Overlay marks `fresh` too, but there is nothing below it to hide.
    #expect(
      found.map(\.0.name) == [
        "fresh", "fresh/.config", ".wh.gone", "hidden", "hidden/.wh..wh..opq", "hidden/.config",
      ])
    var info = stat()
    #expect(lstat(layer.directory + "/gone", &info) == 0 && info.st_mode & S_IFMT == S_IFCHR)
    #expect(LowerView.isOpaque(layer.directory + "/hidden"))
    #expect(!LowerView.isOpaque(layer.directory + "/fresh"))
  }

  @Test("attributes of content are kept, overlay's own are not", .enabled(if: isRoot))
  func attributes() throws {
    try File.replace(upper + "/tool", "x")
    try mark(upper + "/tool", "origin", "z")
    let file = try FileDescriptor.open(upper + "/tool", O_RDWR)
    try #require(try ExtendedAttributes.set("user.note", Array("hi".utf8), on: file.number))
    // Capabilities as setcap writes them: version 2, cap_net_raw permitted.
    let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20, 0, 0] + [UInt8](repeating: 0, count: 12)
    let mayHave = try ExtendedAttributes.set("security.capability", capability, on: file.number)
    let entry = try #require(try layer().members.first?.0)
    #expect(
      entry.attributes.map(\.name)
        == (mayHave ? ["security.capability", "user.note"] : ["user.note"]))
    #expect(entry.attributes.last?.value == Array("hi".utf8))
  }

  @Test("a taken directory becomes the unpacked layer itself", .enabled(if: isRoot))
  func taken() throws {
    try Directory.make(upper + "/d")
    try File.replace(upper + "/d/f", "content")
    try Directory.make(upper + "/etc")
    try File.replace(upper + "/etc/hosts", "")
    close(try UnixSocket.listen(at: upper + "/socket").release())
    let inode = try status(upper + "/d/f").st_ino
    let (layer, found, content) = try layer(limit: 5_000, taking: true)
    #expect(!File.exists(upper))
    #expect(found.map(\.0.name) == ["d", "d/f"])
    let info = try status(layer.directory + "/d/f")
    #expect(info.st_ino == inode && info.st_mtim.tv_sec == 5_000 && info.st_mtim.tv_nsec == 0)
    #expect(try status(layer.directory + "/d").st_mtim.tv_sec == 5_000)
    #expect(try Directory.list(layer.directory) == ["d"])
    #expect(layer.size == 7)
    #expect(try content.layer(layer.diffID) == layer)
  }

  @Test("an engine's empty mount points are nobody's change", .enabled(if: isRoot))
  func mountPoints() throws {
    for path in ["etc", "dev/pts", "proc", "sys"] { try Directory.make("\(upper)/\(path)") }
    for name in ["hosts", "hostname", "resolv.conf"] {
      try File.replace("\(upper)/etc/\(name)", "")
    }
    try File.replace(upper + "/dev/console", "")
    #expect(try layer().layer.diffID == Digest.emptyLayer)
    // One file of the container's own, and its directory counts.
    try File.replace(upper + "/etc/motd", "hello")
    #expect(try layer().members.map(\.0.name) == ["etc", "etc/motd"])
  }

  @Test("a directory that overlay only renamed is refused and named", .enabled(if: isRoot))
  func redirect() throws {
    try Directory.make(upper + "/moved")
    try mark(upper + "/moved", "redirect", "/elsewhere")
    let error = try #require(throws: DklabError.self) { try layer() }
    #expect(error.id == "layer.redirect" && error.message.en.contains("/moved"))
  }

  @Test("deep trees and long names survive the way into an archive and back", .enabled(if: isRoot))
  func long() throws {
    let deep = (0..<30).map { "directory-\($0)" }.joined(separator: "/")
    let name = String(repeating: "긴", count: 80)
    try Directory.make("\(upper)/\(deep)")
    try File.replace("\(upper)/\(deep)/\(name)", "deep")
    let layer = try layer().layer
    #expect(try File.text("\(layer.directory)/\(deep)/\(name)") == "deep")
  }

  @Test("what the layers below show is decided layer by layer", .enabled(if: isRoot))
  func lowerView() throws {
    let top = directory.path + "/top"
    try Directory.make(top + "/both")
    try Directory.make(lower + "/both/below")
    try Directory.make(top + "/opaque")
    try mark(top + "/opaque", "opaque", "y")
    try Directory.make(lower + "/opaque/hidden")
    try Directory.make(lower + "/deleted")
    try device(top + "/deleted")
    try File.replace(top + "/file", "")
    try Directory.make(lower + "/file/in")
    let view = LowerView([top, lower])
    #expect(view.find("both")?.children.find("below") != nil)
    #expect(try #require(view.find("opaque")).children.find("hidden") == nil)
    #expect(view.find("deleted") == nil)
    #expect(try #require(view.find("file")).children.find("in") == nil)
    #expect(view.find("nothing") == nil)
  }
}
