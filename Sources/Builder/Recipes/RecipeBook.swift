// `dklab images bootstrap`: both kinds of recipes as one list. Those in Sources/Images/Bootstrap put
// images together from the machine's own programs; those in Courseware/images are Dockerfiles, built
// by our own builder. Where both make an image, the Dockerfile is preferred as soon as the image it
// builds on is there: what a distribution packages is more than what one program's files are.
//
// Next: RecipeBuild.swift.

import Engine
import Images
import Support

/// All recipes of this machine.
package final class RecipeBook {
  package let recipes: [ImageRecipe]
  let engine: Engine
  let maker: Bootstrapper

  /// `engine` runs the steps of the Dockerfiles and keeps their cache.
  package init(engine: Engine) throws {
    self.engine = engine
    maker = Bootstrapper(content: try engine.images().content)
    recipes = try ImageRecipe.all()
  }

  /// What a list of the recipes shows, in the order they are made.
  package var entries: [(name: String, references: [Reference], needs: Text)] {
    let own = Bootstrapper.recipes.map { recipe in
      (
        recipe.name, recipe.references,
        dockerfile(recipe.name).map { file in
          Text(
            "\(file.needs.en) when there, else: \(recipe.needs.en)",
            ko: "\(file.needs.ko)이(가) 있으면 그것, 없으면 \(recipe.needs.ko)")
        } ?? recipe.needs
      )
    }
    let further = recipes.filter { recipe in !own.contains { $0.0 == recipe.name } }
    return own + further.map { ($0.name, $0.references, $0.needs) }
  }

  private func dockerfile(_ name: String) -> ImageRecipe? { ImageRecipe.named(name, in: recipes) }

  /// Makes the images `names`; without names what the first labs need. As `Bootstrapper.bootstrap`.
  package func bootstrap(
    _ names: [String], force: Bool, progress: @escaping (BootstrapProgress) -> Void
  ) throws -> [BootstrapResult] {
    let quick =
      Bootstrapper.recipes.filter(\.isForFirstLab).map(\.name)
      + recipes.filter(\.isForFirstLab).map(\.name)
    let wanted = names.isEmpty ? quick : names
    for name in wanted where dockerfile(name) == nil && Bootstrapper.recipe(named: name) == nil {
      throw unknown(name)
    }
    var results: [BootstrapResult] = []
    for name in wanted {
      let result = try make(name, force: force, progress)
      if !results.contains(where: { $0.recipe == result.recipe }) { results.append(result) }
    }
    return results
  }

  private func make(
    _ name: String, force: Bool, _ progress: @escaping (BootstrapProgress) -> Void
  ) throws -> BootstrapResult {
    let own = Bootstrapper.recipe(named: name)
    if let recipe = dockerfile(name), try own == nil || hasBases(of: recipe) {
      let result = RecipeBuild(book: self, recipe: recipe, report: progress).make(force: force)
      // An image from the machine's own programs is better than none.
      if own == nil { return result }
      if case .failed = result.outcome {} else { return result }
    }
    let results = try maker.bootstrap([name], force: force, progress: progress)
    guard let result = results.first else { preconditionFailure("one result a recipe") }
    return result
  }

  private func hasBases(of recipe: ImageRecipe) throws -> Bool {
    try RecipeBuild.bases(of: recipe).allSatisfy { try maker.library.find($0) != nil }
  }

  private func unknown(_ name: String) -> DklabError {
    let names = entries.map(\.name).joined(separator: ", ")
    return DklabError(
      .notFound, id: "bootstrap.unknown",
      Text("no recipe for the image \(name)", ko: "이미지 \(name)을(를) 만드는 방법이 없습니다"),
      hint: Text("there are recipes for \(names)", ko: "만들 수 있는 이미지: \(names)"))
  }
}
