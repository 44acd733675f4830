import Documents
import Linux
import Support

/// `prerequisites` are labs that there are: beside this one, or wherever labs are looked for.
enum PrerequisiteRule {
  static func check(_ lab: Lab) -> [Diagnostic] {
    guard !lab.prerequisites.isEmpty else { return [] }
    let known = ids(around: lab.folder)
    return lab.prerequisites.compactMap { id in
      let location = lab.listPlaces["prerequisites"]?[id] ?? SourceLocation(file: lab.folder)
      if id == lab.id {
        return Diagnostic(
          "lab.own-prerequisite",
          Text("a lab does not come before itself", ko: "실습이 자기 자신보다 먼저 올 수는 없습니다"), at: location)
      }
      guard !known.contains(id) else { return nil }
      let others = known.subtracting([lab.id]).sorted()
      return Diagnostic(
        "lab.unknown-prerequisite", Text("there is no lab `\(id)`", ko: "`\(id)` 실습은 없습니다"),
        hint: Suggestion.nearest(to: id, in: others).map(Text.meant)
          ?? (others.isEmpty ? nil : .list(of: others)), at: location)
    }
  }

  /// The ids of the labs beside `folder`, and of those that `lab list` shows.
  private static func ids(around folder: String) -> Set<String> {
    let parent = LabCatalog.absolute(folder.isEmpty ? "." : folder + "/..")
    let beside = ((try? Directory.list(parent)) ?? []).map { "\(parent)/\($0)" }
    let folders = beside + ((try? LabCatalog.folders()) ?? [])
    return Set(folders.compactMap(id))
  }

  /// Only the front matter is read: what else is wrong with another lab is not this one's matter.
  private static func id(of folder: String) -> String? {
    let file = folder + "/lab.md"
    guard File.exists(file), let text = try? SourceText.read(file), let matter = FrontMatter(text)
    else { return nil }
    return (try? YAMLDocument.parse(matter.yaml, file: file))?["id"]?.text
  }
}
