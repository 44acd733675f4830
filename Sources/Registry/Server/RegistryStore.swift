// What a registry keeps, as files that can be looked at.
//
//   blobs/sha256/HEX                          every content, manifests too, once for all repositories
//   repositories/NAME/_blobs/HEX              that NAME has the blob: nobody reads another's by digest
//   repositories/NAME/_manifests/HEX          that HEX is a manifest of NAME; holds its media type
//   repositories/NAME/_tags/TAG               holds the digest
//   repositories/NAME/_referrers/HEX/HEX      that the second manifest has the first as its subject
//   uploads/ID                                what has arrived of a blob (UploadFile.swift)
//
// Names of repositories have no component that begins with `_` (the grammar of references), so that
// nothing a client says can meet the kit's own names. Files appear by rename, blobs before whatever
// names them. What nothing names any more is taken by RegistryCollector.
//
// lab: registry-store
// Next: RegistryServer.swift.

import struct Crypto.SHA256
import Glibc
import Images
import Linux
import Support

/// The contents of a registry, below one directory. Every method may wait for the disk.
package struct RegistryStore: Sendable {
  package let root: String

  private static let parts = ["blobs/sha256", "repositories", "uploads"]

  /// Opens the store at `root`. When there is none it is made, with `makes`, in a directory that is
  /// new or empty.
  ///
  /// Throws `DklabError` `registry.data`: there is something else, or nothing where there should be.
  package init(root: String, makes: Bool = true) throws {
    self.root = root
    let names = (try? Directory.list(root)) ?? []
    let isStore = Self.parts.allSatisfy { File.isDirectory("\(root)/\($0)") }
    guard isStore || makes && Set(names).isSubset(of: ["blobs", "repositories", "uploads"]) else {
      throw DklabError(
        names.isEmpty ? .notFound : .conflict, id: "registry.data",
        Text("\(root) is not a registry's directory", ko: "\(root)은(는) 레지스트리의 디렉터리가 아닙니다"),
        hint: Text(
          "name the directory with --data; `registry serve` makes a new or empty one into a registry's",
          ko: "--data로 디렉터리를 지정하세요. 새 디렉터리나 빈 디렉터리는 `registry serve`가 레지스트리용으로 만듭니다"))
    }
    for part in Self.parts { try Directory.make("\(root)/\(part)", mode: 0o700) }
  }

  // MARK: Names

  /// Whether `name` may name a repository.
  static func isName(_ name: String) -> Bool {
    guard name.utf8.count <= 255, let reference = try? Reference("registry.invalid/\(name)") else {
      return false
    }
    return reference.path == name && reference.digest == nil && reference.tag == "latest"
  }

  /// Whether `text` may be a tag.
  static func isTag(_ text: String) -> Bool {
    (try? Reference("registry.invalid/a:\(text)"))?.tag == text
  }

  private func directory(_ name: String, _ part: String) -> String {
    "\(root)/repositories/\(name)/\(part)"
  }

  /// The repositories, sorted.
  func repositories() throws -> [String] {
    var found: [String] = []
    func visit(_ name: String) throws {
      let names = (try? Directory.list("\(root)/repositories/\(name)")) ?? []
      if names.contains("_manifests") { found.append(name) }
      for child in names where !child.hasPrefix("_") {
        try visit(name.isEmpty ? child : "\(name)/\(child)")
      }
    }
    try visit("")
    return found.sorted()
  }

  /// Whether anything was ever pushed to `name`.
  func exists(_ name: String) -> Bool { File.isDirectory(directory(name, "_manifests")) }

  // MARK: Blobs

  func blobPath(_ digest: Digest) -> String { "\(root)/blobs/sha256/\(digest.hex)" }

  /// The size of the blob `digest` when `name` has it. Looking at a blob keeps the collector off it
  /// for a while: a client that finds it here will not send it.
  func blobSize(_ digest: Digest, in name: String) -> Int64? {
    guard File.exists(directory(name, "_blobs") + "/" + digest.hex) else { return nil }
    return touchedSize(digest)
  }

  private func touchedSize(_ digest: Digest) -> Int64? {
    let path = blobPath(digest)
    utimensat(AT_FDCWD, path, nil, 0)
    var info = stat()
    return stat(path, &info) == 0 ? Int64(info.st_size) : nil
  }

  /// Gives `name` the blob `digest`, which is in place.
  func link(_ digest: Digest, to name: String) throws {
    try Directory.make(directory(name, "_blobs"), mode: 0o700)
    try File.replace(directory(name, "_blobs") + "/" + digest.hex, [], mode: 0o600, durable: false)
  }

  /// Gives `name` the blob that `other` has; false when it does not.
  func mount(_ digest: Digest, from other: String, to name: String) throws -> Bool {
    guard blobSize(digest, in: other) != nil else { return false }
    try link(digest, to: name)
    return true
  }

  /// Takes the blob away from `name`; false when it did not have it.
  func unlinkBlob(_ digest: Digest, from name: String) -> Bool {
    unlink(directory(name, "_blobs") + "/" + digest.hex) == 0
  }

  static func digest(of bytes: [UInt8]) -> Digest { Digest(bytes: SHA256.hash(data: bytes)) }

  /// Keeps a small content as a blob. Durable on return.
  func addBlob(_ bytes: [UInt8]) throws -> Digest {
    let digest = Self.digest(of: bytes)
    if touchedSize(digest) == nil { try File.replace(blobPath(digest), bytes, mode: 0o600) }
    return digest
  }

  // MARK: Manifests

  /// A manifest as it was pushed.
  struct StoredManifest: Sendable {
    var digest: Digest
    var mediaType: String
    var bytes: [UInt8]
  }

  /// The manifest of `name` that `key`, a tag or a digest, leads to.
  func manifest(_ key: String, in name: String) throws -> StoredManifest? {
    guard let digest = Digest(key) ?? tag(key, in: name) else { return nil }
    let path = directory(name, "_manifests") + "/" + digest.hex
    guard let type = try? File.text(path, limit: 1024), File.exists(blobPath(digest)) else {
      return nil
    }
    let bytes = try File.read(blobPath(digest), limit: ManifestDocument.sizeLimit)
    return StoredManifest(digest: digest, mediaType: type, bytes: bytes)
  }

  private func tag(_ text: String, in name: String) -> Digest? {
    guard Self.isTag(text) else { return nil }
    return (try? File.text(directory(name, "_tags") + "/" + text, limit: 128)).flatMap {
      Digest($0)
    }
  }

  /// Keeps a checked manifest of `name`, with a tag or without. Durable on return.
  func add(
    _ bytes: [UInt8], mediaType: String, subject: Digest?, tag: String?, to name: String
  ) throws -> Digest {
    let digest = try addBlob(bytes)
    try link(digest, to: name)
    try Directory.make(directory(name, "_manifests"), mode: 0o700)
    try File.replace(directory(name, "_manifests") + "/" + digest.hex, mediaType, mode: 0o600)
    if let subject {
      let place = directory(name, "_referrers") + "/" + subject.hex
      try Directory.make(place, mode: 0o700)
      try File.replace(place + "/" + digest.hex, [], mode: 0o600, durable: false)
    }
    if let tag {
      try Directory.make(directory(name, "_tags"), mode: 0o700)
      try File.replace(directory(name, "_tags") + "/" + tag, "\(digest)", mode: 0o600)
    }
    return digest
  }

  /// Removes the tag alone, or the manifest `key` with all its tags; false when there is none.
  func remove(_ key: String, from name: String) throws -> Bool {
    guard let digest = Digest(key) else {
      return Self.isTag(key) && unlink(directory(name, "_tags") + "/" + key) == 0
    }
    for tag in try tags(of: name) where self.tag(tag, in: name) == digest {
      unlink(directory(name, "_tags") + "/" + tag)
    }
    guard unlink(directory(name, "_manifests") + "/" + digest.hex) == 0 else { return false }
    _ = unlinkBlob(digest, from: name)
    for subject in (try? Directory.list(directory(name, "_referrers"))) ?? [] {
      unlink(directory(name, "_referrers") + "/\(subject)/\(digest.hex)")
    }
    return true
  }

  /// The tags of `name`, sorted as the specification wants.
  func tags(of name: String) throws -> [String] {
    ((try? Directory.list(directory(name, "_tags"))) ?? []).filter(Self.isTag)
  }

  /// The digests of the manifests of `name`.
  func manifests(of name: String) -> [Digest] {
    ((try? Directory.list(directory(name, "_manifests"))) ?? []).compactMap { Digest(hex: $0) }
  }

  /// The digests of the blobs of `name`.
  func blobs(of name: String) -> [Digest] {
    ((try? Directory.list(directory(name, "_blobs"))) ?? []).compactMap { Digest(hex: $0) }
  }

  /// The manifests of `name` that are about `subject`.
  func referrers(to subject: Digest, in name: String) throws -> [StoredManifest] {
    let place = directory(name, "_referrers") + "/" + subject.hex
    return try ((try? Directory.list(place)) ?? []).compactMap { Digest(hex: $0) }
      .compactMap { try manifest("\($0)", in: name) }
  }
}
