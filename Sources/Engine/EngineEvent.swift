// The journal in docker's words: `docker events`, and the event stream of the Engine API.
//
// The journal knows more than docker tells (commands typed in a lab, what they printed), and keeps
// it for ever. An event is a journal entry of a type that docker has, with docker's attributes.
//
// Next: EventFeed.swift.

import Documents
import Support

/// One message of the event stream.
package struct EngineEvent: Sendable, Equatable {
  /// The journal's number.
  package var id: Int64
  /// Nanoseconds since 1970.
  package var time: Int64
  package var type: String
  package var action: String
  package var actor: String
  package var attributes: [String: String]

  /// Types docker has.
  static let types: Set<String> = [
    "container", "image", "network", "volume", "builder", "daemon", "plugin",
  ]
  /// Attributes of our own, for labs and repairs.
  private static let ownAttributes: Set<String> = ["output", "argv", "autoRemove", "repair"]

  /// The event `entry` is; nil for what only the kit's own journal has.
  package init?(_ entry: JournalEntry) {
    guard EngineEvent.types.contains(entry.type) else { return nil }
    (id, time, type, action) = (entry.id, entry.time, entry.type, entry.action)
    actor = entry.actor
    attributes = [:]
    for (key, value) in entry.attributes where !EngineEvent.ownAttributes.contains(key) {
      attributes[key.hasPrefix("label.") ? String(key.dropFirst(6)) : key] = value
    }
    // A network's or volume's own events name it already.
    if attributes["name"] == nil, type != "volume", !entry.name.isEmpty {
      attributes["name"] = entry.name
    }
  }

  /// `2024-05-01 21:30:00 +0900 KST container start 1f2e… (image=busybox, name=web)`.
  package var line: String {
    let list = attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let tail = list.isEmpty ? "" : " (\(list.joined(separator: ", ")))"
    return "\(RFC3339.localNanoseconds(time)) \(type) \(action) \(actor)\(tail)"
  }

  /// As the Engine API sends it, the fields of its old form included.
  package var json: JSONValue {
    var members: [(String, JSONValue)] = []
    if type == "container" || type == "image" {
      members.append(("status", .string(action)))
      members.append(("id", .string(actor)))
      if type == "container" { members.append(("from", .string(attributes["image"] ?? ""))) }
    }
    let sorted = attributes.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
    members += [
      ("Type", .string(type)), ("Action", .string(action)),
      (
        "Actor",
        .object(["ID": .string(actor), "Attributes": .object(JSONObject(sorted))])
      ),
      ("scope", "local"), ("time", .integer(time / 1_000_000_000)), ("timeNano", .integer(time)),
    ]
    return .object(JSONObject(members))
  }
}

/// Which events are wanted: for each key, any of its values.
package struct EventFilter: Sendable {
  package static let keys = [
    "config", "container", "daemon", "event", "image", "label", "network", "node", "plugin",
    "scope", "secret", "service", "type", "volume",
  ]

  private let wanted: [String: [String]]

  package init(_ wanted: [String: [String]]) {
    self.wanted = wanted
  }

  /// Whether `event` passes.
  package func matches(_ event: EngineEvent) -> Bool {
    allows("type", [event.type]) && allows("scope", ["local"]) && allowsAction(event)
      && ["container", "network", "volume", "daemon", "plugin"].allSatisfy {
        allowsObject($0, event)
      }
      && ["node", "service", "secret", "config"].allSatisfy { wanted[$0] == nil }
      && allowsImage(event) && allowsLabels(event)
  }

  private func allows(_ key: String, _ candidates: [String]) -> Bool {
    wanted[key].map { $0.contains(where: candidates.contains) } ?? true
  }

  /// `exec_create` means `exec_create: ls -l` too, and `health_status` each status.
  private func allowsAction(_ event: EngineEvent) -> Bool {
    let kind = event.action.prefix { $0 != ":" }
    return allows("event", [event.action, String(kind)])
  }

  /// By name, or by a part of the id that begins it. Connections of a network name their container.
  private func allowsObject(_ type: String, _ event: EngineEvent) -> Bool {
    guard let values = wanted[type] else { return true }
    if event.type == type {
      return values.contains { value in
        event.actor == value || event.attributes["name"] == value
          || (type != "volume" && value.count >= 4 && event.actor.hasPrefix(value))
      }
    }
    return false
  }

  /// The image itself, or what was made of it; a name without a tag means each of its tags.
  private func allowsImage(_ event: EngineEvent) -> Bool {
    guard let values = wanted["image"] else { return true }
    var names = [event.actor, event.attributes["name"] ?? ""]
    if event.type == "container" { names = [event.attributes["image"] ?? ""] }
    if event.type != "container", event.type != "image" { return false }
    return values.contains { value in
      names.contains { name in
        name == value || EventFilter.withoutTag(name) == value
          || (name.hasPrefix("sha256:") && name.dropFirst(7).hasPrefix(value) && value.count >= 4)
      }
    }
  }

  private static func withoutTag(_ name: String) -> String {
    guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") else { return name }
    return String(name[..<colon])
  }

  private func allowsLabels(_ event: EngineEvent) -> Bool {
    (wanted["label"] ?? []).allSatisfy { value in
      let key = String(value.prefix { $0 != "=" })
      guard let found = event.attributes[key] else { return false }
      return !value.contains("=") || found == value.dropFirst(key.count + 1)
    }
  }
}
