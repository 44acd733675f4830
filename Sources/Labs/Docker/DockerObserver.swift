// A Docker Engine as the checks see it: the same Snapshot as LabInstance makes of our own engine, read
// through the API. docker and the kit describe containers, images and networks by the same documents,
// so most of it is handed on as it comes.
//
// Next: DockerObserver+Probes.swift, DockerEvents.swift.

import Documents
import Engine
import Linux
import Support

/// Looks at a Docker Engine for a lab.
struct DockerObserver {
  let client: DockerClient
  let events: DockerEvents
  /// Nanoseconds since 1970 from which on things count.
  let start: Int64
  let folder: String
  let environment: [String: String]

  /// Everything there is, with an answer to each of `probes`. See `LabInstance.observe`.
  func observe(
    _ probes: Set<Probe>, _ subjects: Set<String>, _ ignored: Set<Int64>
  ) throws -> Snapshot {
    try events.take(since: start)
    var snapshot = Snapshot(hostName: LabInstance.hostName)
    snapshot.isOnDocker = true
    // Looking takes a while; what changes all the time is judged by its latest state.
    for _ in 0..<4 {
      let before = try containers()
      snapshot.containers = before
      snapshot.probes = answers(probes, before)
      snapshot.containers = try containers()
      if before.mapValues(Self.moment) == snapshot.containers.mapValues(Self.moment) { break }
    }
    snapshot.images = try list("/images/json").compactMap { entry in
      try entry["Id"]?.string.flatMap { try document("/images/\($0)/json") }
    }
    snapshot.networks = try list("/networks").compactMap { entry in
      try entry["Id"]?.string.flatMap { try document("/networks/\($0)") }
    }
    let volumes = try client.json("/volumes")["Volumes"]?.array ?? []
    snapshot.volumes = Set(volumes.compactMap { $0["Name"]?.string })
    // What the checks' own commands have left is there for whoever strikes it out.
    try events.take(since: start)
    snapshot.journal = JournalReading.events(
      try events.journal.entries().filter { !ignored.contains($0.id) })
    for name in subjects {
      guard let document = snapshot.containers[name], document["State"]?["ExitCode"]?.int != 0
      else { continue }
      snapshot.lastWords[name] = lastWords(document)
    }
    return snapshot
  }

  /// How many containers there are.
  func count() throws -> Int { try list("/containers/json", [("all", "1")]).count }

  private func list(_ path: String, _ query: [(String, String)] = []) throws -> [JSONValue] {
    try client.json(path, query).array ?? []
  }

  /// The document at `path`; nil for what has gone since it was listed.
  private func document(_ path: String) throws -> JSONValue? {
    do {
      return try client.json(path)
    } catch let error as DklabError where error.code == .notFound {
      return nil
    }
  }

  /// All containers by the name that labs know, in the shape of `docker inspect`.
  private func containers() throws -> [String: JSONValue] {
    var found: [String: JSONValue] = [:]
    for entry in try list("/containers/json", [("all", "1")]) {
      guard let id = entry["Id"]?.string, let document = try document("/containers/\(id)/json"),
        let name = document["Name"]?.string
      else { continue }
      let labels = document["Config"]?["Labels"]
      guard labels?[DockerEvents.probeLabel] == nil else { continue }
      let known = ComposeName.newer(String(name.drop { $0 == "/" })) { labels?[$0]?.string }
      found[known] = document
    }
    return found
  }

  /// What tells one state of a container from the next.
  private static func moment(_ document: JSONValue) -> [JSONValue?] {
    let state = document["State"]
    return [document["Id"], state?["Status"], state?["Pid"], state?["StartedAt"]]
  }

  private func lastWords(_ document: JSONValue) -> String? {
    let id = document["Id"]?.string ?? ""
    let text = try? DockerLog.text(client, id, document, limit: 1 << 20)
    return text?.printable.split(separator: "\n").map(\.trimmed)
      .last { !$0.isEmpty && !$0.hasPrefix("Try '") }
  }
}
