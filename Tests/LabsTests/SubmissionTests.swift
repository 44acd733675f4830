import Documents
import Glibc
import Images
import Linux
import Support
import Testing

@testable import Engine
@testable import Labs

@Suite("A submission")
struct SubmissionTests {
  /// A journal of three entries, and a record that seals it.
  private func withJournal(
    _ body: (String, Journal, Progress) throws -> Void
  ) throws {
    let place = "/tmp/dklab-submission-\(UInt64.random(in: .min ... .max))"
    try Directory.make(place)
    defer { try? Directory.removeTree(place) }
    let engine = try Engine(root: DataRoot(path: place + "/root"), instance: "lab-x")
    let progress = try Progress(directory: place)
    try progress.setFact("seed", "7")
    for line in ["docker run a", "docker run b", "docker rm a"] {
      try engine.journal.append("shell", "line", actor: "", name: "docker", ["argv": line])
    }
    try progress.seal(engine.journal, lab: "x", now: 5)
    try body(place, engine.journal, progress)
  }

  static func manifest(entries: Int = 0, head: String = "") -> Submission.Manifest {
    Submission.Manifest(
      submission: 1, format: 1, kit: "0", lab: "x", labDigest: "",
      student: .init(id: "s1", name: "이름"), course: "", language: "en", seed: "7",
      variables: ["token": "abc"], kernel: "6", host: "h", started: 0, created: 0, restarts: 0,
      answers: [:], milestones: [], hints: [], files: [], entries: entries, head: head)
  }

  private func submission(_ journal: Journal, _ progress: Progress) throws -> Submission {
    let entries = zip(try journal.entries(), try progress.seals()).map {
      Submission.SealedEntry(entry: $0, seal: $1)
    }
    let content = Array("FROM busybox\n".utf8)
    return Submission(
      manifest: Self.manifest(entries: entries.count, head: entries.last?.seal.hash ?? ""),
      journal: entries, files: [try LabBundle.digest(content).hex: content], state: [:])
  }

  @Test("comes back as it was written, and is the same bytes each time")
  func roundTrip() throws {
    try withJournal { _, journal, progress in
      let written = try submission(journal, progress)
      let bytes = try written.archive()
      let read = try SubmissionReader.read(bytes, "a")
      #expect(read.manifest == written.manifest)
      #expect(read.journal == written.journal)
      #expect(read.files == written.files)
      #expect(try read.archive() == bytes)
    }
  }

  @Test("seals go on where they ended")
  func continued() throws {
    try withJournal { _, journal, progress in
      let before = try progress.seals()
      try journal.append("shell", "line", actor: "", name: "docker")
      try progress.seal(journal, lab: "x", now: 9)
      let seals = try progress.seals()
      #expect(seals.dropLast() == before[...])
      #expect(seals.last?.time == 9)
      #expect(try seals[3].hash == JournalSeal.hash(seals[2].hash, journal.entries()[3]))
    }
  }

  private func tar(_ members: [(TarEntry, [UInt8])]) throws -> [UInt8] {
    let memory = FileDescriptor(owning: try createMemoryFile("test"))
    let writer = TarWriter(FileSink(memory.number))
    for (entry, content) in members { try writer.add(entry, content: content) }
    try writer.finish()
    lseek(memory.number, 0, SEEK_SET)
    return try readAll(memory.number)
  }

  private func refusal(_ bytes: [UInt8]) -> String {
    do {
      _ = try SubmissionReader.read(bytes, "a")
      return "none"
    } catch {
      return (error as? DklabError)?.id ?? "\(error)"
    }
  }

  private func file(_ name: String) -> TarEntry { TarEntry(name, .file, mode: 0o644) }

