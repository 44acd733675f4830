// A package as dpkg reads it (deb(5)): an ar(1) archive of three members, the version of the format,
// the control archive that says what it is, and the data archive with its files. And a repository of
// such packages as apt reads it: the files, an index of them, and a Release that vouches for the index.
//
// Next: BootstrapPackages.swift, which makes packages of the machine's own programs.

import Crypto
import Support

/// One package made here.
struct DebianPackage {
  let name: String
  let version: String
  let architecture: String
  let summary: String
  var depends: [String] = []
  let files: LayerTree

  private func control(_ size: Int) -> String {
    let needs = depends.isEmpty ? "" : "Depends: \(depends.joined(separator: ", "))\n"
    return """
      Package: \(name)
      Version: \(version)
      Architecture: \(architecture)
      Maintainer: dklab <dklab@localhost>
      Installed-Size: \(max(1, size >> 10))
      \(needs)Section: misc
      Priority: optional
      Description: \(summary)
       Files of the machine the image was made on.

      """
  }

  /// The path below the repository.
  var path: String { "pool/\(name)_\(version)_\(architecture).deb" }

  /// What the index says of the package, and its file. The same files give the same bytes.
  func archive() throws -> (control: String, bytes: [UInt8]) {
    let data = try Self.tar(files)
    let control = control(data.count)
    var description = LayerTree()
    description.file("control", control)
    var bytes = Array("!<arch>\n".utf8)
    Self.add("debian-binary", Array("2.0\n".utf8), to: &bytes)
    Self.add("control.tar", try Self.tar(description), to: &bytes)
    Self.add("data.tar", data, to: &bytes)
    return (control, bytes)
  }

  private static func tar(_ tree: LayerTree) throws -> [UInt8] {
    let sink = MemorySink()
    let writer = TarWriter(sink)
    try tree.write(to: writer)
    try writer.finish()
    return sink.bytes
  }

  /// A member of an ar archive: a header of fixed columns, the content, a byte to make it even.
  private static func add(_ name: String, _ content: [UInt8], to archive: inout [UInt8]) {
    func column(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
    let header =
      column(name, 16) + column("\(LayerTree.time.seconds)", 12) + column("0", 6) + column("0", 6)
      + column("100644", 8) + column("\(content.count)", 10) + "`\n"
    archive += Array(header.utf8) + content
    if content.count % 2 == 1 { archive.append(0x0a) }
  }

  /// The files of a repository of `packages`, below `root` of `tree`.
  static func addRepository(
    _ packages: [DebianPackage], at root: String, to tree: inout LayerTree
  ) throws {
    var index = ""
    for package in packages {
      let (control, bytes) = try package.archive()
      tree.file("\(root)/\(package.path)", bytes)
      index += control
      index += "Filename: ./\(package.path)\nSize: \(bytes.count)\nSHA256: \(hash(bytes))\n\n"
    }
    let content = Array(index.utf8)
    tree.file("\(root)/Packages", content)
    let release = """
      Origin: dklab
      Label: programs of this machine
      Suite: stable
      Architectures: \(packages.first?.architecture ?? "all")
      Date: Mon, 01 Jan 2024 00:00:00 UTC
      SHA256:
       \(hash(content)) \(content.count) Packages

      """
    tree.file("\(root)/Release", release)
  }

  private static func hash(_ bytes: [UInt8]) -> String {
    Digest(bytes: SHA256.hash(data: bytes)).hex
  }
}

/// Keeps what is written.
private final class MemorySink: ByteSink {
  private(set) var bytes: [UInt8] = []

  func write(_ bytes: UnsafeRawBufferPointer) throws { self.bytes += bytes }
}
