import Documents
import Engine
import Glibc
import Images
import Linux
import Support

/// Makes a submission of what a student has done.
package struct SubmissionWriter {
  let session: LabSession

  package init(_ session: LabSession) {
    self.session = session
  }

  /// The submission as it stands now, after a last look.
  package func submission(
    of student: Submission.Student, course: String, kit: String
  ) throws -> Submission {
    _ = try session.checkAll()
    try session.note("submit", student.id)
    try session.keepEvidence()
    let progress = session.progress
    let seals = Dictionary(try progress.seals().map { ($0.entry, $0) }) { $1 }
    let entries = try session.instance.engine.journal.entries()
    let journal = entries.compactMap { entry in
      seals[entry.id].map { Submission.SealedEntry(entry: entry, seal: $0) }
    }
    let files = try versions()
    let manifest = Submission.Manifest(
      submission: Submission.version, format: FormatVersion.current, kit: kit,
      lab: session.lab.id, labDigest: try Self.digest(of: session.lab), student: student,
      course: course, language: Language.current.rawValue, seed: try progress.fact("seed") ?? "",
      variables: session.variables.values, kernel: session.variables["kernel"] ?? "",
      host: LabInstance.hostName, started: journal.first?.entry.time ?? 0,
      created: wallClockNanoseconds(),
      restarts: entries.filter { $0.type == "lab" && $0.action == "restart" }.count,
      answers: try progress.answers().mapValues(\.text),
      milestones: try progress.milestones().map {
        Submission.Milestone(step: $0.step, check: $0.check, time: $0.time)
      },
      hints: try session.lab.steps.flatMap { step in
        try progress.givenHints(step.id).map {
          Submission.GivenHint(step: step.id, hint: $0.hint, time: $0.time)
        }
      },
      files: files.map { Submission.File(digest: $0.key, size: $0.value.count) }
        .sorted { $0.digest < $1.digest },
      entries: journal.count, head: journal.last?.seal.hash ?? "")
    return Submission(manifest: manifest, journal: journal, files: files, state: try state())
  }

  /// The digest of a lab's own text, without its translation.
  static func digest(of lab: Lab) throws -> String {
    try LabBundle.digest(try File.read(lab.folder + "/lab.md", limit: SourceText.limit)).hex
  }

  private func versions() throws -> [String: [UInt8]] {
    let directory = session.versionsDirectory
    guard File.isDirectory(directory) else { return [:] }
    var files: [String: [UInt8]] = [:]
    for name in try Directory.list(directory) where Digest(hex: name) != nil {
      files[name] = try File.read("\(directory)/\(name)", limit: FileVersions.sizeLimit)
    }
    return files
  }

  private func state() throws -> JSONValue {
    let engine = session.instance.engine
    let containers = try engine.containers().map { engine.inspect($0) }
    let images = try engine.images().list().map(ImageInspection.document)
    let volumes = try engine.database.query("SELECT name FROM volumes ORDER BY name")
      .compactMap { $0["name"].text }.map(JSONValue.string)
    return .object(
      JSONObject([
        ("containers", .array(containers)), ("images", .array(images)),
        ("volumes", .array(volumes)),
      ]))
  }
}

extension Submission {
  /// The archive. The same submission gives the same bytes.
  package func archive() throws -> [UInt8] {
    let memory = FileDescriptor(owning: try createMemoryFile("submission"))
    let writer = TarWriter(FileSink(memory.number))
    func add(_ name: String, _ content: [UInt8]) throws {
      try writer.add(TarEntry(name, .file, mode: 0o644), content: content)
    }
    let text = try JSONValue(encoding: manifest).text(pretty: true) + "\n"
    try add("manifest.json", Array(text.utf8))
    let lines = journal.map { $0.document.text() + "\n" }
    try add("journal.jsonl", Array(lines.joined().utf8))
    try add("state.json", Array((state.text(pretty: true) + "\n").utf8))
    for digest in files.keys.sorted() { try add("files/\(digest)", files[digest] ?? []) }
    try writer.finish()
    lseek(memory.number, 0, SEEK_SET)
    return try readAll(memory.number, limit: 128 << 20)
  }

  /// What is in it, for those who want to know before they send it.
  package var summary: [Text] {
    func count(_ type: String, _ action: String) -> Int {
      journal.filter { $0.entry.type == type && $0.entry.action == action }.count
    }
    let bytes = files.values.reduce(0) { $0 + $1.count }
    return [
      Text(
        "lab \(manifest.lab), seed \(manifest.seed)", ko: "실습 \(manifest.lab), 시드 \(manifest.seed)"),
      Text(
        "student \(manifest.student.id) \(manifest.student.name)".trimmed,
        ko: "학생 \(manifest.student.id) \(manifest.student.name)".trimmed),
      Text("\(count("shell", "line")) lines you typed", ko: "입력한 명령줄 \(count("shell", "line"))개"),
      Text(
        "\(count("shell", "input")) times what you typed into a container's terminal",
        ko: "컨테이너 터미널에 입력한 내용 \(count("shell", "input"))건"),
      Text(
        "\(journal.count) entries of the lab's journal", ko: "실습 기록 \(journal.count)건"),
      Text(
        "\(files.count) versions of files in the lab's folder, \(bytes) bytes",
        ko: "작업 폴더 파일의 판 \(files.count)개, \(bytes)바이트"),
      Text("\(manifest.answers.count) answers", ko: "답 \(manifest.answers.count)개"),
      Text("\(manifest.hints.count) hints taken", ko: "본 힌트 \(manifest.hints.count)개"),
      Text(
        "the name of this machine (\(manifest.host)) and its kernel (\(manifest.kernel))",
        ko: "이 컴퓨터의 이름(\(manifest.host))과 커널(\(manifest.kernel))"),
    ]
  }
}

extension Progress {
  /// The hints of `step` given so far, with the time.
  func givenHints(_ step: String) throws -> [(hint: String, time: Int64)] {
    try database.query("SELECT hint, time FROM hints WHERE step = ? ORDER BY time", .text(step))
      .map { ($0["hint"].text ?? "", $0["time"].integer ?? 0) }
  }
}
