import SQLite
import Support

extension ImageStore {
  /// Gives the image `source` the further name `target`; a name another image had moves over.
  package func tag(source: String, target: String) throws {
    let reference = try Reference(target)
    guard reference.digest == nil else {
      throw DklabError(
        .invalid, id: "reference.digest-not-allowed",
        Text(
          "refusing to create a tag with a digest reference",
          ko: "다이제스트가 붙은 이름으로는 태그를 만들 수 없습니다"),
        hint: Text("name it NAME[:TAG]", ko: "이름[:태그] 꼴로 쓰세요"))
    }
    let image = try resolve(source)
    try database.transaction { try setName(reference, image.id) }
    try onChange(ImageChange(action: .tag, id: image.id, name: reference.familiar))
  }

  /// Within a transaction: `reference` means `image` from now on.
  func setName(_ reference: Reference, _ image: Digest) throws {
    try database.execute(
      "INSERT OR IGNORE INTO scope_images VALUES (?, ?)", .text(scope), .text(image.hex))
    try database.execute(
      "INSERT INTO refs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET image = excluded.image",
      .text(scope), .text(reference.description), .text(image.hex))
  }
}
