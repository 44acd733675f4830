import Documents
import Engine
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

  @Test(
    "stay in their directory, whatever stands in it",
    arguments: ["../victim", "..way", "..", "../volume/../victim"])
  func links(target: String) throws {
    try inDirectory { path in
      try Directory.make("\(path)/victim")
      try File.replace("\(path)/victim/a", "precious")
      try File.replace("\(path)/victim/kept", "precious")
      let volume = VolumeFiles(path: "\(path)/volume")
      try volume.update(entries(["a": "1"]))
      // As a process could that may write here.
      unlink("\(path)/volume/..data")
      #expect(symlink("../victim", "\(path)/volume/..way") == 0)
      #expect(symlink(target, "\(path)/volume/..data") == 0)
      #expect(volume.read("a", younger: 3600) == nil)
      try volume.update(entries(["a": "2"]))
      #expect(try File.text("\(path)/volume/a") == "2")
      #expect(try Directory.list("\(path)/victim") == ["a", "kept"])
      #expect(try File.text("\(path)/victim/a") == "precious")
      #expect(volume.read("a", younger: 3600) == Array("2".utf8))
      #expect(volume.read("a", younger: -3600) == nil)
    }
  }

  @Test(
    "belong to somebody only when they are files of the volume",
    .enabled(if: geteuid() == 0, "needs root"))
  func owners() throws {
    try inDirectory { path in
      try Directory.make(path)
      try File.replace("\(path)/victim", "precious")
      var volume = VolumeFiles(path: "\(path)/volume")
      volume.owners = [
        "../../victim": 1234, "\(path)/victim": 1234, "token": 1234, "missing": 1234,
      ]
      try volume.update([
        ("../../victim", [1], 0o666), ("token", [2], 0o600), ("other", [3], 0o640),
      ])
      func owner(_ name: String) -> uid_t? {
        var info = stat()
        return stat("\(path)/\(name)", &info) == 0 ? info.st_uid : nil
      }
      #expect(owner("victim") == 0)
      #expect(owner("volume/token") == 1234)
      #expect(owner("volume/other") == 0)
    }
  }

  @Test("are mounted read-only when the kubelet makes them")
  func mounts() throws {
    let volumes: [JSONValue] = [
      ["name": "settings", "configMap": ["name": "settings"]],
      ["name": "secret", "secret": ["secretName": "secret"]],
      ["name": "about", "downwardAPI": [:]], ["name": "mixed", "projected": [:]],
      ["name": "room", "emptyDir": [:]], ["name": "host", "hostPath": ["path": "/srv"]],
    ]
    let names = volumes.map { $0.text("name") }
    let container: JSONValue = [
      "name": "main", "image": "busybox",
      "volumeMounts": .array(
        names.map { ["name": .string($0), "mountPath": .string("/\($0)")] }),
    ]
    let pod: JSONValue = [
      "metadata": ["name": "web", "namespace": "default", "uid": "u"],
      "spec": ["containers": [container], "volumes": .array(volumes)],
    ]
    let spec = try ContainerTranslation(pod: pod, sandboxID: "s").spec(
      container, attempt: 0, environment: [],
      volumes: Dictionary(uniqueKeysWithValues: names.map { ($0, "/volumes/\($0)") }))
    let writable = spec.host.mounts.filter { !$0.readOnly }.map(\.target)
    #expect(spec.host.mounts.count == 6)
    #expect(writable == ["/room", "/host"])
  }
}
