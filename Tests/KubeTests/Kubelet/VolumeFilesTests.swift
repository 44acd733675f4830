import Glibc
import Linux
import Testing

@testable import Kube

@Suite("Files made from objects")
struct VolumeFilesTests {
  /// A directory that is removed when the test is over.
  private func inDirectory(_ body: (String) throws -> Void) throws {
    let path = "/tmp/dklab-volume-\(UInt32.random(in: 0 ... .max))"
    defer { try? Directory.removeTree(path) }
    try body(path)
  }

  private func entries(_ files: [String: String]) -> [VolumeFiles.Entry] {
    files.map { ($0.key, Array($0.value.utf8), 0o640) }
  }

  @Test("hold what they are given, also in folders, and change as one step")
  func update() throws {
    try inDirectory { path in
      let volume = VolumeFiles(path: path)
      try volume.update(entries(["a": "1", "folder/b": "2"]))
      #expect(try File.text("\(path)/a") == "1")
      #expect(try File.text("\(path)/folder/b") == "2")
      let first = try File.link("\(path)/..data")
      // Who has opened the directory behind ..data keeps the old files, all of them.
      let open = try FileDescriptor.open("\(path)/..data/a", O_RDONLY)
      try volume.update(entries(["a": "3", "c": "4"]))
      #expect(try readAll(open.number) == Array("1".utf8))
      #expect(try File.text("\(path)/a") == "3")
      #expect(try File.text("\(path)/c") == "4")
      #expect(!File.exists("\(path)/folder"))
      #expect(try File.link("\(path)/..data") != first)
      #expect(!File.exists("\(path)/\(first)"))
      var info = stat()
      #expect(stat("\(path)/a", &info) == 0 && info.st_mode & 0o777 == 0o640)
    }
  }

  @Test("stay as they are when nothing has changed")
  func unchanged() throws {
    try inDirectory { path in
      let volume = VolumeFiles(path: path)
      try volume.update(entries(["a": "1", "b/c": "2"]))
      let version = try File.link("\(path)/..data")
      try volume.update(entries(["a": "1", "b/c": "2"]))
      #expect(try File.link("\(path)/..data") == version)
    }
  }

  @Test("never lie outside", arguments: ["../x", "/x", "a/../../x", "", "..data", "a//b", "./x"])
  func outside(name: String) throws {
    try inDirectory { path in
      try VolumeFiles(path: "\(path)/inner").update([(name, [1], 0o644), ("good", [2], 0o644)])
      #expect(try Directory.list(path) == ["inner"])
      let names = try Directory.list("\(path)/inner").filter { !$0.hasPrefix("..") }
      #expect(names == ["good"])
    }
  }
}
