import FoundationEssentials
import Glibc
import Images
import Linux
import Support
import Testing

@testable import Builder

/// Each folder of Fixtures/dockerfiles holds a Dockerfile (and perhaps a dockerignore) and what it
/// comes to: steps, configuration, history and findings, or the error. DKLAB_RECORD=1 writes them
/// anew.
@Suite("Dockerfiles") struct GoldenTests {
  static let folder =
    String(#filePath.dropLast("GoldenTests.swift".count)) + "Fixtures/dockerfiles"
  static let cases = (try? Directory.list(folder)) ?? []

  @Test("there are cases") func existence() {
    #expect(GoldenTests.cases.count >= 40)
  }

  @Test("a Dockerfile comes to the recorded steps, or to the recorded error", arguments: cases)
  func golden(name: String) throws {
    let folder = "\(GoldenTests.folder)/\(name)"
    let source = try File.text("\(folder)/Dockerfile")
    let ignore = try? IgnoreFile(parsing: File.text("\(folder)/dockerignore"))
    let text = GoldenTests.outcome(
      source, ignore: ignore, target: try? File.text("\(folder)/target"))
    let path = "\(folder)/result.txt"
    if getenv("DKLAB_RECORD") != nil { try File.replace(path, text) }
    #expect(text == (try? File.text(path)), "\(name)")
  }

  static func outcome(_ source: String, ignore: IgnoreFile?, target: String? = nil) -> String {
    var options = BuildOptions()
    options.platform = Platform(architecture: "amd64", os: "linux")
    options.buildPlatform = options.platform
    options.arguments = ["GIVEN": "from the command line", "HTTP_PROXY": "http://proxy:3128"]
    options.target = target.map { String($0.filter { !$0.isWhitespace }) }
    do {
      let file = try Dockerfile(parsing: source)
      let build = try StageResolver.resolve(file, options, ignore: ignore, image: base)
      return describe(build)
    } catch let error as DockerfileError {
      var lines = error.range.map { SourceQuotation(name: "Dockerfile", source: source).text($0) }
      lines = (lines ?? []) + ["ERROR: \(error.sentence.en)", "오류: \(error.sentence.ko)"]
      if let hint = error.hint { lines? += ["hint: \(hint.en)", "힌트: \(hint.ko)"] }
      return (lines ?? []).joined(separator: "\n") + "\n"
    } catch {
      return "ERROR: \(error)\n"
    }
  }

  static func base(_ name: String) throws -> BaseImage {
    guard !name.contains("missing") else { throw ImageStore.notFound(name) }
    var config = ImageConfig(platform: Platform(architecture: "amd64", os: "linux"))
    config.config.env = ["PATH=/bin:/usr/bin", "FROM_BASE=base value"]
    config.config.cmd = ["sh"]
    config.rootFilesystem.diffIDs = [Digest(bytes: Array(repeating: 7, count: 32))]
    config.history = [ImageConfig.History(createdBy: "base layer")]
    if name.hasPrefix("triggers") {
      config.config.onBuild = ["COPY . /app", "RUN echo triggered"]
      config.config.workingDirectory = "/srv"
    }
    if name.hasPrefix("arm") { config.architecture = "arm64" }
    return BaseImage(
      name: "docker.io/library/\(name)", id: Digest(bytes: Array(repeating: 9, count: 32)),
      config: config)
  }

  static func describe(_ build: ResolvedBuild) -> String {
    var lines: [String] = []
    if !build.skipped.isEmpty { lines.append("skipped: \(build.skipped.joined(separator: ", "))") }
    for index in build.order {
      guard let stage = build.stages[index] else { continue }
      lines.append("stage \(index) \(stage.label): \(describe(stage.base))")
      lines += [stage.title] + stage.steps.flatMap { ["  \($0.title)"] + describe($0.operation) }
    }
    let config = build.result.config
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let json = (try? encoder.encode(config.config)) ?? Data()
    lines += ["config", String(decoding: json, as: UTF8.self)]
    if let author = config.author { lines.append("author \(author)") }
    lines.append("history")
    for row in config.history {
      lines.append("  \(row.emptyLayer == true ? "-" : "L") \(row.createdBy ?? "")")
    }
    for finding in build.findings {
      lines += ["finding\(finding.line(.en))", "finding\(finding.line(.ko))"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func describe(_ base: StageBase) -> String {
    switch base {
    case .scratch: "scratch"
    case .image(let image): image.name
    case .stage(let index): "stage \(index)"
    }
  }

  static func describe(_ source: StepSource) -> String {
    switch source {
    case .context: "context"
    case .stage(let index): "stage \(index)"
    case .image(let image): image.name
    case .named(let name): "named context \(name)"
    }
  }

  static func describe(_ operation: StepOperation) -> [String] {
    switch operation {
    case .makeDirectory(let path, let owner): return ["    mkdir \(path) \(owner ?? "")"]
    case .run(let work): return describe(work)
    case .copy(let work): return describe(work)
    }
  }

  static func describe(_ work: RunWork) -> [String] {
    var lines = [
      "    run \(GoText.quoted(work.arguments))", "    env \(GoText.quoted(work.environment))",
      "    as \(work.user ?? "root") in \(work.directory), network \(work.network)",
    ]
    if work.isInsecure { lines.append("    insecure") }
    if !work.silentEnvironment.isEmpty { lines.append("    silently \(work.silentEnvironment)") }
    if let script = work.script {
      lines.append("    script \(script.name) \(GoText.quoted(script.content))")
    }
    for mount in work.mounts {
      lines.append("    mount \(mount.wish.kind) \(describe(mount.source)) \(describe(mount.wish))")
    }
    return lines
  }

  static func describe(_ work: CopyWork) -> [String] {
    let copy = work.instruction
    var lines = [
      "    copy \(GoText.quoted(copy.sources)) from \(describe(work.from)) to \(work.destination)"
    ]
    if let owner = copy.owner { lines.append("    owner \(owner)") }
    if let mode = copy.mode { lines.append("    mode \(mode)") }
    for document in work.documents {
      lines.append("    document \(document.name) \(GoText.quoted(document.content))")
    }
    return lines
  }

  static func describe(_ wish: RunMount) -> String {
    var words: [String] = []
    if let target = wish.target { words.append("target=\(target)") }
    if let source = wish.source { words.append("source=\(source)") }
    if let id = wish.id { words.append("id=\(id)") }
    if let sharing = wish.sharing { words.append("sharing=\(sharing)") }
    if let size = wish.size { words.append("size=\(size)") }
    words.append(wish.readOnly ? "ro" : "rw")
    if wish.required { words.append("required") }
    return words.joined(separator: " ")
  }
}
