import Engine
import Glibc
import Linux
import Support

/// The lab that verbs act on when none is named: the one whose shell this is, else the one started
/// last.
package enum CurrentLab {
  private static func path(_ root: DataRoot) -> String { root.path + "/labs/current" }

  /// Remembers `lab`.
  package static func set(_ lab: Lab, root: DataRoot) throws {
    try Directory.make(root.path + "/labs")
    try File.replace(path(root), "\(lab.folder)\n\(lab.id)\n", durable: false)
  }

  /// The lab in whose shell, or by whose test, a command was typed, and its instance.
  static var surrounding: (id: String, instance: String)? {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    guard let id = variable("DKLAB_LAB"), !id.isEmpty, let instance = variable("DKLAB_INSTANCE")
    else { return nil }
    return (id, instance)
  }

  /// Whether a command was typed where the instance of `lab` is the one to work in.
  package static func isInside(_ lab: StartedLab) -> Bool {
    surrounding.map { $0.id == lab.id && $0.instance == lab.instance } ?? false
  }

  /// The lab as what is kept of it, whether or not its text can be read; nil when none is.
  package static func started(root: DataRoot) -> StartedLab? {
    if let id = surrounding?.id { return StartedLab.named(id, root: root) }
    return remembered(root)?.id.flatMap { StartedLab.named($0, root: root) }
  }

  private static func remembered(_ root: DataRoot) -> (folder: String, id: String?)? {
    guard let text = try? File.text(path(root), limit: 8192) else { return nil }
    let lines = text.split(separator: "\n").map(\.trimmed)
    return lines.first.map { ($0, lines.dropFirst().first) }
  }

  /// The instance a command works in when it was typed in a shell of `lab`, or played by its test.
  package static func instance(of lab: Lab) -> String? {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    return variable("DKLAB_LAB") == lab.id ? variable("DKLAB_INSTANCE") : nil
  }

  /// The lab; nil when none has been started.
  package static func find(root: DataRoot) throws -> Lab? {
    if let id = getenv("DKLAB_LAB").map({ String(cString: $0) }), !id.isEmpty {
      let instance = getenv("DKLAB_INSTANCE").map { String(cString: $0) }
      let folder = instance.flatMap { LabSession.folder(root: root, instance: $0) }
      return try LabCatalog.lab(folder ?? id)
    }
    guard let folder = remembered(root)?.folder, File.exists(folder + "/lab.md") else { return nil }
    return try LabCatalog.lab(folder)
  }

  /// The lab, or an error that says how to start one.
  package static func required(root: DataRoot) throws -> Lab {
    if let lab = try find(root: root) { return lab }
    throw DklabError(
      .notFound, id: "lab.none-started", Text("no lab has been started", ko: "시작한 실습이 없습니다"),
      hint: Text(
        "`dklab lab list` shows the labs, `dklab lab start day44` starts one",
        ko: "`dklab lab list`로 실습을 보고 `dklab lab start day44`처럼 시작합니다"))
  }
}
