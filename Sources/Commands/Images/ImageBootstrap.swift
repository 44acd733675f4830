import ArgumentParser
import class Builder.RecipeBook
import Engine
import Images
import Support

/// `dklab images bootstrap`: base images from the machine's own programs.
struct ImageBootstrap: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bootstrap",
    abstract: "Make base images on this machine, without a registry",
    usage: "\(ProgramName.current) images bootstrap [OPTIONS] [NAME...]",
    discussion: """
      Without a name: what the first labs need. The images go to the local shelf, from which \
      `run` and `pull` take them. Those that only stand in for the original carry the label \
      dklab.standin=true.
      """)

  @Flag(help: "Make images again that are there already") var force = false
  @Flag(help: "Only what the first labs need; the same as giving no name") var quick = false
  @Flag(help: "Every recipe, those that need a network too") var all = false
  @Flag(help: "List the recipes and stop") var list = false
  @Option(
    help: "Make none, but take those of an archive that `save` or `class init` has made",
    completion: .file())
  var from: String?
  @Argument(help: "Names of images, such as busybox or ubuntu:16.04") var names: [String] = []

  /// The images of an archive onto the shelf: for machines without a network, and for images that grade.
  private func shelve(_ archive: String) throws {
    let root = try DataRoot.current()
    try Engine.enterUserNamespace(root: root)
    let shelf = ImageStore(
      content: try ContentStore(root: root.content), scope: ImageStore.library)
    try withInput(archive) { descriptor, name in
      for image in try shelf.load(descriptor, name: name) { print(image) }
    }
  }

  func validate() throws {
    if (quick || all) && !names.isEmpty {
      throw ValidationError("give either names or --quick or --all")
    }
    if from != nil, quick || all || list || !names.isEmpty {
      throw ValidationError("--from takes all images of its archive, and goes with nothing else")
    }
  }

  func run() throws {
    if let from { return try shelve(from) }
    let book = try RecipeBook(engine: Engine.open())
    if list { return printRecipes(book) }
    let wanted = all ? book.entries.map(\.name) : names
    var line: ProgressLine?
    var current = ""
    let redraws = TerminalFacts.standardError.redraws
    let results = try book.bootstrap(wanted, force: force) { progress in
      let label = "\(progress.recipe): \(progress.phase())"
      if current != label {
        if redraws { line?.finish(Text("done", ko: "완료")()) }
        line = ProgressLine(
          label, total: progress.total > 0 ? Int64(progress.total) : nil, unit: .items)
        current = label
      }
      line?.update(Int64(progress.done))
    }
    if redraws { line?.finish(Text("done", ko: "완료")()) }
    var failures = 0
    for result in results {
      switch result.outcome {
      case .made(let references):
        print("\(Text("made", ko: "만듦")()): \(names(of: references))")
      case .present(let references):
        print("\(Text("already there", ko: "이미 있음")()): \(names(of: references))")
      case .failed(let error):
        failures += 1
        for line in ErrorReport(program: ProgramName.current).lines(for: error) {
          StandardError.print(line)
        }
      }
    }
    // One image that cannot be made here is no failure as long as the others are there.
    if failures == results.count || (failures > 0 && !names.isEmpty) { throw BatchFailure() }
  }

  private func names(of references: [Reference]) -> String {
    references.map(\.familiar).joined(separator: ", ")
  }

  private func printRecipes(_ book: RecipeBook) {
    let rows = book.entries.map { recipe in
      [recipe.name, names(of: recipe.references), recipe.needs()]
    }
    let header = [
      Text("RECIPE", ko: "이름")(), Text("IMAGES", ko: "이미지")(), Text("NEEDS", ko: "필요한 것")(),
    ]
    for line in TabWriter.align(([header] + rows).map { $0.joined(separator: "\t") }) {
      print(line)
    }
  }
}
