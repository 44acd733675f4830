import Images
import Linux
import Support
import Testing

@testable import Builder

@Suite("Recipes of Courseware/images") struct ImageRecipeTests {
  static let folder =
    String(#filePath.dropLast("Tests/BuilderTests/ImageRecipeTests.swift".count))
    + "Courseware/images"

  @Test("every folder is listed, and every name is made once")
  func list() throws {
    let recipes = try ImageRecipe.all()
    let folders = try Directory.list(Self.folder).filter { $0 != "images.yaml" }
    let listed = recipes.map { String($0.folder.split(separator: "/").last ?? "") }
    #expect(listed.sorted() == folders.sorted())
    let references = recipes.flatMap(\.references)
    #expect(Set(references).count == references.count)
    #expect(recipes.allSatisfy { !$0.references.isEmpty })
    #expect(ImageRecipe.named("mysql:5.7", in: recipes)?.name == "mysql")
    #expect(ImageRecipe.named("mysql:8", in: recipes) == nil)
  }

  @Test("a Dockerfile has no findings, says that it stands in, and builds on what can be made")
  func dockerfiles() throws {
    let recipes = try ImageRecipe.all()
    for recipe in recipes {
      let text = try File.text(recipe.folder + "/Dockerfile")
      let file = try Dockerfile(parsing: text, name: "Dockerfile")
      let build = try StageResolver.resolve(file, BuildOptions()) { name in
        BaseImage(
          name: name, id: Digest(bytes: [UInt8](repeating: 0, count: 32)), config: ImageConfig())
      }
      #expect(build.findings.map(\.rule) == [], "\(recipe.name)")
      #expect(build.result.config.config.labels?["dklab.standin"] == "true", "\(recipe.name)")
      for base in try RecipeBuild.bases(of: recipe) {
        #expect(Bootstrapper.recipe(named: base.familiar) != nil, "\(recipe.name): \(base)")
      }
    }
  }

  @Test("nginx keeps the contract of its image")
  func nginx() throws {
    let recipe = try #require(ImageRecipe.named("nginx:1.25", in: ImageRecipe.all()))
    let text = try File.text(recipe.folder + "/Dockerfile")
    var options = BuildOptions()
    options.arguments = try #require(recipe.builds.last).arguments
    let build = try StageResolver.resolve(Dockerfile(parsing: text, name: "Dockerfile"), options) {
      BaseImage(
        name: $0, id: Digest(bytes: [UInt8](repeating: 0, count: 32)), config: ImageConfig())
    }
    let config = build.result.config.config
    #expect(config.entrypoint == ["/docker-entrypoint.sh"])
    #expect(config.cmd == ["nginx", "-g", "daemon off;"])
    #expect(config.stopSignal == "SIGQUIT")
    #expect(config.exposedPorts == ["80/tcp"])
    #expect(config.env == ["NGINX_VERSION=1.25"])
  }
}
