import Engine
import Glibc
import Linux
import Support

/// The labs this machine has.
package enum LabCatalog {
  /// Where labs are looked for: `DKLAB_LABS`, a list of folders and bundles with `:` between them;
  /// else the labs of the course that was joined, and the Labs folder here or above, or beside the
  /// installed program, the first that exists.
  static func places() throws -> [String] {
    if let chosen = getenv("DKLAB_LABS").map({ String(cString: $0) }), !chosen.isEmpty {
      return chosen.split(separator: ":").map { absolute(String($0)) }
    }
    var places: [String] = []
    var here = currentDirectory()
    while !here.isEmpty {
      places.append(here + "/Labs")
      here = String(here[..<(here.lastIndex(of: "/") ?? here.startIndex)])
    }
    if let program = try? File.link("/proc/self/exe"), let slash = program.lastIndex(of: "/") {
      places.append(program[..<slash] + "/../share/dklab/Labs")
      // A development build lies in .build/TRIPLE/debug of the repository.
      places.append(program[..<slash] + "/../../../Labs")
    }
    let course = try CourseMembership.bundle(root: DataRoot.current()).map { [$0] } ?? []
    if let found = places.first(where: { hasLabs($0) }) { return course + [found] }
    if !course.isEmpty { return course }
    throw DklabError(
      .notFound, id: "lab.no-labs", Text("no labs found", ko: "실습을 찾을 수 없습니다"),
      hint: Text(
        "set DKLAB_LABS to the folder that holds them", ko: "DKLAB_LABS에 실습이 든 폴더를 지정합니다"))
  }

  /// `DKLAB_LABS` for another process, which may stand in another directory; nil when it is not set.
  static var exported: String? {
    guard getenv("DKLAB_LABS") != nil else { return nil }
    return (try? places())?.joined(separator: ":")
  }

  /// `path` from the root, so that it stays right in another directory, and when it is gone.
  package static func absolute(_ path: String) -> String {
    guard let real = realpath(path, nil) else {
      guard !path.hasPrefix("/") else { return path }
      let parts = path.split(separator: "/").filter { $0 != "." }
      return currentDirectory() + "/" + parts.joined(separator: "/")
    }
    defer { free(real) }
    return String(cString: real)
  }

  private static func hasLabs(_ folder: String) -> Bool {
    ((try? Directory.list(folder)) ?? []).contains { File.exists("\(folder)/\($0)/lab.md") }
  }

  private static func currentDirectory() -> String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }

  /// The folders of all labs: place by place, sorted in each.
  package static func folders() throws -> [String] {
    let root = try DataRoot.current()
    return try places().flatMap { place -> [String] in
      if File.exists(place + "/lab.md") { return [place] }
      guard File.isDirectory(place) else {
        return try LabBundle.open(place, root: root).map(\.folder)
      }
      return try Directory.list(place).map { "\(place)/\($0)" }
        .filter { File.exists($0 + "/lab.md") }
    }
  }

  /// The folders of the labs an author names; of all when none is named.
  package static func chosen(_ names: [String]) throws -> [String] {
    guard !names.isEmpty else { return try folders() }
    return try names.map { name in
      if File.exists(name + "/lab.md") { return name }
      let around = name.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      if around.count > 0, name.hasSuffix("/lab.md") || name.hasSuffix("/lab.ko.md"),
        File.exists(name)
      {
        return around.joined(separator: "/")
      }
      return ["lab.md", "lab.ko.md"].contains(name) && File.exists(name)
        ? "." : try folder(of: name)
    }
  }

  /// All labs that can be read, by folder name; the others are left to `lab lint`.
  package static func labs() throws -> [Lab] {
    try folders().compactMap { try Linter.lint(folder: $0).lab }
  }

  /// The lab a student means by `name`: an id, a folder's name, the path of a folder, or of a bundle
  /// with `#id` behind it.
  package static func lab(_ name: String) throws -> Lab {
    let folder = try folder(of: name)
    let result = try Linter.lint(folder: folder)
    if let lab = result.lab, result.isClean { return lab }
    throw result.diagnostics.first { $0.severity == .error }?.error
      ?? DklabError(
        .invalid, id: "lab.unreadable",
        Text("\(folder) holds no lab", ko: "\(folder)에 실습이 없습니다"))
  }

  /// `name` from the root when it is the path of a folder or bundle; nil for an id.
  package static func origin(_ name: String) -> String? {
    let parts = name.split(separator: "#", maxSplits: 1).map(String.init)
    guard let path = parts.first,
      path.contains("/") || path == "." || path == ".."
        || path.hasSuffix(LabBundle.ending)
    else { return nil }
    return ([absolute(path)] + parts.dropFirst()).joined(separator: "#")
  }

  /// The folder of the lab `name`.
  package static func folder(of name: String) throws -> String {
    if name == "." || name == ".." || name.contains("/"), File.exists(name + "/lab.md") {
      return absolute(name)
    }
    if let folder = try bundled(name) { return folder }
    if let problem = PathProblem.of(name) { throw problem }
    // One that was started from elsewhere is known by its id from then on.
    let started = LabSession.instanceName(of: name)
    if let folder = LabSession.folder(root: try DataRoot.current(), instance: started) {
      return folder
    }
    let folders = try folders()
    func last(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
    if let exact = folders.first(where: { last($0) == name }) { return exact }
    let beginning = folders.filter { last($0).hasPrefix(name) }
    if let only = beginning.first, beginning.count == 1 { return only }
    var names: [String] = []
    for folder in folders {
      guard let id = try Linter.lint(folder: folder).lab?.id else { continue }
      if id == name { return folder }
      names.append(id)
    }
    throw DklabError(
      .notFound, id: "lab.not-found", Text("no lab `\(name)`", ko: "`\(name)` 실습이 없습니다"),
      hint: Suggestion.nearest(to: name, in: names).map {
        Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 찾고 있습니까?")
      } ?? Text("`dklab lab list` shows them", ko: "`dklab lab list`로 볼 수 있습니다"))
  }

  /// The folder of a lab in a bundle: `labs.dklab#day44`, or `labs.dklab` when it holds only one.
  private static func bundled(_ name: String) throws -> String? {
    let parts = name.split(separator: "#", maxSplits: 1).map(String.init)
    guard let path = parts.first, path.hasSuffix(LabBundle.ending), File.exists(path) else {
      return nil
    }
    let labs = try LabBundle.open(path, root: try DataRoot.current())
    if parts.count == 1, labs.count == 1 { return labs[0].folder }
    if parts.count == 2, let lab = labs.first(where: { $0.id == parts[1] }) { return lab.folder }
    let known = labs.map(\.id)
    throw DklabError(
      .notFound, id: "lab.not-found",
      parts.count == 2
        ? Text("no lab `\(parts[1])` in \(path)", ko: "\(path)에 `\(parts[1])` 실습이 없습니다")
        : Text("\(path) holds \(labs.count) labs", ko: "\(path)에는 실습이 \(labs.count)개 있습니다"),
      hint: Text(
        "choose with `\(path)#\(known.first ?? "id")`: \(known.joined(separator: ", "))",
        ko: "`\(path)#\(known.first ?? "id")`처럼 고릅니다: \(known.joined(separator: ", "))"))
  }
}
