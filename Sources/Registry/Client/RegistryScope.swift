/// What a token has to allow: actions on repositories.
struct RegistryScope: Sendable, Hashable {
  /// `repository:NAME:pull,push`, one for each repository.
  var names: [String]

  /// Reading from `repository`.
  static func pull(_ repository: String) -> RegistryScope {
    RegistryScope(names: ["repository:\(repository):pull"])
  }

  /// Writing to `repository`, and reading from the others, whose blobs may be mounted.
  static func push(_ repository: String, mounting others: [String] = []) -> RegistryScope {
    RegistryScope(
      names: ["repository:\(repository):pull,push"]
        + others.map { "repository:\($0):pull" })
  }

  /// Nothing but being known: what `login` tries out.
  static let none = RegistryScope(names: [])
}
