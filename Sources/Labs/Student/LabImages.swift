import Engine
import Images
import Support

/// The images a lab needs on the local shelf, from which its engine pulls.
package enum LabImages {
  /// Throws `lab.missing-images` when one is not there, with the command that makes them.
  package static func require(_ lab: Lab, root: DataRoot) throws {
    guard !lab.images.isEmpty else { return }
    let shelf = ImageStore(
      content: try ContentStore(root: root.content), scope: ImageStore.library)
    let missing = try lab.images.filter { try shelf.find($0) == nil }
    guard !missing.isEmpty else { return }
    let list = missing.joined(separator: ", ")
    throw DklabError(
      .unavailable, id: "lab.missing-images",
      Text(
        "lab `\(lab.id)` needs images that are not on the shelf: \(list)",
        ko: "`\(lab.id)` 실습에 필요한 이미지가 선반에 없습니다: \(list)"),
      hint: Text(
        "`dklab images bootstrap \(missing.joined(separator: " "))` makes them",
        ko: "`dklab images bootstrap \(missing.joined(separator: " "))` 명령으로 만듭니다"))
  }
}
