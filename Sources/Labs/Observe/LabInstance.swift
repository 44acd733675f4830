// The engine instance of one lab, as the checks see it. Everything that waits or can fail happens
// here and in the probe files beside it; what they bring is a Snapshot, and judging that is pure.
//
// A snapshot is of one moment. Looking takes a while, and meanwhile a container may end; then the
// answers would be about different states of things, and all of it is looked at again.
//
// Next: LabInstance+Probes.swift.

import Documents
import Engine
import Glibc
import Images
import Linux
import SQLite
import Support

/// One lab's own engine instance.
package final class LabInstance {
  package let engine: Engine
  /// The student's folder, where relative paths of checks lead.
  package let folder: String
  /// What commands find in their environment.
  package let environment: [String: String]
  /// Where the shells write what was typed.
  package let commandLog: CommandLog
  /// The Docker Engine that the lab is done on instead; `engine` then only keeps the journal.
  let docker: DockerObserver?

  /// Opens the instance `name`, making it when there is none.
  package init(
    root: DataRoot, name: String, folder: String, commands: String, environment: [String: String],
    docker: DockerWork? = nil
  ) throws {
    engine = try Engine(root: root, instance: name)
    self.folder = folder
    self.environment = environment
    commandLog = CommandLog(path: commands)
    self.docker = try docker.map { [engine] work in
      let client = DockerClient(try work.address)
      return DockerObserver(
        client: client,
        events: DockerEvents(
          client: client, journal: engine.journal, outputs: OutputFolder(path: work.outputs)),
        start: work.start, folder: folder,
        // What checks run goes to the engine itself: the relay is there for the student.
        environment: environment.merging(["DOCKER_HOST": work.host]) { $1 })
    }
    _ = try engine.reconcile()
  }

  /// Everything there is, with an answer to each of `probes`. Journal entries in `ignored` were
  /// not made by the student; `subjects` are the containers it is about.
  package func observe(
    _ probes: Set<Probe>, subjects: Set<String> = [], ignored: Set<Int64>
  ) throws -> Snapshot {
    try commandLog.move(to: engine.journal)
    if let docker { return try docker.observe(probes, subjects, ignored) }
    for _ in 0..<4 {
      let before = try engine.containers()
      let answers = try look(probes, before)
      let repairs = try engine.reconcile()
      let after = try engine.containers()
      guard repairs.isEmpty, before.map(Moment.init) == after.map(Moment.init) else { continue }
      return try snapshot(after, answers, subjects, ignored)
    }
    // Something that changes all the time is judged by its latest state.
    return try snapshot(
      try engine.containers(), try look(probes, try engine.containers()), subjects, ignored)
  }

  /// How many containers there are.
  func containerCount() throws -> Int { try docker?.count() ?? engine.containers().count }

  /// How many volumes there are; none of another's engine, where nothing is removed.
  func volumeCount() throws -> Int { try docker == nil ? engine.volumes().count : 0 }

  /// Takes into the journal what has happened elsewhere.
  func takeEvents() throws {
    if let docker { try docker.events.take(since: docker.start) }
  }

  /// What tells one state of a container from the next.
  private struct Moment: Equatable {
    var id, name: String
    var status: String
    var pid: Int32
    var started: Int64

    init(_ record: ContainerRecord) {
      (id, name) = (record.id, record.name)
      (status, pid, started) = (
        record.state.status.rawValue, record.state.pid, record.state.startedAt
      )
    }
  }

  private func snapshot(
    _ records: [ContainerRecord], _ answers: [Probe: ProbeResult], _ subjects: Set<String>,
    _ ignored: Set<Int64>
  ) throws -> Snapshot {
    var snapshot = Snapshot(probes: answers, hostName: Self.hostName)
    for record in records { snapshot.containers[record.name] = engine.inspect(record) }
    snapshot.images = try engine.images().list().map(ImageInspection.document)
    snapshot.networks = try engine.networks().map { try engine.inspect($0) }
    snapshot.volumes = Set(try engine.volumes().map(\.name))
    snapshot.journal = JournalReading.events(
      try engine.journal.entries().filter { !ignored.contains($0.id) })
    for record in records where subjects.contains(record.name) && record.state.exitCode != 0 {
      snapshot.lastWords[record.name] = try? lastWords(of: record)
    }
    snapshot.strangers = strangers(subjects.filter { snapshot.containers[$0] == nil })
    return snapshot
  }

  /// Which other instance has a container of one of `names`.
  private func strangers(_ names: Set<String>) -> [String: String] {
    var found: [String: String] = [:]
    guard !names.isEmpty else { return found }
    for instance in engine.root.instances() where instance != engine.instance {
      guard !instance.hasPrefix("lab-test-"),
        let other = try? Engine(root: engine.root, instance: instance, creating: false)
      else { continue }
      for name in names where (try? other.container(name))?.name == name { found[name] = instance }
    }
    return found
  }

  private func lastWords(of record: ContainerRecord) throws -> String? {
    var last: String?
    var size = 0
    try engine.logs(record, LogWish()) { entry in
      size += entry.text.utf8.count
      let line = entry.text.printable.trimmed
      if !line.isEmpty, !line.hasPrefix("Try '") { last = line }
      return size < 1 << 20
    }
    return last
  }

  static var hostName: String {
    (try? File.text("/proc/sys/kernel/hostname", limit: 4096).trimmed) ?? ""
  }
}
