// The journal of a lab on a Docker Engine. The engine keeps its last 256 events; each look at the lab
// takes over what has come since the one before, in the words of our own engine's journal, so that
// checks and causes need not know whose engine it was.
//
// Docker's events do not say what a container printed. Its log does while it is there; what a
// container of `run --rm` or a command of `exec` printed is known where the client went through the
// lab's relay, which took it down. Next: DockerRelay.swift, JournalReading.swift.

import Documents
import Engine
import Linux
import Support

/// Moves a Docker Engine's events into a journal.
struct DockerEvents {
  let client: DockerClient
  let journal: Journal
  /// Where the relay writes what programs print.
  let outputs: OutputFolder

  /// The label of containers that the checks themselves make; what happens to them is not told.
  static let probeLabel = "dklab.probe"
  /// How much of what a program prints is kept.
  static let outputLimit = 4096
  private static let mark = "docker"

  /// Takes over what has happened since the last time, or since `start`, nanoseconds since 1970.
  func take(since start: Int64) throws {
    let known = try journal.entries()
    let last = known.last { $0.attributes[Self.mark] != nil }?.time ?? start - 1
    let answer = try client.ask(
      "GET", "/events",
      [("since", Self.seconds(last + 1)), ("until", Self.seconds(wallClockNanoseconds()))])
    var commands: [String: String] = [:]
    for entry in known where entry.action.hasPrefix("exec_create: ") {
      commands[entry.attributes["execID"] ?? ""] = Self.command(entry.action)
    }
    var entries: [Journal.NewEntry] = []
    for line in answer.body.split(separator: UInt8(ascii: "\n")) {
      guard let event = try? JSONValue.parse(line, file: "events"),
        var entry = Self.entry(event), entry.attributes[Self.probeLabel] == nil
      else { continue }
      if entry.action.hasPrefix("exec_create: ") {
        commands[entry.attributes["execID"] ?? ""] = Self.command(entry.action)
      }
      if entry.type == "container" {
        complete(&entry, commands)
        entry.name = ComposeName.newer(entry.name) { entry.attributes[$0] }
      }
      entries.append(entry)
    }
    NameRemoval.complete(&entries, outputs.removals(after: last))
    let built = known.last { $0.attributes[BuildTranscript.mark] != nil }?.time ?? start - 1
    entries += outputs.builds(after: built)
    try journal.append(entries)
  }

  /// What an event means in our own words; nil for one that says nothing to us.
  static func entry(_ event: JSONValue) -> Journal.NewEntry? {
    guard let type = event["Type"]?.string, let action = event["Action"]?.string,
      let time = event["timeNano"]?.int
    else { return nil }
    let actor = event["Actor"]?["ID"]?.string ?? ""
    var attributes: [String: String] = [mark: "1"]
    for (key, value) in event["Actor"]?["Attributes"]?.object ?? [:] {
      attributes[key] = value.string
    }
    var name = attributes.removeValue(forKey: "name") ?? actor
    if type == "image", ["pull", "push"].contains(action) { name = actor }
    if type == "volume" { name = actor }
    if let old = attributes["oldName"], old.hasPrefix("/") {
      attributes["oldName"] = String(old.dropFirst())
    }
    return Journal.NewEntry(
      type: type, action: action, actor: actor, name: name, attributes: attributes,
      time: Int64(time))
  }

  private static func command(_ action: String) -> String {
    String(action.drop { $0 != " " }.dropFirst()).trimmed
  }

  /// What our own engine says about an end, and Docker's events do not.
  private func complete(_ entry: inout Journal.NewEntry, _ commands: [String: String]) {
    switch entry.action {
    case "exec_die":
      let id = entry.attributes["execID"] ?? ""
      entry.attributes["argv"] = commands[id]
      entry.attributes["output"] = outputs.text(of: [id], until: entry.time)
    case "die":
      entry.attributes["output"] =
        outputs.text(of: [entry.actor, entry.name], until: entry.time) ?? log(of: entry)
    default: break
    }
  }

  /// What a container that is still there printed in the run that has ended.
  private func log(of entry: Journal.NewEntry) -> String? {
    guard let document = try? client.json("/containers/\(entry.actor)/json"),
      let start = document["State"]?["StartedAt"]?.string.flatMap(RFC3339.nanoseconds),
      start <= entry.time
    else { return nil }
    return try? DockerLog.text(
      client, entry.actor, document, since: start, limit: Self.outputLimit)
  }

  /// A time as the engine's queries have it.
  static func seconds(_ nanoseconds: Int64) -> String {
    let fraction = String(1_000_000_000 + max(0, nanoseconds) % 1_000_000_000).dropFirst()
    return "\(max(0, nanoseconds) / 1_000_000_000).\(fraction)"
  }
}

/// What a container has printed, as its engine keeps it.
enum DockerLog {
  /// At most `limit` bytes of what was printed since `start`; `document` is the container's.
  static func text(
    _ client: DockerClient, _ id: String, _ document: JSONValue, since start: Int64 = 0, limit: Int
  ) throws -> String {
    var query = [("stdout", "1"), ("stderr", "1")]
    if start > 0 { query.append(("since", DockerEvents.seconds(start))) }
    let bytes = try client.ask("GET", "/containers/\(id)/logs", query).body
    var frames = OutputFrames(isPlain: document["Config"]?["Tty"]?.bool == true)
    return String(decoding: frames.payload(bytes).prefix(limit), as: UTF8.self)
  }
}
