import Documents
import Engine
import Glibc
import Images
import Linux
import Support

/// One look for each kind of probe.
extension LabInstance {
  /// Answers `probes` about the containers in `records`.
  func look(
    _ probes: Set<Probe>, _ records: [ContainerRecord]
  ) throws -> [Probe: ProbeResult] {
    let byName = Dictionary(records.map { ($0.name, $0) }) { first, _ in first }
    var answers = trees(probes, byName)
    for probe in probes where answers[probe] == nil {
      answers[probe] = Self.attempt { try look(probe, byName) }
    }
    return answers
  }

  /// What `body` finds; what is not there is an answer, what goes wrong is an error of ours.
  static func attempt(_ body: () throws -> ProbeResult) -> ProbeResult {
    do { return try body() } catch let error as DklabError {
      return error.code == .notFound ? .nothing(error.message.en) : .failed(error.message)
    } catch {
      return .failed(Text("\(error)", ko: "\(error)"))
    }
  }

  /// All files of one container are looked for together: the tree of a stopped one has to be
  /// mounted for it.
  private func trees(
    _ probes: Set<Probe>, _ records: [String: ContainerRecord]
  ) -> [Probe: ProbeResult] {
    var paths: [String: [String]] = [:]
    for case .containerFile(let name, let path) in probes { paths[name, default: []].append(path) }
    var answers: [Probe: ProbeResult] = [:]
    for (name, list) in paths {
      let found: [ProbeResult]
      do {
        guard let record = records[name] else { continue }
        found = try FileProbe.read(list, in: record, engine)
      } catch {
        let reason = (error as? DklabError)?.message ?? Text("\(error)", ko: "\(error)")
        found = list.map { _ in .failed(reason) }
      }
      for (path, result) in zip(list, found) {
        answers[.containerFile(container: name, path: path)] = result
      }
    }
    return answers
  }

  private func look(_ probe: Probe, _ records: [String: ContainerRecord]) throws -> ProbeResult {
    if let result = try HostProbe.look(probe, folder, environment) { return result }
    switch probe {
    case .imageHistory(let name):
      guard let image = try engine.images().find(name) else { return .nothing("no such image") }
      return .lines(image.history.map { "\($0.size)\t\($0.createdBy)" })
    case .imageFile(let name, let path):
      guard let image = try engine.images().find(name) else { return .nothing("no such image") }
      return try FileProbe.read(path, of: image, engine)
    case .volumeFile(let volume, let path):
      return try FileProbe.read(path, below: engine.volumeDirectory(volume))
    case .pathHolders(let path):
      return .lines(
        records.values.filter { record in
          FileProbe.exists(path, below: engine.containerDirectory(record.id) + "/upper")
        }.map(\.name).sorted())
    case .cluster(let name):
      return try ClusterProbe(root: engine.root, instance: name ?? engine.instance).facts()
    case .podLog(let namespace, let pod, let container, let name):
      return try ClusterProbe(root: engine.root, instance: name ?? engine.instance)
        .log(namespace, pod, container)
    case .process(let name), .containerFile(let name, _), .containerExec(let name, _),
      .containerLog(let name), .containerDiff(let name), .containerSize(let name),
      .cgroup(let name, _), .resolve(let name, _), .reach(let name, _, _):
      guard let record = records[name] else { return .nothing("no such container") }
      return try look(probe, at: record)
    default: return .failed(Text("no such look", ko: "그런 관찰은 없습니다"))
    }
  }

  private func look(_ probe: Probe, at record: ContainerRecord) throws -> ProbeResult {
    switch probe {
    case .process:
      guard record.state.isActive else { return .nothing("not running") }
      return .process(try ProcessProbe.facts(of: record.state.pid))
    case .containerExec(_, let command):
      guard record.state.isActive else { return .nothing("not running") }
      return try ProgramProbe.execute(command, in: record.name, by: "dklab", folder, environment)
    case .resolve(_, let host):
      guard record.state.status == .running else { return .nothing("not running") }
      return .lines(try engine.addresses(of: host, seenFrom: record))
    case .reach(_, let host, let port):
      guard record.state.status == .running else { return .nothing("not running") }
      return .text(try engine.reach(host, port: UInt16(clamping: port), from: record))
    case .containerLog:
      var text = ""
      try engine.logs(record, LogWish()) { entry in
        text += entry.text
        return text.utf8.count < 1 << 20
      }
      return .text(text.printable)
    case .containerDiff:
      return .lines(try LayerDifference.lines(record, engine))
    case .containerSize:
      return .number(try LayerDifference.size(engine.containerDirectory(record.id) + "/upper"))
    case .cgroup(_, let limit):
      return record.state.cgroup.map { CgroupProbe.limit(limit, of: $0) } ?? .nothing("none")
    default: return .failed(Text("no such look", ko: "그런 관찰은 없습니다"))
    }
  }
}