  @Test("what is no submission is refused, each for its own reason")
  func refused() throws {
    let manifest = Array(try JSONValue(encoding: Self.manifest()).text().utf8)
    let digest = String(repeating: "0", count: 64)
    #expect(refusal([]) == "submission.not-an-archive")
    #expect(refusal(Array("PK\u{3}\u{4} not a tar at all".utf8)) == "submission.not-an-archive")
    #expect(refusal(try tar([])) == "submission.no-manifest")
    #expect(
      refusal(try tar([(file("manifest.json"), Array("{}".utf8))])) == "submission.no-manifest")
    #expect(refusal(try tar([(file("manifest.json"), manifest)])) == "submission.no-journal")
    #expect(refusal(try tar([(file("../../etc/cron.d/x"), [])])) == "submission.odd-name")
    #expect(refusal(try tar([(file("/etc/passwd"), [])])) == "submission.odd-name")
    #expect(refusal(try tar([(file("files/../state.json"), [])])) == "submission.odd-name")
    #expect(
      refusal(
        try tar([(TarEntry("state.json", .symbolicLink(target: "/etc/shadow"), mode: 0o777), [])]))
        == "submission.not-a-file")
    #expect(
      refusal(try tar([(file("manifest.json"), manifest), (file("manifest.json"), manifest)]))
        == "submission.twice")
    #expect(
      refusal(try tar([(file("manifest.json"), manifest), (file("files/\(digest)"), [1])]))
        == "submission.altered")
    #expect(
      refusal(
        try tar([
          (file("manifest.json"), manifest), (file("journal.jsonl"), Array("{\"id\":1}\n".utf8)),
        ])) == "submission.bad-journal")
    let deep = String(repeating: "[", count: 100_000)
    #expect(
      refusal(try tar([(file("manifest.json"), Array(deep.utf8))])) == "submission.no-manifest")
    var later = Self.manifest()
    later.submission = 2
    let bytes = Array(try JSONValue(encoding: later).text().utf8)
    #expect(refusal(try tar([(file("manifest.json"), bytes)])) == "submission.version")
  }

  @Test("no cut of a submission crashes the reader")
  func cut() throws {
    try withJournal { _, journal, progress in
      let bytes = try submission(journal, progress).archive()
      for length in stride(from: 0, to: bytes.count, by: 97) {
        _ = try? SubmissionReader.read(Array(bytes[..<length]), "a")
        var altered = bytes
        altered[length] ^= 0x41
        _ = try? SubmissionReader.read(altered, "a")
      }
    }
  }

  @Test("versions of files are kept once each, links and what is too large are not read")
  func versions() throws {
    try withJournal { place, journal, progress in
      let folder = place + "/work"
      try Directory.make(folder + "/app")
      let versions = FileVersions(
        folder: folder, directory: place + "/versions", progress: progress, journal: journal)
      try File.replace(folder + "/Dockerfile", "FROM a\n", durable: false)
      try File.replace(folder + "/app/copy", "FROM a\n", durable: false)
      symlink("/etc/passwd", folder + "/link")
      try File.replace(
        folder + "/large", [UInt8](repeating: 0, count: FileVersions.sizeLimit + 1), durable: false)
      try versions.keep()
      try versions.keep()
      try File.replace(folder + "/Dockerfile", "FROM b\n", durable: false)
      unlink(folder + "/app/copy")
      try versions.keep()
      let events = try journal.entries(since: 3).map {
        "\($0.action) \($0.name) \($0.attributes["digest"]?.isEmpty == false)"
      }
      #expect(
        events == [
          "change Dockerfile true", "change app/copy true", "change large false",
          "change Dockerfile true", "remove app/copy false",
        ])
      #expect(try Directory.list(place + "/versions").count == 2)
    }
  }

  @Test("a typed line is taken down whole, with its own line ends")
  func typedLine() throws {
    let line = CommandLog.parse("12.5\t>\t/w\tcat > x <<E\u{1E}a\tb\u{1E}E")
    #expect(line == .line(time: 12_500_000_000, folder: "/w", text: "cat > x <<E\na\tb\nE"))
  }
}
