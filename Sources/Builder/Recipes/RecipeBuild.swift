import Engine
import Images
import Linux
import Support

/// Builds the images of one recipe onto the local shelf.
struct RecipeBuild {
  let book: RecipeBook
  let recipe: ImageRecipe
  let report: (BootstrapProgress) -> Void

  func make(force: Bool) -> BootstrapResult {
    do {
      let library = book.maker.library
      if !force, try recipe.references.allSatisfy({ try library.find($0) != nil }) {
        return BootstrapResult(recipe: recipe.name, outcome: .present(recipe.references))
      }
      for base in try Self.bases(of: recipe) where try library.find(base) == nil {
        try makeBase(base)
      }
      for build in recipe.builds { try make(build, force: force) }
      return BootstrapResult(recipe: recipe.name, outcome: .made(recipe.references))
    } catch let error as DklabError {
      return BootstrapResult(recipe: recipe.name, outcome: .failed(error))
    } catch {
      return BootstrapResult(recipe: recipe.name, outcome: .failed(unmakable(error)))
    }
  }

  /// The images that the Dockerfile of `recipe` begins with or copies from.
  static func bases(of recipe: ImageRecipe) throws -> [Reference] {
    var names: [Reference] = []
    _ = try resolve(recipe, options([:])) { name in
      names.append(try Reference(name))
      return BaseImage(
        name: name, id: Digest(bytes: [UInt8](repeating: 0, count: 32)), config: ImageConfig())
    }
    return names
  }

  private func makeBase(_ reference: Reference) throws {
    let results = try book.bootstrap([reference.familiar], force: false, progress: report)
    for case .failed(let error) in results.map(\.outcome) { throw error }
  }

  private static func resolve(
    _ recipe: ImageRecipe, _ options: BuildOptions, image: @escaping (String) throws -> BaseImage
  ) throws -> ResolvedBuild {
    let context = try BuildContext(directory: recipe.folder, dockerfile: nil)
    let file = try Dockerfile(parsing: context.dockerfile, name: context.dockerfileName)
    return try StageResolver.resolve(file, options, ignore: context.ignore, image: image)
  }

  /// Times are fixed, so that the same packages make the same image.
  private static func options(_ arguments: [String: String]) -> BuildOptions {
    var options = BuildOptions()
    options.arguments = arguments
    options.sourceDate = Bootstrapper.sourceDate
    return options
  }

  private func make(_ build: ImageRecipe.Build, force: Bool) throws {
    var options = Self.options(build.arguments)
    options.ignoresCache = force
    let library = book.maker.library
    let resolved = try Self.resolve(recipe, options) { name in
      let image = try library.resolve(name)
      return BaseImage(name: name, id: image.id, config: image.config)
    }
    let context = try BuildContext(directory: recipe.folder, dockerfile: nil)
    let run = try BuildRun(
      engine: book.engine, build: resolved, context: context, settings: BuildSettings(),
      progress: RecipeProgress(recipe.name, report))
    defer { run.close() }
    let result = try run.run()
    try library.content.withLock {
      try book.maker.keep(result.config, result.layers, as: build.references)
    }
  }

  private func unmakable(_ error: any Error) -> DklabError {
    let cause: Text
    var hint: Text?
    switch error {
    case let failure as StepFailure:
      let last = failure.output.last { !$0.isEmpty } ?? ""
      cause = Text(
        "\(failure.step.title): \(last.isEmpty ? failure.message.en : last)",
        ko: "\(failure.step.title): \(last.isEmpty ? failure.message.ko : last)")
      hint = Text(
        "packages come from a mirror of Debian: check that it can be reached",
        ko: "꾸러미는 데비안 미러에서 받습니다. 접속할 수 있는지 확인하세요")
    case let error as DockerfileError: cause = error.sentence
    case is BuildCanceled: cause = Text("canceled", ko: "취소되었습니다")
    default: cause = Text("\(error)", ko: "\(error)")
    }
    return DklabError(
      .unavailable, id: "bootstrap.unavailable",
      Text(
        "\(recipe.name) cannot be made here: \(cause.en)",
        ko: "\(recipe.name)을(를) 여기서는 만들 수 없습니다: \(cause.ko)"), hint: hint)
  }
}

/// Tells of the steps of a build as phases of a recipe.
private final class RecipeProgress: BuildProgress {
  private let recipe: String
  private let report: (BootstrapProgress) -> Void
  private var count = 0

  init(_ recipe: String, _ report: @escaping (BootstrapProgress) -> Void) {
    self.recipe = recipe
    self.report = report
  }

  func begin(_ title: String) -> Int {
    count += 1
    let line = title.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? title
    let phase = line.count > 60 ? line.prefix(60) + "…" : line
    report(BootstrapProgress(recipe: recipe, phase: Text(phase, ko: phase), done: 0, total: 0))
    return count
  }

  func log(_ vertex: Int, _ bytes: ArraySlice<UInt8>) {}
  func status(_ vertex: Int, _ text: String) {}
  func end(_ vertex: Int, _ outcome: VertexOutcome) {}
  func tick() {}
  func finish(failed: Bool) {}
}
