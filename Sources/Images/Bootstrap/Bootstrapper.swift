// Base images made on the user's own machine, for when there is no registry to pull from.
//
// Each recipe makes one or more images into the scope `library`, from programs the machine has
// (ELFClosure.swift) or from a distribution's packages. The same machine makes the same digests.
// An image that only stands in for the one of its name carries the label dklab.standin=true, and
// says so in its /etc/os-release.
//
// Next: BootstrapRecipe.swift, then the recipes.

import Linux
import Support

/// How far a recipe has come.
package struct BootstrapProgress: Sendable {
  /// The recipe's name.
  package var recipe: String
  package var phase: Text
  /// Steps done of `total` in this phase; `total` is zero when it cannot be known.
  package var done: Int
  package var total: Int

  package init(recipe: String, phase: Text, done: Int, total: Int) {
    self.recipe = recipe
    self.phase = phase
    self.done = done
    self.total = total
  }
}

/// What became of one recipe.
package struct BootstrapResult: Sendable {
  package var recipe: String
  package var outcome: Outcome

  /// Made now, there before, or not possible here.
  package enum Outcome: Sendable {
    case made([Reference])
    case present([Reference])
    case failed(DklabError)
  }

  package init(recipe: String, outcome: Outcome) {
    self.recipe = recipe
    self.outcome = outcome
  }
}

/// Makes base images into the scope `library`.
package final class Bootstrapper {
  let content: ContentStore
  /// The local shelf.
  package let library: ImageStore
  private var report: (BootstrapProgress) -> Void = { _ in }
  private var current = ""

  package init(content: ContentStore) {
    self.content = content
    library = ImageStore(content: content, scope: ImageStore.library)
  }

  /// All recipes, in the order they are made.
  package static let recipes: [BootstrapRecipe] = [
    .toolbox, .busybox, .debian12, .ubuntu, .debian, .alpine, .helloWorld, .gettingStarted, .nginx,
    .registry,
  ]

  /// The recipe for `name`: its own, or one of the image names it makes (`ubuntu:16.04`).
  package static func recipe(named name: String) -> BootstrapRecipe? {
    if let recipe = recipes.first(where: { $0.name == name }) { return recipe }
    guard let reference = try? Reference(name) else { return nil }
    return recipes.first { $0.references.contains(reference) }
  }

  /// Makes the images `names`, or without names what the first labs need. Those that are there are
  /// left alone unless `force`. Goes on after a failure; every recipe has its result.
  ///
  /// Throws for a name that no recipe has, before anything is made.
  package func bootstrap(
    _ names: [String] = [], force: Bool = false,
    progress: @escaping (BootstrapProgress) -> Void = { _ in }
  ) throws -> [BootstrapResult] {
    report = progress
    let wanted = names.isEmpty ? Self.recipes.filter(\.isForFirstLab) : try names.map(Self.known)
    var results: [BootstrapResult] = []
    for recipe in wanted where !results.contains(where: { $0.recipe == recipe.name }) {
      results.append(BootstrapResult(recipe: recipe.name, outcome: make(recipe, force: force)))
    }
    // What a recipe made anew has taken the names of what it made before.
    if force { _ = try library.prune(users: { _ in [] }) }
    return results
  }

  private func make(_ recipe: BootstrapRecipe, force: Bool) -> BootstrapResult.Outcome {
    do {
      if !force, try recipe.references.allSatisfy({ try library.find($0) != nil }) {
        return .present(recipe.references)
      }
      current = recipe.name
      try content.withLock { try recipe.make(self) }
      return .made(recipe.references)
    } catch let error as DklabError {
      return .failed(error)
    } catch {
      return .failed(
        DklabError(
          .internal, id: "bootstrap.failed",
          Text("\(recipe.name): \(error)", ko: "\(recipe.name): \(error)")))
    }
  }

  private static func known(_ name: String) throws -> BootstrapRecipe {
    if let recipe = recipe(named: name) { return recipe }
    let names = recipes.map(\.name).joined(separator: ", ")
    throw DklabError(
      .notFound, id: "bootstrap.unknown",
      Text("no recipe for the image \(name)", ko: "이미지 \(name)을(를) 만드는 방법이 없습니다"),
      hint: Text("there are recipes for \(names)", ko: "만들 수 있는 이미지: \(names)"))
  }

  func phase(_ text: Text, done: Int = 0, total: Int = 0) {
    report(BootstrapProgress(recipe: current, phase: text, done: done, total: total))
  }

  /// The image that `recipe` makes first, made now if it is missing.
  func base(_ recipe: BootstrapRecipe) throws -> Image {
    let reference = recipe.references[0]
    if let image = try library.find(reference) { return image }
    try recipe.make(self)
    return try library.resolve(reference.description)
  }

  /// Makes a layer of `tree`.
  func layer(_ tree: LayerTree, name: String) throws -> Layer {
    let copying = Text("writing \(name)", ko: "\(name) 쓰는 중")
    return try content.addLayer(name: name) { writer in
      try tree.write(to: writer) { done in
        if done % 50 == 0 { phase(copying, done: done, total: tree.count) }
      }
      phase(copying, done: tree.count, total: tree.count)
    }
  }

  /// Makes the image `base` + `layers`, with the configuration that `change` leaves.
  func image(
    _ references: [Reference], on base: Image? = nil, adding layers: [(Layer, String)],
    isStandIn: Bool, _ change: (inout ContainerConfig) -> Void
  ) throws {
    var config = base?.config ?? ImageConfig()
    config.created = LayerTree.timeText
    config.history += layers.map { _, step in
      ImageConfig.History(created: LayerTree.timeText, createdBy: step, comment: "dklab bootstrap")
    }
    var run = config.config
    run.labels = run.labels ?? [:]
    run.labels?["dklab.standin"] = isStandIn ? "true" : nil
    change(&run)
    if run.labels?.isEmpty == true { run.labels = nil }
    config.config = run
    try keep(config, (base?.layers ?? []) + layers.map(\.0), as: references)
  }

  /// Seconds since 1970: the time of whatever is made here.
  package static let sourceDate = LayerTree.time.seconds

  /// Puts an image on the shelf, under `references` and by digest. The caller holds the store's lock.
  package func keep(_ config: ImageConfig, _ layers: [Layer], as references: [Reference]) throws {
    let image = try library.create(config: config, layers: layers, references: references)
    let pinned = Set(references.map(\.repository)).compactMap { repository in
      references.first { $0.repository == repository }?.pinned(image.manifest)
    }
    try library.database.transaction {
      for reference in pinned { try library.setName(reference, image.id) }
    }
  }
}
