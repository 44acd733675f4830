import Documents
import Glibc
import Linux
import Support

/// How to make some images from a Dockerfile of ours: a folder below Courseware/images, listed in the
/// images.yaml there. Reading needs nothing but that file; building them is the builder's work.
package struct ImageRecipe: Sendable {
  /// What `dklab images bootstrap` calls it: the repository.
  package let name: String
  /// The folder with the Dockerfile.
  package let folder: String
  package let needs: Text
  /// Whether it belongs to what the first labs need.
  package let isForFirstLab: Bool
  package let builds: [Build]

  /// One image of the recipe.
  package struct Build: Sendable {
    package let references: [Reference]
    /// `--build-arg`.
    package let arguments: [String: String]
  }

  /// All names the recipe makes.
  package var references: [Reference] { builds.flatMap(\.references) }

  /// The recipe of `recipes` for `name`: its own, or one of the image names it makes.
  package static func named(_ name: String, in recipes: [ImageRecipe]) -> ImageRecipe? {
    if let recipe = recipes.first(where: { $0.name == name }) { return recipe }
    guard let reference = try? Reference(name) else { return nil }
    return recipes.first { $0.references.contains(reference) }
  }

  /// The recipes of this machine; none where Courseware/images is not found.
  ///
  /// Throws for a list that cannot be read, with the place in the file.
  package static func all() throws -> [ImageRecipe] {
    guard let folder = folder() else { return [] }
    let path = folder + "/images.yaml"
    let list = try YAMLDocument.parse(File.text(path, limit: 1 << 20), file: path)
    return try (list.sequence ?? []).map { try recipe($0, folder) }
  }

  /// `DKLAB_IMAGES`; else Courseware/images here or above, or beside the installed program, or in the
  /// repository that a development build lies in.
  private static func folder() -> String? {
    if let chosen = getenv("DKLAB_IMAGES").map({ String(cString: $0) }), !chosen.isEmpty {
      return chosen
    }
    var places: [String] = []
    if let path = getcwd(nil, 0) {
      var here = String(cString: path)
      free(path)
      while !here.isEmpty {
        places.append(here + "/Courseware/images")
        here = String(here[..<(here.lastIndex(of: "/") ?? here.startIndex)])
      }
    }
    if let program = try? File.link("/proc/self/exe"), let slash = program.lastIndex(of: "/") {
      places.append(program[..<slash] + "/../share/dklab/Courseware/images")
      places.append(program[..<slash] + "/../../../Courseware/images")
    }
    return places.first { File.exists($0 + "/images.yaml") }
  }

  private static func recipe(_ node: YAMLNode, _ folder: String) throws -> ImageRecipe {
    func text(_ node: YAMLNode, _ key: String) throws -> String {
      if let text = node[key]?.text, !text.isEmpty { return text }
      throw node.error("recipe.key", Text("`\(key)` is missing", ko: "`\(key)` 값이 없습니다"))
    }
    let image = try text(node, "image")
    let needs = node["needs"] ?? node
    return ImageRecipe(
      name: image, folder: try "\(folder)/\(text(node, "folder"))",
      needs: Text(try text(needs, "en"), ko: try text(needs, "ko")),
      isForFirstLab: node["quick"]?.resolved == true,
      builds: try (node["builds"]?.sequence ?? []).map { build in
        Build(
          references: try (build["tags"]?.sequence ?? []).map { tag in
            try Reference("\(image):\(tag.text ?? "")")
          },
          arguments: Dictionary(
            (build["arguments"]?.mapping ?? []).map { ($0.key.text ?? "", $0.value.text ?? "") },
            uniquingKeysWith: { $1 }))
      })
  }
}
