import Documents

extension ObjectAPI {
  /// Keeps an event. The same one again only raises the count of the first.
  package func record(_ note: EventNote) {
    guard let type = registry.find(group: "", version: "v1", plural: "events") else { return }
    let object = note.object
    let namespace = object.namespace.isEmpty ? "default" : object.namespace
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    let identity = [
      object.uid, note.reason, note.message, note.component, note.fieldPath, note.host,
    ].joined(separator: "\u{0}")
    for byte in identity.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let name = "\(object.name).\(String(hash, radix: 16))"
    let time = JSONValue.string(timestamp)
    if store.get(ObjectKey("events", namespace, name)) != nil {
      _ = try? change(type, namespace, name) { event in
        var event = event
        event["count"] = .integer(Int64((event.number("count") ?? 1) + 1))
        event["lastTimestamp"] = time
        return event
      }
      return
    }
    var involved: JSONValue = [
      "kind": .string(object.kind), "apiVersion": .string(object.text("apiVersion")),
      "name": .string(object.name), "uid": .string(object.uid),
      "resourceVersion": .string(object.resourceVersion),
    ]
    if !object.namespace.isEmpty { involved["namespace"] = .string(object.namespace) }
    if !note.fieldPath.isEmpty { involved["fieldPath"] = .string(note.fieldPath) }
    var source: JSONValue = ["component": .string(note.component)]
    if !note.host.isEmpty { source["host"] = .string(note.host) }
    let event: JSONValue = [
      "apiVersion": "v1", "kind": "Event",
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "involvedObject": involved, "reason": .string(note.reason),
      "message": .string(String(note.message.prefix(1024))), "source": source,
      "type": note.isWarning ? "Warning" : "Normal", "count": 1, "firstTimestamp": time,
      "lastTimestamp": time, "reportingComponent": .string(note.component),
      "reportingInstance": .string(note.host),
    ]
    // A namespace on its way out takes no more events; nobody is there to read them.
    _ = try? create(type, namespace, event)
  }
}
