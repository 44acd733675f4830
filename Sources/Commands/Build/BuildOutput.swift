import Builder
import Engine
import Glibc
import Images
import Linux
import Support

/// What becomes of a result: an image, or files (`--output`).
struct BuildOutput {
  let command: Build
  let references: [Reference]
  let engine: Engine
  let progress: any BuildProgress

  init(
    _ command: Build, _ references: [Reference], _ engine: Engine, _ progress: any BuildProgress
  ) {
    self.command = command
    self.references = references
    self.engine = engine
    self.progress = progress
  }

  private enum Destination {
    case image
    case directory(String)
    case archive(String)
  }

  func deliver(_ result: BuildResult, of run: BuildRun) throws {
    let destinations = try command.output.map(BuildOutput.parse)
    for destination in destinations.isEmpty ? [.image] : destinations {
      switch destination {
      case .image: try keep(result, of: run)
      case .directory(let path):
        let vertex = progress.begin("exporting to client directory")
        try run.export(result, toDirectory: absolutePath(path))
        progress.end(vertex, .done)
      case .archive(let path):
        let vertex = progress.begin("exporting to client tarball")
        if path == "-" {
          try run.export(result, toArchive: STDOUT_FILENO)
        } else {
          let flags = O_WRONLY | O_CREAT | O_TRUNC
          let file = try FileDescriptor.open(absolutePath(path), flags, mode: 0o644)
          try run.export(result, toArchive: file.number)
        }
        progress.end(vertex, .done)
      }
    }
  }

  private func keep(_ result: BuildResult, of run: BuildRun) throws {
    let vertex = progress.begin("exporting to image")
    progress.status(vertex, "exporting layers done")
    let image = try run.keep(result, as: references)
    progress.status(vertex, "writing image \(image.id) done")
    let store = try engine.images()
    for reference in references {
      progress.status(vertex, "naming to \(reference) done")
      try store.onChange(ImageChange(action: .tag, id: image.id, name: reference.familiar))
    }
    progress.end(vertex, .done)
    try engine.journal.append(
      "builder", "build", actor: "\(image.id)", name: references.first?.familiar ?? "",
      [
        "cached": "\(result.hits)", "ran": "\(result.misses)",
        "steps": String(result.ran.joined(separator: "\n").prefix(4096)),
      ])
    if let path = command.iidfile { try File.replace(absolutePath(path), "\(image.id)") }
    if command.quiet { print(image.id) }
  }

  /// `DIRECTORY`, `-`, or `type=local,dest=DIRECTORY`.
  private static func parse(_ text: String) throws -> Destination {
    guard text.contains("=") else { return text == "-" ? .archive("-") : .directory(text) }
    var fields: [String: String] = [:]
    for field in text.split(separator: ",") {
      let key = field.prefix { $0 != "=" }
      fields[String(key).lowercased()] = String(field.dropFirst(key.count + 1))
    }
    let place = fields["dest"] ?? fields["destination"]
    switch fields["type"] ?? "" {
    case "local":
      guard let place else { throw missing("local") }
      return .directory(place)
    case "tar": return .archive(place ?? "-")
    case "docker" where place == nil, "image": return .image
    case let type:
      throw DklabError(
        .unsupported, id: "build.output",
        Text("unsupported output type \"\(type)\"", ko: "쓸 수 없는 출력 종류입니다: \"\(type)\""),
        hint: Text(
          "accepted: local, tar, docker, image; `\(ProgramName.current) save` writes archives of images",
          ko: "쓸 수 있는 값: local, tar, docker, image. 이미지 아카이브는 `\(ProgramName.current) save`로 만듭니다"))
    }
  }

  private static func missing(_ type: String) -> DklabError {
    DklabError(
      .invalid, id: "build.output",
      Text("dest is required for \(type) exporter", ko: "\(type) 출력에는 dest가 필요합니다"))
  }
}
