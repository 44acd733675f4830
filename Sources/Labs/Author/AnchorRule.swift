import Linux
import Support

/// What a lab cites of the kit's own source, `` `lab: NAME` ``, must stand there as `// lab: NAME`.
/// Only a lab that lies in a source tree can be held to it.
enum AnchorRule {
  static func check(_ lab: Lab) -> [Diagnostic] {
    let cited = blocks(lab).flatMap { block in
      names(in: Canonical.text([block])).map { (name: $0, location: block.location) }
    }
    guard !cited.isEmpty, let tree = sourceTree(above: lab.folder) else { return [] }
    let known = anchors(in: tree)
    return cited.filter { !known.contains($0.name) }.map { name, location in
      Diagnostic(
        "lab.dangling-anchor",
        Text(
          "`lab: \(name)` stands nowhere in the source", ko: "`lab: \(name)` 표시가 소스에 없습니다"),
        hint: Suggestion.nearest(to: name, in: known).map {
          Text("did you mean `lab: \($0)`?", ko: "`lab: \($0)`을(를) 쓰려고 했습니까?")
        }, at: location)
    }
  }

  private static func blocks(_ lab: Lab) -> [Block] {
    lab.intro.english
      + lab.steps.flatMap { step in
        step.body.english + (step.debrief?.english ?? []) + step.hints.flatMap(\.text.english)
      }
  }

  /// The anchors cited in `text`, in backticks.
  static func names(in text: String) -> [String] {
    text.matches(of: /`lab: ([a-z0-9-]+)`/).map { String($0.1) }
  }

  private static func sourceTree(above folder: String) -> String? {
    var here = folder
    while !here.isEmpty {
      if File.exists(here + "/Package.swift"), File.isDirectory(here + "/Sources") {
        return here + "/Sources"
      }
      guard let slash = here.lastIndex(of: "/") else {
        return File.exists("Package.swift") && File.isDirectory("Sources") ? "Sources" : nil
      }
      here = String(here[..<slash])
    }
    return nil
  }

  private static func anchors(in folder: String) -> Set<String> {
    var found: Set<String> = []
    for name in (try? Directory.list(folder)) ?? [] {
      let path = "\(folder)/\(name)"
      if File.isDirectory(path) {
        found.formUnion(anchors(in: path))
      } else if name.hasSuffix(".swift"), let text = try? File.text(path, limit: 1 << 20) {
        for line in text.split(separator: "\n") {
          let words = line.trimmed.split(separator: " ")
          if words.count == 3, words[0] == "//", words[1] == "lab:" {
            found.insert(String(words[2]))
          }
        }
      }
    }
    return found
  }
}
