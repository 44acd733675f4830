import Documents
import Engine
import Glibc
import Images
import Linux
import Support
import Testing

@testable import Labs

@Suite("A bundle of labs")
struct LabBundleTests {
  private let place: String

  init() throws {
    place = "/tmp/dklab-bundle-\(UInt64.random(in: .min ... .max))"
    for name in ["one", "two"] {
      _ = try LabTemplate.write(id: name, into: "\(place)/\(name)", languages: [.en])
    }
  }

  private func inPlace(_ body: () throws -> Void) throws {
    defer { try? Directory.removeTree(place) }
    try body()
  }

  private func bundle() throws -> [UInt8] {
    _ = try LabBundle.write(["\(place)/two", "\(place)/one"], to: "\(place)/labs.dklab")
    return try File.read("\(place)/labs.dklab")
  }

  @Test("is the same whenever and in whatever order it is made")
  func deterministic() throws {
    try inPlace {
      let first = try bundle()
      try File.replace("\(place)/one/lab.md", try File.read("\(place)/one/lab.md"), mode: 0o600)
      _ = try LabBundle.write(["\(place)/one", "\(place)/two"], to: "\(place)/other.dklab")
      #expect(try File.read("\(place)/other.dklab") == first)
    }
  }

  @Test("gives back what was put in, and unpacks it once")
  func open() throws {
    try inPlace {
      _ = try bundle()
      let root = DataRoot(path: place + "/root")
      let labs = try LabBundle.open("\(place)/labs.dklab", root: root)
      #expect(labs.map(\.id) == ["one", "two"])
      #expect(try File.text(labs[0].folder + "/lab.md") == File.text("\(place)/one/lab.md"))
      #expect(
        try LabBundle.open("\(place)/labs.dklab", root: root).map(\.folder) == labs.map(\.folder))
      #expect(try Directory.list(root.path + "/labs/bundles").count == 1)
    }
  }

  @Test("refuses a lab with errors, and two of one id")
  func refusesToWrite() throws {
    try inPlace {
      _ = try LabTemplate.write(id: "one", into: "\(place)/again", languages: [.en])
      let twice = #expect(throws: DklabError.self) {
        try LabBundle.write(["\(place)/one", "\(place)/again"], to: "\(place)/x.dklab")
      }
      #expect(twice?.id == "lab.duplicate-id")
      var text = try File.text("\(place)/one/lab.md")
      text.exchange("```debrief", "```debreif")
      try File.replace("\(place)/one/lab.md", text)
      let broken = #expect(throws: DklabError.self) {
        try LabBundle.write(["\(place)/one"], to: "\(place)/x.dklab")
      }
      #expect(broken?.id == "lab.unknown-fence")
      #expect(!File.exists("\(place)/x.dklab"))
    }
  }

  /// What an attacker, a bad disk or a newer kit may hand over.
  enum Attack: String, CaseIterable, Sendable {
    case altered, cutShort, missing, extra, twice, link, hardLink, device, directory, upwards
    case absolute, wrongSize, badID, badFile, newerLayout, newerFormat, noManifest, notJSON
    case manifestLast, empty, noise
  }

  @Test("that was tampered with is refused and leaves nothing", arguments: Attack.allCases)
  func hostile(_ attack: Attack) throws {
    try inPlace {
      let bytes = try forged(attack)
      try File.replace("\(place)/bad.dklab", bytes)
      let root = DataRoot(path: place + "/root")
      let error = #expect(throws: DklabError.self, "\(attack)") {
        try LabBundle.open("\(place)/bad.dklab", root: root)
      }
      #expect(error?.id.hasPrefix("lab.") == true || error?.id.hasPrefix("archive.") == true)
      #expect(!File.exists(root.path))
      #expect(!File.exists("\(place)/evil") && !File.exists("/tmp/evil"))
    }
  }

  private func forged(_ attack: Attack) throws -> [UInt8] {
    var members = try members(of: try bundle())
    var manifest = String(decoding: members[0].content, as: UTF8.self)
    let evil = Array("evil".utf8)
    switch attack {
    case .altered: members[1].content[10] ^= 1
    case .cutShort: return Array(try bundle().prefix(2000))
    case .missing: members.remove(at: 1)
    case .extra: members.append(("three/lab.md", .file, evil))
    case .twice: members.append(members[1])
    case .link: members[1] = (members[1].name, .symbolicLink(target: "/etc/passwd"), [])
    case .hardLink: members[1] = (members[1].name, .hardLink(target: "two/lab.md"), [])
    case .device: members.append(("one/lab.ko.md", .characterDevice(major: 1, minor: 3), []))
    case .directory: members.append(("one", .directory, []))
    case .upwards: members.append(("../evil", .file, evil))
    case .absolute: members.append(("/tmp/evil", .file, evil))
    case .wrongSize: members[1].content += evil
    case .badID: manifest = manifest.replacing("\"one\"", with: "\"../../evil\"")
    case .badFile: manifest = manifest.replacing("lab.md", with: "../evil")
    case .newerLayout: manifest = manifest.replacing("\"bundle\": 1", with: "\"bundle\": 2")
    case .newerFormat: manifest = manifest.replacing("\"format\": 1", with: "\"format\": 9")
    case .noManifest: members.removeFirst()
    case .notJSON: manifest = "{"
    case .manifestLast: members.append(members.removeFirst())
    case .empty: return []
    case .noise: return (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    }
    if members.first?.name == LabBundle.manifestName { members[0].content = Array(manifest.utf8) }
    return try archive(members)
  }

  private typealias Member = (name: String, kind: TarEntry.Kind, content: [UInt8])

  private func members(of bytes: [UInt8]) throws -> [Member] {
    let reader = TarReader(MemorySource(bytes), archive: "test")
    var members: [Member] = []
    while let entry = try reader.next() {
      members.append((entry.name, entry.kind, try reader.readContent(limit: 1 << 20)))
    }
    return members
  }

  private func archive(_ members: [Member]) throws -> [UInt8] {
    let memory = FileDescriptor(owning: try createMemoryFile("forged"))
    let writer = TarWriter(FileSink(memory.number))
    for member in members {
      let entry = TarEntry(member.name, member.kind, mode: 0o644)
      if member.kind == .file {
        try writer.add(entry, content: member.content)
      } else {
        try writer.add(entry)
      }
    }
    try writer.finish()
    lseek(memory.number, 0, SEEK_SET)
    return try readAll(memory.number)
  }
}
