import Support

/// The name of an image, as `docker` reads and prints it.
///
/// What is typed is short for more: `ubuntu` is `docker.io/library/ubuntu:latest`. Two names are
/// the same image name when their full forms are equal, and the short form is what people see.
/// The grammar is that of github.com/distribution/reference; ReferenceGrammar.swift has it.
package struct Reference: Sendable, Hashable {
  /// The registry: `docker.io`, `localhost:5000`.
  package let domain: String
  /// The name within the registry: `library/ubuntu`.
  package let path: String
  /// The tag, `latest` by default; nil for a name that has only a digest.
  package let tag: String?
  /// The digest of the manifest, when the name pins one.
  package let digest: Digest?

  init(domain: String, path: String, tag: String?, digest: Digest?) {
    self.domain = domain
    self.path = path
    self.tag = tag
    self.digest = digest
  }

  /// Reads `text`. A name with neither tag nor digest gets the tag `latest`.
  ///
  /// Fails with docker's words: "invalid reference format", "… must be lowercase".
  package init(_ text: String) throws {
    self = try Reference.parse(text)
  }

  /// The full name without tag and digest: `docker.io/library/ubuntu`.
  package var repository: String {
    "\(domain)/\(path)"
  }

  /// The short name without tag and digest: `ubuntu`, `docker/getting-started`,
  /// `localhost:5000/me/app`.
  package var familiarName: String {
    guard domain == Reference.defaultDomain else { return repository }
    let short = path.dropFirst(Reference.officialPrefix.count)
    if path.hasPrefix(Reference.officialPrefix) && !short.contains("/") { return String(short) }
    // `docker.io/a.b/c` is not `a.b/c`, which would name a registry.
    return Reference.beginsWithDomain(path) ? repository : path
  }

  /// What docker prints: `ubuntu:latest`, `ubuntu@sha256:…`.
  package var familiar: String {
    familiarName + suffix
  }

  /// The same name with `tag` in place of its tag and digest.
  package func tagged(_ tag: String) -> Reference {
    Reference(domain: domain, path: path, tag: tag, digest: nil)
  }

  /// The same name pinned to `digest`, without a tag.
  package func pinned(_ digest: Digest) -> Reference {
    Reference(domain: domain, path: path, tag: nil, digest: digest)
  }

  var suffix: String {
    (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
  }

  static let defaultDomain = "docker.io"
  static let officialPrefix = "library/"
  static let defaultTag = "latest"
}

/// The full form, by which names are stored and compared: `docker.io/library/ubuntu:latest`.
extension Reference: CustomStringConvertible {
  package var description: String { repository + suffix }
}

extension Reference: Comparable {
  package static func < (left: Reference, right: Reference) -> Bool {
    left.description < right.description
  }
}

extension Reference: Codable {
  package init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(familiar)
  }
}
