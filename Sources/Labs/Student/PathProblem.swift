import Linux
import Support

/// What is wrong with a path that should lead to a lab and does not.
enum PathProblem {
  /// The error for `name`; nil when it is no path but an id.
  static func of(_ name: String) -> DklabError? {
    let path = name.split(separator: "#", maxSplits: 1).first.map(String.init) ?? name
    if path.hasSuffix(LabBundle.ending) {
      return error(
        Text("there is no bundle \(path)", ko: "\(path) 묶음 파일이 없습니다"),
        hint: Text("`dklab lab bundle` writes one", ko: "`dklab lab bundle`로 만듭니다"))
    }
    if name.hasSuffix(".md") {
      let folder = name.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/")
      let shown = folder.isEmpty ? "." : folder
      guard File.exists(name) else {
        return error(Text("there is no file \(name)", ko: "\(name) 파일이 없습니다"), hint: nil)
      }
      return error(
        Text("\(name) is a file; a lab is a folder", ko: "\(name)은(는) 파일입니다. 실습은 폴더입니다"),
        hint: Text("name its folder: \(shown)", ko: "파일이 든 폴더를 씁니다: \(shown)"))
    }
    guard name.contains("/") || name == "." || name == ".." else { return nil }
    guard File.exists(name) else {
      return error(
        Text("there is no folder \(name)", ko: "\(name) 폴더가 없습니다"),
        hint: Text(
          "`dklab lab new \(name)` writes a lab", ko: "`dklab lab new \(name)`(으)로 새로 만듭니다"))
    }
    guard File.isDirectory(name) else {
      return error(
        Text("\(name) is neither a folder nor a bundle of labs", ko: "\(name)은(는) 폴더도 실습 묶음도 아닙니다"),
        hint: nil)
    }
    return error(
      Text("there is no lab.md in \(name)", ko: "\(name)에 lab.md가 없습니다"),
      hint: Text("`dklab lab new \(name)` writes one", ko: "`dklab lab new \(name)`(으)로 새로 만듭니다"))
  }

  private static func error(_ message: Text, hint: Text?) -> DklabError {
    DklabError(.notFound, id: "lab.not-found", message, hint: hint)
  }
}
