// Removing an image, by docker's rules.
//
//   by name  only that name goes while others remain. The last name of an image that a container
//            uses stays unless forced, since the image would be left without any.
//   by id    all names go, when they are all of one repository or it is forced.
//
// An image without names is deleted, unless a running container uses it (even forced) or a stopped
// one does (not forced). What is deleted is this scope's view; contents that another scope or a
// container needs stay until `ContentStore.collect` finds nobody does.

import SQLite
import Support

/// One line that `docker rmi` prints.
package enum ImageRemoval: Sendable, Hashable {
  case untagged(String)
  case deleted(Digest)
}

extension ImageRemoval: CustomStringConvertible {
  package var description: String {
    switch self {
    case .untagged(let name): "Untagged: \(name)"
    case .deleted(let digest): "Deleted: \(digest)"
    }
  }
}

extension ImageStore {
  /// Removes the name or image `nameOrID`. `users` gives the containers of an image in this scope.
  ///
  /// Errors: `image.not-found`, `image.in-use` with docker's words.
  package func remove(
    _ nameOrID: String, force: Bool = false, users: (Digest) throws -> [ImageUser]
  ) throws -> [ImageRemoval] {
    let image = try resolve(nameOrID)
    let removals = try discard(image, nameOrID, force: force, users: users)
    try tell(removals, of: image, askedFor: nameOrID)
    return removals
  }

  /// Tells the observer what removing `image` brought about.
  func tell(
    _ removals: [ImageRemoval], of image: Image, askedFor nameOrID: String
  ) throws {
    for case .untagged(let name) in removals where !name.contains("@") {
      try onChange(ImageChange(action: .untag, id: image.id, name: name))
    }
    guard removals.contains(.deleted(image.id)) else { return }
    let name = image.tags.first?.familiar ?? nameOrID
    try onChange(ImageChange(action: .delete, id: image.id, name: name))
  }

  private func discard(
    _ image: Image, _ nameOrID: String, force: Bool, users: (Digest) throws -> [ImageUser]
  ) throws -> [ImageRemoval] {
    try database.transaction {
      let using = try users(image.id)
      var removals: [ImageRemoval] = []
      var untaggedByName = false
      if image.id.isPrefixed(by: nameOrID) {
        if image.isNamedOnce {
          if let conflict = conflict(image, using, force: force, ignoringNames: true) {
            throw conflict
          }
          removals += try untag(image.references)
        }
      } else {
        let named = try Reference(nameOrID)
        let name = named.digest.map(named.pinned) ?? named
        if !force, image.isNamedOnce, let user = using.first {
          throw ImageStore.inUse(nameOrID, image, user)
        }
        removals += try untag([name])
        removals += try untag(leftOverDigests(of: image, after: name))
        untaggedByName = true
      }
      guard let left = try self.image(id: image.id),
        left.references.isEmpty || !untaggedByName
      else { return removals }
      if let conflict = conflict(left, using, force: force, ignoringNames: false) {
        // The name is gone, as was asked; the image stays for its container.
        if untaggedByName { return removals }
        throw conflict
      }
      return try removals + untag(left.references) + delete(left)
    }
  }

  /// Within a transaction: the image leaves this scope. The layers listed are those that no other
  /// image of the scope has, by the digest of the chain up to them, top-most first, as docker does.
  func delete(_ image: Image) throws -> [ImageRemoval] {
    try database.execute(
      "DELETE FROM scope_images WHERE scope = ? AND image = ?", .text(scope), .text(image.id.hex))
    let remaining = Set(try list().flatMap { ChainID.all(of: $0.layers.map(\.diffID)) })
    let chains = ChainID.all(of: image.layers.map(\.diffID)).filter { !remaining.contains($0) }
    return [.deleted(image.id)] + chains.reversed().map { .deleted($0) }
  }

  private func untag(_ names: [Reference]) throws -> [ImageRemoval] {
    try names.map { name in
      try database.execute(
        "DELETE FROM refs WHERE scope = ? AND name = ?", .text(scope), .text(name.description))
      return .untagged(name.familiar)
    }
  }

  /// The pinned names in the repository of `name`, once no tag of that repository is left.
  private func leftOverDigests(of image: Image, after name: Reference) -> [Reference] {
    let others = image.references.filter { $0.repository == name.repository && $0 != name }
    return name.tag != nil && others.allSatisfy { $0.tag == nil } ? others : []
  }

  private func conflict(
    _ image: Image, _ users: [ImageUser], force: Bool, ignoringNames: Bool
  ) -> DklabError? {
    func error(_ how: String, _ why: Text) -> DklabError {
      DklabError(
        .conflict, id: "image.in-use",
        Text(
          "conflict: unable to delete \(image.id.short) (\(how)) - \(why.en)",
          ko: "충돌: 이미지 \(image.id.short)을(를) 삭제할 수 없습니다(\(how)) - \(why.ko)"))
    }
    if let user = users.first(where: \.isRunning) {
      let short = user.container.prefix(12)
      return error(
        "cannot be forced",
        Text(
          "image is being used by running container \(short)",
          ko: "실행 중인 컨테이너 \(short)이(가) 이 이미지를 쓰고 있습니다"))
    }
    guard !force else { return nil }
    if !ignoringNames, !image.references.isEmpty {
      return error(
        "must be forced",
        Text(
          "image is referenced in multiple repositories", ko: "여러 저장소 이름이 이 이미지를 가리킵니다"))
    }
    return users.first.map { user in
      let short = user.container.prefix(12)
      return error(
        "must be forced",
        Text(
          "image is being used by stopped container \(short)",
          ko: "멈춘 컨테이너 \(short)이(가) 이 이미지를 쓰고 있습니다"))
    }
  }

  private static func inUse(_ name: String, _ image: Image, _ user: ImageUser) -> DklabError {
    let container = user.container.prefix(12)
    return DklabError(
      .conflict, id: "image.in-use",
      Text(
        "conflict: unable to remove repository reference \"\(name)\" (must force) - "
          + "container \(container) is using its referenced image \(image.id.short)",
        ko: "충돌: 이름 \"\(name)\"을(를) 지울 수 없습니다(강제해야 함) - "
          + "컨테이너 \(container)이(가) 그 이미지 \(image.id.short)을(를) 쓰고 있습니다"),
      hint: Text(
        "remove the container first: dklab rm \(container)",
        ko: "먼저 컨테이너를 지우세요: dklab rm \(container)"))
  }
}

extension Image {
  /// Whether at most one repository names the image, with at most one tag.
  var isNamedOnce: Bool {
    tags.count <= 1 && Set(references.map(\.repository)).count <= 1
  }
}

extension Digest {
  /// Whether `text` is the start of this digest, with or without `sha256:`.
  func isPrefixed(by text: String) -> Bool {
    let digits = text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]
    return !digits.isEmpty && hex.hasPrefix(digits)
  }
}
