import SQLite
import Support

extension ImageStore {
  /// Brings `reference` into this scope, reporting what `docker pull` would: from the local shelf,
  /// which stands in for a registry, or else from the registry its name says.
  ///
  /// Errors: `image.not-found`, whose hint names the ways to get an image; `registry.…`.
  package func pull(
    _ reference: Reference, platform: Platform? = nil, progress: (ImageProgress) -> Void
  ) throws -> Image {
    switch try beginPull(reference, platform: platform, progress: progress) {
    case .done(let image): return image
    case .underWay(let transfer):
      do {
        while try transfer.hear(progress) {}
      } catch {
        throw explained(error, reference)
      }
      return try endPull(reference, transfer)
    }
  }

  /// What `beginPull` has come to.
  package enum Beginning {
    case done(Image)
    case underWay(Transfer)
  }

  /// As `pull`, for those who must not wait: what is on the local shelf is brought at once, anything
  /// else begins to come. The caller hears the transfer to its last word, then calls `endPull`.
  package func beginPull(
    _ reference: Reference, platform: Platform? = nil, progress: (ImageProgress) -> Void
  ) throws -> Beginning {
    if platform?.runsHere ?? true,
      let found = try content.withLock({ try copy(reference, progress) })
    {
      try onChange(ImageChange(action: .pull, id: found.id, name: reference.familiar))
      return .done(found)
    }
    guard let remote, !Offline.isWanted || reference.isOnThisMachine else {
      throw ImageStore.nowhere(reference)
    }
    do {
      return .underWay(try remote.begin(reference, platform: platform, into: self))
    } catch {
      throw explained(error, reference)
    }
  }

  /// The image that `transfer` has brought.
  package func endPull(_ reference: Reference, _ transfer: Transfer) throws -> Image {
    do {
      try transfer.end()
    } catch {
      throw explained(error, reference)
    }
    guard let image = try find(reference) else { throw ImageStore.notFound(reference.familiar) }
    try onChange(ImageChange(action: .pull, id: image.id, name: reference.familiar))
    return image
  }

  private func explained(_ error: any Error, _ reference: Reference) -> any Error {
    guard var error = error as? DklabError,
      ["image.not-found", "registry.unreachable"].contains(error.id)
    else { return error }
    // The shelf and the recipes stand in for Docker Hub's names: without a way there it is as if
    // there were only them.
    if reference.domain == Reference.defaultDomain {
      let nowhere = ImageStore.nowhere(reference)
      error.hint = error.hint ?? nowhere.hint
      if error.id == "registry.unreachable" {
        error.code = nowhere.code
        error.id = nowhere.id
        error.message = Text(
          nowhere.message.en + " (" + error.message.en + ")",
          ko: nowhere.message.ko + " (" + error.message.ko + ")")
      }
    }
    return error.about(reference.familiar)
  }

  /// From the local shelf; nil when it is not there.
  private func copy(_ reference: Reference, _ progress: (ImageProgress) -> Void) throws -> Image? {
    let shelf = ImageStore(content: content, scope: ImageStore.library)
    guard let image = try shelf.find(reference) else { return nil }
    progress(
      ImageProgress(
        id: reference.digest?.description ?? reference.tag, "Pulling from \(reference.path)"))
    let known = Set(try list().flatMap(\.layers).map(\.diffID))
    let isNew = try find(reference)?.id != image.id
    if isNew {
      for layer in image.layers {
        let short = try content.blobDescriptor(of: layer.diffID).digest.short
        progress(
          ImageProgress(
            id: short, known.contains(layer.diffID) ? "Already exists" : "Pull complete"))
      }
    }
    try database.transaction {
      if reference.digest == nil { try setName(reference, image.id) }
      try setName(reference.pinned(image.manifest), image.id)
    }
    for line in ImageStore.ending(reference, image.manifest, isNew: isNew) { progress(line) }
    return try find(reference) ?? image
  }

  /// The last two lines of `docker pull`.
  package static func ending(
    _ reference: Reference, _ digest: Digest, isNew: Bool
  ) -> [ImageProgress] {
    [
      ImageProgress("Digest: \(digest)"),
      ImageProgress(
        "Status: " + (isNew ? "Downloaded newer image for " : "Image is up to date for ")
          + reference.familiar),
    ]
  }

  private static func nowhere(_ reference: Reference) -> DklabError {
    let name = reference.familiar
    let further = (try? ImageRecipe.all()) ?? []
    var names = Bootstrapper.recipes.map(\.name)
    names += further.map(\.name).filter { !names.contains($0) }
    let isKnown =
      Bootstrapper.recipe(named: name) != nil || ImageRecipe.named(name, in: further) != nil
    let list = names.joined(separator: ", ")
    let hint =
      isKnown
      ? Text(
        "make it with `dklab images bootstrap \(name)`, or bring it with `dklab load -i FILE` or "
          + "`dklab import FILE \(name)`",
        ko: "`dklab images bootstrap \(name)` 명령으로 만들거나 `dklab load -i 파일` 또는 "
          + "`dklab import 파일 \(name)` 명령으로 가져오세요")
      : Text(
        "bring it with `dklab load -i FILE` or `dklab import FILE \(name)`; "
          + "`dklab images bootstrap NAME` makes \(list)",
        ko: "`dklab load -i 파일` 또는 `dklab import 파일 \(name)` 명령으로 가져오세요. "
          + "`dklab images bootstrap 이름` 명령으로 만들 수 있는 이미지: \(list)")
    return DklabError(
      .notFound, id: "image.not-found",
      Text(
        "no such image: \(name) is neither here nor on the local shelf",
        ko: "이미지가 없습니다: \(name)은(는) 여기에도 로컬 선반에도 없습니다"), hint: hint
    ).about(name)
  }
}
