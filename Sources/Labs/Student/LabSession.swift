// One student in one lab: the lab's text, its engine instance, the student's folder and the record
// of progress, held together. What the verbs of `dklab lab` do is a method here or in the files
// beside it: LabSession+Check.swift, LabSession+Play.swift, LabSession+Hints.swift.

import Documents
import Engine
import Glibc
import Kube
import Linux
import Support

/// A lab that has been started.
package final class LabSession {
  package let lab: Lab
  package let root: DataRoot
  package let instanceName: String
  package let bench: Workbench
  package let progress: Progress
  package let variables: Variables
  package let instance: LabInstance
  package let environment: [String: String]
  /// The Docker Engine that the lab is done on; nil for an instance of our own.
  package let docker: DockerWork?
  /// The way to that engine, once something is typed or played.
  private var relay: RelayProcess?
  /// The answers of pages that checks have passed with at the last look, and whether the next may take
  /// them over instead of asking again: each request stands in the log of the student's server.
  var pages: [Probe: ProbeResult] = [:]
  package var sparesPages = false
  /// How many seconds the commands of one fence may take.
  package var limit = LabSession.defaultLimit
  package static let defaultLimit = 120
  /// Which file the record of progress is; another one under its name means that the lab was thrown
  /// away meanwhile.
  private let record: ino_t?

  /// Where the labs of `root` keep what belongs to them: `labs/NAME`.
  static func directory(_ root: DataRoot, _ instance: String) -> String {
    "\(root.path)/labs/\(instance)"
  }

  /// The instance of a lab that a student works in.
  package static func instanceName(of lab: String) -> String { "lab-\(lab)" }

  /// Where the lab of an instance was read from when it was last opened.
  package static func folder(root: DataRoot, instance: String) -> String? {
    guard let text = try? File.text(directory(root, instance) + "/folder", limit: 4096) else {
      return nil
    }
    let folder = text.trimmed
    return File.exists(folder + "/lab.md") ? folder : nil
  }

  /// Whether the lab has been started. One whose new beginning was cut short has.
  package static func isStarted(
    _ lab: Lab, root: DataRoot, instance name: String? = nil
  ) -> Bool {
    let name = name ?? instanceName(of: lab.id)
    return isOpen(root, name) || Handover.exists(root, name)
  }

  /// Whether there is a record to look at; none for a moment while the lab is begun anew.
  static func isOpen(_ root: DataRoot, _ instance: String) -> Bool {
    File.exists(directory(root, instance) + "/progress.db")
  }

  /// Opens a lab, starting it when it has not been: variables are drawn, the folder is made, the
  /// lab's own set-up runs. One that was thrown away to be begun anew gets back what was kept of it.
  /// `instance` and `seed` are for tests; `keeping` gives a new lab these values; with `isRunning` a lab
  /// that is not there is not started, but refused: for who has seen it before, and may meet it between
  /// its end and its new beginning. `docker` is the engine a new lab is done on instead of ours, and
  /// `since` when what counts there has begun.
  package init(
    _ lab: Lab, root: DataRoot, instance name: String? = nil, seed: UInt64? = nil,
    keeping variables: Variables? = nil, isRunning: Bool = false, on docker: DockerAddress? = nil,
    since start: Int64 = wallClockNanoseconds()
  ) throws {
    self.root = root
    instanceName = name ?? Self.instanceName(of: lab.id)
    bench = try Workbench(directory: Self.directory(root, instanceName))
    let isNew = !Self.isOpen(root, instanceName)
    if isNew, isRunning { throw Self.resetMeanwhile(lab) }
    self.docker =
      try isNew
      ? docker.map { [bench] in try DockerWork.begin(bench.directory, on: $0, since: start) }
      : DockerWork.read(bench.directory)
    self.lab = self.docker == nil ? lab : lab.forAnyEngine
    try bench.prepare(clients: self.docker == nil ? Workbench.clients : ["dklab"])
    progress = try Progress(directory: bench.directory)
    record = Self.record(in: bench.directory)
    if try !lab.folder.isEmpty && progress.fact("folder") != lab.folder {
      try progress.setFact("folder", LabCatalog.absolute(lab.folder))
      try File.replace(
        bench.directory + "/folder", LabCatalog.absolute(lab.folder) + "\n", durable: false)
    }
    let claims = PortClaims(holder: LabCatalog.absolute(bench.directory))
    if let variables {
      try Self.store(
        try variables.renewingPorts(of: lab.variables, isFree: claims.take), in: progress)
    }
    if !isNew, variables == nil { try Self.awaitVariables(in: progress) }
    let handover = try Self.takeOver(lab, root, instanceName, progress, claims)
    self.variables = try Self.variables(
      lab, progress, seed: seed, course: CourseMembership.seed(of: lab.id, root: root), claims)
    environment = bench.environment(
      lab: lab.id, instance: instanceName, root: root, variables: self.variables,
      docker: self.docker)
    instance = try LabInstance(
      root: root, name: instanceName, folder: bench.folder, commands: bench.commands,
      environment: environment, docker: self.docker)
    guard isNew || handover != nil else { return }
    try StartedLab.note(origin: handover?.origin, of: self)
    try note("start", lab.id)
    try runSetup(lab.setup)
    if let first = lab.steps.first { try enter(first) }
    if let handover { try goOn(from: handover) }
  }

  /// Takes over what the end of the lab has left for its new beginning, once and before its values are
  /// known to anybody. Nil when there is nothing.
  private static func takeOver(
    _ lab: Lab, _ root: DataRoot, _ instance: String, _ progress: Progress, _ claims: PortClaims
  ) throws -> Handover? {
    guard try progress.fact("variables") == nil,
      let handover = try Handover.read(root, instance)
    else { return nil }
    let variables = try Variables(values: handover.values)
      .renewingPorts(of: lab.variables, isFree: claims.take)
    guard try progress.take(handover, variables) else { return nil }
    try Handover.remove(root, instance)
    return handover
  }

  /// Makes sure that what is typed for the Docker Engine gets there; nothing to do with our own.
  func openRelay() throws {
    guard let docker, relay == nil else { return }
    try DockerWork.requireClient()
    relay = try RelayProcess(bench.program, socket: bench.relay, work: docker)
  }

  private static func record(in directory: String) -> ino_t? {
    var status = stat()
    return stat(directory + "/progress.db", &status) == 0 ? status.st_ino : nil
  }

  /// Whether the lab was reset, or begun anew, by somebody else since it was opened here.
  package var isStale: Bool { Self.record(in: bench.directory) != record }

  /// Somebody else begins the lab anew, and has not written its values down yet. To draw others would
  /// leave that somebody's containers with values that nobody asks for.
  private static func awaitVariables(in progress: Progress) throws {
    let deadline = monotonicMilliseconds() + 3000
    while try progress.fact("variables") == nil, monotonicMilliseconds() < deadline {
      usleep(10_000)
    }
  }

  /// The lab that a session was for is gone.
  package static func resetMeanwhile(_ lab: Lab) -> DklabError {
    DklabError(
      .notFound, id: "lab.reset-meanwhile",
      Text("lab `\(lab.id)` was reset", ko: "`\(lab.id)` 실습이 초기화되었습니다"),
      hint: Text("`dklab lab start \(lab.id)`", ko: "`dklab lab start \(lab.id)`"))
  }

  private static func variables(
    _ lab: Lab, _ progress: Progress, seed: UInt64?, course: UInt64?, _ claims: PortClaims
  ) throws -> Variables {
    let kernel = try File.text("/proc/sys/kernel/osrelease", limit: 4096).trimmed
    if let text = try progress.fact("variables"),
      let stored = try JSONValue.parse(text).object
    {
      var values: [String: String] = [:]
      for (key, value) in stored { values[key] = value.string }
      values["kernel"] = kernel
      // A lab that was edited since may have more variables; those that were there stay.
      if lab.variables.allSatisfy({ values[$0.name] != nil }) { return Variables(values: values) }
    }
    let seed = seed ?? course ?? UInt64.random(in: .min ... .max)
    let variables = try Variables(
      lab.variables, seed: seed, kernel: kernel, isFree: claims.take)
    try progress.setFact("seed", String(seed))
    try store(variables, in: progress)
    return variables
  }

  private static func store(_ variables: Variables, in progress: Progress) throws {
    try progress.setFact("variables", variables.text)
  }

  /// The steps of a started lab that were done, without opening its engine.
  package static func doneSteps(_ lab: Lab, root: DataRoot) throws -> [String] {
    try doneSteps(root, instanceName(of: lab.id)).keys.sorted()
  }

  /// The same with their times, of an instance that may be about to begin anew.
  static func doneSteps(_ root: DataRoot, _ instance: String) throws -> [String: Int64] {
    if !isOpen(root, instance), let handover = try Handover.read(root, instance) {
      return handover.history.done
    }
    return try Progress(directory: directory(root, instance)).doneSteps()
  }

  /// The step the student is at: the first that is not done, unless they went elsewhere.
  package func currentStep() throws -> Step? {
    if let chosen = try progress.fact("step"), let step = lab.step(chosen) { return step }
    let done = try progress.doneSteps()
    return lab.steps.first { done[$0.id] == nil }
  }

  /// The step `name`: an id, or its number from 1.
  package func step(_ name: String) throws -> Step {
    if let step = lab.step(name) { return step }
    if let number = Int(name), lab.steps.indices.contains(number - 1) {
      return lab.steps[number - 1]
    }
    let nearest = Suggestion.nearest(to: name, in: lab.steps.map(\.id)).map {
      Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 찾고 있습니까?")
    }
    let known = lab.steps.enumerated().map { "\($0 + 1) \($1.id)" }
    throw DklabError(
      .notFound, id: "lab.no-step",
      Text("lab `\(lab.id)` has no step `\(name)`", ko: "`\(lab.id)` 실습에 `\(name)` 단계가 없습니다"),
      hint: Self.meantLab(name, lab) ?? nearest ?? .list(of: known))
  }

  /// Somebody has named a lab where a step was asked for.
  private static func meantLab(_ name: String, _ lab: Lab) -> Text? {
    if name == lab.id {
      return Text(
        "`\(name)` is this lab itself: leave the word out, or name a step",
        ko: "`\(name)`은(는) 지금 이 실습입니다. 이 낱말을 빼거나 단계를 쓰세요")
    }
    guard ((try? LabCatalog.labs()) ?? []).contains(where: { $0.id == name }) else { return nil }
    return Text(
      "`\(name)` is another lab: `--lab \(name)`",
      ko: "`\(name)`은(는) 다른 실습입니다. `--lab \(name)`으로 쓰세요")
  }

  /// Forgets everything of the instance `name`: engine, files, progress. The next start draws new
  /// variables. A shell that stands in the student's folder can go on when that is kept (and emptied).
  package static func reset(
    _ name: String, root: DataRoot, keepingFolder: Bool = false, keepingFiles: Bool = false
  ) throws {
    for cluster in try Cluster.all(root: root.path)
    where cluster.name == name || cluster.settings?.owner == name {
      try cluster.remove()
    }
    try Engine.destroy(root: root, instance: name)
    let directory = directory(root, name)
    PortClaims(holder: LabCatalog.absolute(directory)).release()
    if !keepingFiles {
      try Directory.removeTree(keptDirectory(root, name))
      try Handover.remove(root, name)
    }
    // First the record: cut short after it, the lab is one that is to begin, and not half a one.
    try Directory.removeTree(directory + "/progress.db")
    guard keepingFolder, File.isDirectory(directory) else {
      return try Directory.removeTree(directory)
    }
    for entry in try Directory.list(directory + "/work") {
      try Directory.removeTree("\(directory)/work/\(entry)")
    }
    // The programs in bin are those of the running shell.
    for entry in try Directory.list(directory) where !["work", "bin", "shell"].contains(entry) {
      try Directory.removeTree("\(directory)/\(entry)")
    }
  }
}
