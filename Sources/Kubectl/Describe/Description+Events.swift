import Documents
import Kube
import Support

extension Description {
  /// What happened to an object, oldest first.
  mutating func events(of object: JSONValue, _ session: Session) throws {
    guard session.flags.bool("show-events") else { return }
    var fields = [
      "involvedObject.name=\(object.name)", "involvedObject.kind=\(object.kind)",
      "involvedObject.uid=\(object.uid)",
    ]
    if !object.namespace.isEmpty { fields.append("involvedObject.namespace=\(object.namespace)") }
    let kind = try session.discovery.kind(named: "events")
    let list = try session.list(
      kind, namespace: object.namespace.isEmpty ? nil : object.namespace,
      fields: fields.joined(separator: ","))
    events(list.list("items"))
  }

  /// Those events.
  mutating func events(_ events: [JSONValue]) {
    guard !events.isEmpty else { return field("Events", "<none>") }
    let sorted = events.enumerated().sorted { one, other in
      let (a, b) = (EventText.last(one.element), EventText.last(other.element))
      return a == b ? one.offset < other.offset : a < b
    }.map(\.element)
    line("Events:")
    line(1, "Type\tReason\tAge\tFrom\tMessage")
    line(1, "----\t------\t----\t----\t-------")
    for event in sorted {
      line(
        1,
        [
          event.text("type"), event.text("reason"), EventText.age(event), EventText.source(event),
          event.text("message").trimmingSpace(),
        ].joined(separator: "\t"))
    }
  }

}

/// Parts of events as text.
enum EventText {
  /// When it was seen last.
  static func last(_ event: JSONValue) -> String {
    for time in [
      event.text("series", "lastObservedTime"), event.text("lastTimestamp"),
      event.text("eventTime"), event.text("metadata", "creationTimestamp"),
    ] where !time.isEmpty { return String(time.prefix(19)) }
    return ""
  }

  static func source(_ event: JSONValue) -> String {
    let component = event.text("source", "component")
    return component.isEmpty ? event.text("reportingComponent") : component
  }

  /// `5s`, or `5s (x3 over 2m)`.
  static func age(_ event: JSONValue) -> String {
    let first = event.text("firstTimestamp")
    let created = first.isEmpty ? event.text("eventTime") : first
    let count = event.number("series", "count") ?? event.number("count") ?? 1
    let last =
      event.at("series") != nil
      ? event.text("series", "lastObservedTime") : event.text("lastTimestamp")
    if count > 1 {
      return "\(DescribeText.age(of: last)) (x\(count) over \(DescribeText.age(of: created)))"
    }
    return DescribeText.age(of: created)
  }
}
