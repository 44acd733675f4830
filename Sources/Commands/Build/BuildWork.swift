import ArgumentParser
import Builder
import Engine
import Glibc
import Images
import Linux
import Support

/// One `build` from its flags to its image.
struct BuildWork {
  let command: Build
  let engine: Engine
  let progress: any BuildProgress
  let references: [Reference]
  private var input: BuildInput?
  private var resolved: ResolvedBuild?

  init(_ command: Build) throws {
    self.command = command
    references = try command.tag.map { text in
      let reference = try Reference(text)
      guard reference.digest == nil else {
        throw DklabError(
          .invalid, id: "reference.digest-not-allowed",
          Text(
            "invalid tag \"\(text)\": refusing to create a tag with a digest reference",
            ko: "다이제스트가 붙은 이름으로는 태그를 만들 수 없습니다: \(text)"))
      }
      return reference
    }
    engine = try openEngine()
    progress = try command.display()
  }

  mutating func run() throws {
    defer { if let path = input?.temporary { try? Directory.removeTree(path) } }
    let settings = try command.settings()
    let input = try BuildInput(command, engine: engine)
    self.input = input
    let build = try resolve(input.context)
    resolved = build
    if command.check { return try tellFindings(build) }
    if try LintConfiguration(parsing: build.file.directives.check ?? "").isError,
      !build.findings.isEmpty
    {
      let names = Set(build.findings.map(\.rule.rawValue)).sorted().joined(separator: ", ")
      throw DockerfileError(
        Text("lint violation found for rules: \(names)", ko: "규칙에 어긋납니다: \(names)"),
        at: build.findings.first?.range, isSyntax: false)
    }
    let run = try BuildRun(
      engine: engine, build: build, context: input.context, settings: settings,
      progress: progress)
    defer { run.close() }
    try useCaches(run)
    if command.explain || command.dryRun {
      let text = try run.plan().text()
      // With --explain the result of the build keeps standard output for itself.
      if command.dryRun { return print(text, terminator: "") }
      StandardError.print(text)
    }
    var result = try run.run()
    if command.squash { result = try run.squash(result) }
    try BuildOutput(command, references, engine, progress).deliver(result, of: run)
    progress.finish(failed: false)
    if !command.quiet { warn(build.findings) }
  }

  /// `--cache-from`: images that were built with BUILDKIT_INLINE_CACHE=1, here or elsewhere. One that
  /// cannot be had is no reason to build nothing.
  private func useCaches(_ run: BuildRun) throws {
    for text in command.cacheFrom.flatMap({ $0.split(separator: ",") }) {
      let field = text.split(separator: "=", maxSplits: 1).map(String.init)
      if field.count == 2, field[0] != "ref" { continue }
      guard let name = field.last, let reference = try? Reference(name) else { continue }
      let vertex = progress.begin("importing cache manifest from \(reference)")
      do {
        let store = try engine.images()
        let image = try store.find(reference) ?? store.pull(reference) { _ in }
        try run.addCache(from: image)
        progress.end(vertex, .done)
      } catch let error as DklabError {
        progress.end(vertex, .failed(error.message()))
      }
    }
  }

  /// Reads the Dockerfile and finds its base images.
  private func resolve(_ context: BuildContext) throws -> ResolvedBuild {
    let vertex = progress.begin(
      "[internal] load build definition from \(context.dockerfileName)")
    progress.status(vertex, "transferring dockerfile: \(context.dockerfile.utf8.count)B done")
    let file: Dockerfile
    do {
      file = try Dockerfile(parsing: context.dockerfile, name: context.dockerfileName)
      progress.end(vertex, .done)
    } catch let error as DockerfileError {
      progress.end(vertex, .done)
      throw error
    }
    let images = BaseImages(engine: engine, progress: progress, pulls: command.pull)
    let build = try StageResolver.resolve(
      file, command.options(), ignore: context.ignore, image: images.find)
    let ignore = progress.begin("[internal] load .dockerignore")
    progress.end(ignore, .done)
    return build
  }

  private func warn(_ findings: [LintFinding]) {
    guard !findings.isEmpty else { return }
    let count = findings.count
    StandardError.print(
      Text(
        "\n \(count) warning\(count == 1 ? "" : "s") found:", ko: "\n 경고 \(count)개:")())
    for finding in findings { StandardError.print(finding.line()) }
  }

