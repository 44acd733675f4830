import SQLite
import Support

extension ImageStore {
  /// The image that `nameOrID` means: a name (`ubuntu`, `nginx:1.27`, `name@sha256:…`), an id, or
  /// the start of one. Names go before ids, as in docker.
  ///
  /// Errors: `image.not-found`, `image.ambiguous`, `reference.…` for what can be neither.
  package func resolve(_ nameOrID: String) throws -> Image {
    if let image = try find(nameOrID) { return image }
    throw ImageStore.notFound(nameOrID)
  }

  /// `resolve`, with nil when there is no such image.
  package func find(_ nameOrID: String) throws -> Image? {
    if let id = Digest(nameOrID) ?? Digest(hex: nameOrID) {
      return try image(id: id)
    }
    let reference: Reference
    do {
      reference = try Reference(nameOrID)
    } catch {
      // "sha256:ab12" is no name, but it may be the start of an id.
      guard let image = try find(idPrefix: nameOrID) else { throw error }
      return image
    }
    return try find(reference) ?? find(idPrefix: nameOrID)
  }

  /// The image that has exactly the name `reference` in this scope. A name with both tag and
  /// digest is looked up by its digest.
  package func find(_ reference: Reference) throws -> Image? {
    let key = reference.digest.map(reference.pinned) ?? reference
    let rows = try database.query(
      ImageStore.selectImage
        + " JOIN refs r ON r.scope = s.scope AND r.image = s.image WHERE r.scope = ? AND r.name = ?",
      .text(scope), .text(key.description))
    return try rows.first.map(image)
  }

  /// The image with this id; nil when the scope does not have it.
  package func image(id: Digest) throws -> Image? {
    let rows = try database.query(
      ImageStore.selectImage + " WHERE s.scope = ? AND s.image = ?", .text(scope), .text(id.hex))
    return try rows.first.map(image)
  }

  /// The image with this id, even when the scope has removed it: a container holds on to its own.
  package func heldImage(id: Digest) throws -> Image? {
    if let image = try image(id: id) { return image }
    let rows = try database.query(
      "SELECT id, config, manifest, created, size, layer_sizes, '' FROM images WHERE id = ?",
      .text(id.hex))
    return try rows.first.map(image)
  }

  /// All images of the scope, newest first; dangling ones too.
  package func list() throws -> [Image] {
    try database.query(
      ImageStore.selectImage + " WHERE s.scope = ? ORDER BY i.created DESC, i.id", .text(scope)
    ).map(image)
  }

  /// The error for an image that this scope does not have.
  package static func notFound(_ name: String) -> DklabError {
    let shown = (try? Reference(name).familiar) ?? name
    return DklabError(
      .notFound, id: "image.not-found",
      Text("no such image: \(shown)", ko: "이미지가 없습니다: \(shown)"),
      hint: Text(
        "`dklab images` lists the images that are here",
        ko: "`dklab images`를 실행하면 있는 이미지를 볼 수 있습니다")
    ).about(shown)
  }

  private func find(idPrefix text: String) throws -> Image? {
    let prefix = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
    guard !prefix.isEmpty, prefix.utf8.allSatisfy(Digest.isHexadecimal) else { return nil }
    let rows = try database.query(
      ImageStore.selectImage + " WHERE s.scope = ? AND s.image >= ? AND s.image < ? LIMIT 2",
      .text(scope), .text(prefix), .text(prefix + "g"))
    guard rows.count < 2 else {
      throw DklabError(
        .invalid, id: "image.ambiguous",
        Text(
          "multiple image IDs found with provided prefix: \(prefix)",
          ko: "\(prefix)(으)로 시작하는 이미지 ID가 여러 개입니다"),
        hint: Text("type more digits of the ID", ko: "ID를 더 길게 입력하세요"))
    }
    return try rows.first.map(image)
  }

  private static let selectImage = """
    SELECT i.id, i.config, i.manifest, i.created, i.size, i.layer_sizes,
      (SELECT group_concat(n.name, ' ') FROM refs n WHERE n.scope = s.scope AND n.image = s.image)
        AS names
    FROM scope_images s JOIN images i ON i.id = s.image
    """

  private func image(_ row: Row) throws -> Image {
    guard let id = row[0].text.flatMap({ Digest(hex: $0) }),
      let manifest = row[2].text.flatMap({ Digest(hex: $0) })
    else { throw ContentStore.damaged("image \(row[0])") }
    let config = try ImageJSON.configuration(
      from: row[1].text ?? "", what: "image \(id)")
    let sizes = (row[5].text ?? "").split(separator: " ").map { Int64($0) ?? 0 }
    let layers = config.rootFilesystem.diffIDs.enumerated().map { index, diffID in
      Layer(
        diffID: diffID, size: index < sizes.count ? sizes[index] : 0,
        directory: content.layerDirectory(diffID))
    }
    let names = try (row[6].text ?? "").split(separator: " ").map { try Reference(String($0)) }
    return Image(
      id: id, config: config,
      references: names.filter { $0.tag != nil }.sorted()
        + names.filter { $0.tag == nil }.sorted(),
      manifest: manifest, created: row[3].integer ?? 0, size: row[4].integer ?? 0, layers: layers,
      emptyDirectory: content.root + "/layers/empty")
  }
}

extension ContentStore {
  /// Where the unpacked layer lies, or would lie.
  package func layerDirectory(_ diffID: Digest) -> String {
    "\(root)/layers/\(diffID.hex)/diff"
  }

  static func damaged(_ what: String) -> DklabError {
    DklabError(
      .internal, id: "content.damaged",
      Text("content store: \(what) is damaged", ko: "이미지 저장소: \(what)이(가) 손상되었습니다"))
  }
}
