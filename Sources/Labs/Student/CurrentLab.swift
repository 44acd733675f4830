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
    try File.replace(path(root), lab.folder + "\n", durable: false)
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
    guard let folder = try? File.text(path(root), limit: 4096).trimmed, !folder.isEmpty,
      File.exists(folder + "/lab.md")
    else { return nil }
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
