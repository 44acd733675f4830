import Engine
import Linux
import Support

/// A lab that was started, known by what is kept of it here alone. Throwing it away needs no lab.md
/// that can be read, and none that is still there.
package struct StartedLab: Sendable {
  package var id: String
  package var instance: String
  let root: DataRoot

  private init(_ instance: String, _ root: DataRoot) {
    id = String(instance.dropFirst(LabSession.instanceName(of: "").count))
    (self.instance, self.root) = (instance, root)
  }

  /// All that were started on this machine, sorted by id.
  package static func all(root: DataRoot) -> [StartedLab] {
    let prefix = LabSession.instanceName(of: "")
    let names = ((try? Directory.list(root.path + "/labs")) ?? []).map { name in
      name.hasSuffix(Handover.ending) ? String(name.dropLast(Handover.ending.count)) : name
    }
    return Set(names).sorted()
      .filter { $0.hasPrefix(prefix) && !LabTestRun.isPlay($0) && isStarted($0, root) }.map {
        StartedLab($0, root)
      }
  }

  /// The one that `name` means: an id, or the folder or bundle it was started from. Inside a lab's
  /// shell its instance may have another name.
  package static func named(_ name: String, root: DataRoot) -> StartedLab? {
    if let (id, instance) = CurrentLab.surrounding, id == name, isStarted(instance, root) {
      var lab = StartedLab(instance, root)
      lab.id = id
      return lab
    }
    let path = LabCatalog.absolute(name)
    return all(root: root).first { $0.id == name }
      ?? all(root: root).first { lab in
        name.contains("/") && lab.places.contains { $0 == path || $0.hasPrefix(path + "#") }
      }
  }

  /// The lab `id` as it is done on a Docker Engine; nil when it was not started there.
  package static func onDocker(_ id: String, root: DataRoot) -> StartedLab? {
    let instance = DockerWork.instanceName(of: id)
    guard isStarted(instance, root) else { return nil }
    var lab = StartedLab(instance, root)
    lab.id = id
    return lab
  }

  private static func isStarted(_ instance: String, _ root: DataRoot) -> Bool {
    LabSession.isOpen(root, instance) || Handover.exists(root, instance)
  }

  private var places: [String] { [folder, origin].compactMap { $0 } }

  /// The folder it was read from last, which may be gone.
  package var folder: String? { line("folder") }

  /// What was typed to start it, from the root: a folder, or a bundle with `#id`; nil when it was
  /// started by its id.
  package var origin: String? { line("origin") }

  /// How it is started anew; nil when what it was started from is gone.
  package var beginning: String? {
    guard let origin else {
      return folder.map { File.exists($0 + "/lab.md") } == false ? nil : "dklab lab start \(id)"
    }
    let path = origin.split(separator: "#").first.map(String.init) ?? origin
    return File.exists(path) ? "dklab lab start \(Bash.quoted(origin))" : nil
  }

  /// Remembers what the lab of `session` was started from; nil for its id.
  package static func note(origin: String?, of session: LabSession) throws {
    guard let origin else { return }
    try File.replace(session.bench.directory + "/origin", origin + "\n", durable: false)
  }

  private func line(_ file: String) -> String? {
    let path = LabSession.directory(root, instance) + "/" + file
    let text = (try? File.text(path, limit: 4096))?.trimmed
    return text?.isEmpty == false ? text : nil
  }

  /// How many of its steps are done.
  package func doneSteps() throws -> Int {
    try LabSession.doneSteps(root, instance).count
  }

  /// What would be thrown away with it; nil when there is nothing to lose.
  package func atStake() throws -> Text? {
    let directory = LabSession.directory(root, instance)
    if !LabSession.isOpen(root, instance), let handover = try Handover.read(root, instance) {
      return LabSession.stake(files: directory + "/work", handover.history)
    }
    // What is on a Docker Engine stays there.
    let own = try DockerWork.read(directory) == nil
    let containers = own ? try Engine(root: root, instance: instance).containers().count : 0
    return try LabSession.stake(
      containers: containers, files: directory + "/work", try Progress(directory: directory))
  }

  /// Forgets everything of it. A shell that stands in its folder can go on when that is kept.
  package func reset(keepingFolder: Bool) throws {
    try LabSession.reset(instance, root: root, keepingFolder: keepingFolder)
  }
}
