import Support

/// How to make some base images.
package struct BootstrapRecipe: Sendable {
  /// What `dklab images bootstrap` calls it.
  package let name: String
  /// The names of the images it makes; the first is the one other recipes build on.
  package let references: [Reference]
  /// What it is made of, and what the machine needs for that.
  package let needs: Text
  /// Whether the images only stand in for the ones of that name.
  package let isStandIn: Bool
  /// Whether the first labs need it.
  package let isForFirstLab: Bool
  let make: @Sendable (Bootstrapper) throws -> Void

  init(
    _ name: String, tags: [String] = ["latest"], needs: Text, isStandIn: Bool = true,
    isForFirstLab: Bool = true, make: @escaping @Sendable (Bootstrapper) throws -> Void
  ) {
    self.name = name
    let repository = String(name.prefix { $0 != ":" })
    let path = repository.contains("/") ? repository : Reference.officialPrefix + repository
    references = tags.map {
      Reference(domain: Reference.defaultDomain, path: path, tag: $0, digest: nil)
    }
    self.needs = needs
    self.isStandIn = isStandIn
    self.isForFirstLab = isForFirstLab
    self.make = make
  }

  /// What a recipe lacks on this machine.
  static func missing(_ recipe: String, _ why: Text, hint: Text) -> DklabError {
    DklabError(
      .unavailable, id: "bootstrap.unavailable",
      Text(
        "\(recipe) cannot be made here: \(why.en)",
        ko: "\(recipe)을(를) 여기서는 만들 수 없습니다: \(why.ko)"), hint: hint)
  }
}