  /// `--check`.
  private func tellFindings(_ build: ResolvedBuild) throws {
    let quotation = SourceQuotation(name: build.file.name, source: build.file.source)
    guard !build.findings.isEmpty else {
      return print(Text("Check complete, no warnings found.", ko: "검사를 마쳤습니다. 경고가 없습니다.")())
    }
    for finding in build.findings {
      print("WARNING: \(finding.rule.rawValue)")
      print(finding.rule.summary())
      print(finding.message())
      if let note = finding.rule.note {
        print(Text("corrects the notes at \(note)", ko: "노트 바로잡기: \(note)")())
      }
      for line in quotation.text(finding.range) { print(line) }
      print("")
    }
    let count = build.findings.count
    print(
      Text(
        "Check complete, \(count) warning\(count == 1 ? " has" : "s have") been found!",
        ko: "검사를 마쳤습니다. 경고가 \(count)개 있습니다.")())
    throw ExitCode(1)
  }

  /// Tells why there is no image, as BuildKit does, and ends the command.
  func tell(_ error: any Error) throws {
    progress.finish(failed: true)
    if VerbMain.report(error) { throw ExitCode(1) }
    let quotation = input.map {
      SourceQuotation(name: $0.context.dockerfileName, source: $0.context.dockerfile)
    }
    switch error {
    case let failure as StepFailure:
      StandardError.print("------\n > \(failure.step.title):")
      for line in failure.output { StandardError.print(line) }
      StandardError.print("------")
      for line in quotation?.text(failure.step.range) ?? [] { StandardError.print(line) }
      solve(failure.message, failure.hint)
    case let error as DockerfileError:
      if let range = error.range {
        for line in quotation?.text(range) ?? [] { StandardError.print(line) }
      }
      solve(error.sentence, error.hint)
    case is BuildCanceled:
      StandardError.print("ERROR: failed to solve: Canceled: context canceled")
      throw ExitCode(130)
    case let error as DklabError:
      StandardError.print("ERROR: \(error)")
      if let hint = error.hint { self.hint(hint) }
      throw ExitCode(ErrorReport.exitStatus(of: error))
    default: throw error
    }
    throw ExitCode(1)
  }

  private func solve(_ message: Text, _ hint: Text?) {
    StandardError.print("ERROR: failed to solve: \(message())")
    if let hint { self.hint(hint) }
  }

  private func hint(_ hint: Text) {
    StandardError.print(Text("hint: \(hint.en)", ko: "힌트: \(hint.ko)")())
  }
}

/// Finds base images: here, else on the shelf or in their registries; with `--pull` there first.
final class BaseImages {
  private let engine: Engine
  private let progress: any BuildProgress
  private let pulls: Bool
  private var known: [String: BaseImage] = [:]

  init(engine: Engine, progress: any BuildProgress, pulls: Bool) {
    self.engine = engine
    self.progress = progress
    self.pulls = pulls
  }

  func find(_ name: String) throws -> BaseImage {
    if let found = known[name] { return found }
    let reference: Reference
    do {
      reference = try Reference(name)
    } catch {
      throw DockerfileError(
        Text(
          "failed to parse stage name \"\(name)\": invalid reference format",
          ko: "이미지 이름이 아닙니다: \"\(name)\""), isSyntax: false)
    }
    let vertex = progress.begin("[internal] load metadata for \(reference)")
    do {
      let image = try load(reference, name) { line in
        if line.total == nil { progress.status(vertex, PullText.line(line)) }
      }
      progress.end(vertex, .done)
      let base = BaseImage(name: "\(reference)", id: image.id, config: image.config)
      known[name] = base
      return base
    } catch let error as DklabError {
      let reason =
        error.id == "image.not-found" ? "\(reference): not found" : error.message.en
      progress.end(vertex, .failed(reason))
      throw DockerfileError(
        Text(
          "\(reference.familiar): failed to resolve source metadata for \(reference): \(reason)",
          ko: "\(reference.familiar): 베이스 이미지가 없습니다: \(error.message.ko)"), hint: error.hint,
        isSyntax: false)
    }
  }

  private func load(
    _ reference: Reference, _ name: String, _ tell: (ImageProgress) -> Void
  ) throws -> Image {
    let store = try engine.images()
    if !pulls, let image = try store.find(name) { return image }
    do {
      return try store.pull(reference, progress: tell)
    } catch let error as DklabError {
      // With --pull, what nobody else has is taken from here all the same: it was built here.
      if pulls, let image = try store.find(name) { return image }
      throw error
    }
  }
}
