import Documents

/// Fields of a pod that its own containers may ask for: `fieldRef` and `resourceFieldRef`.
enum PodFields {
  /// The value of a field path; nil when a pod has no such field.
  static func value(_ path: String, of pod: JSONValue, node: String, hostAddress: String) -> String?
  {
    switch path {
    case "metadata.name": return pod.name
    case "metadata.namespace": return pod.namespace
    case "metadata.uid": return pod.uid
    case "spec.nodeName": return node
    case "spec.serviceAccountName": return pod.text("spec", "serviceAccountName")
    case "status.podIP", "status.podIPs": return pod.text("status", "podIP")
    case "status.hostIP", "status.hostIPs": return hostAddress
    case "metadata.labels": return list(pod.labels)
    case "metadata.annotations": return list(pod.annotations)
    default:
      for (prefix, map) in [
        ("metadata.labels", pod.labels), ("metadata.annotations", pod.annotations),
      ]
      where path.hasPrefix(prefix + "['") && path.hasSuffix("']") {
        return map[String(path.dropFirst(prefix.count + 2).dropLast(2))] ?? ""
      }
      return nil
    }
  }

  /// One `key="value"` a line, as files of the downward API have it.
  private static func list(_ map: [String: String]) -> String {
    map.sorted { $0.key < $1.key }.map { "\($0.key)=\(JSONValue.string($0.value))" }
      .joined(separator: "\n")
  }

  /// A limit or request of a container in the wished unit, rounded up.
  static func resource(_ reference: JSONValue, _ container: JSONValue, node: [String: Quantity])
    -> String
  {
    let parts = reference.text("resource").split(separator: ".").map(String.init)
    guard parts.count == 2 else { return "0" }
    // A limit that is not set is what the node has.
    let amount =
      container.at("resources", parts[0], parts[1])?.string.flatMap(Quantity.init)
      ?? (parts[0] == "limits" ? node[parts[1]] : nil) ?? Quantity(0)
    let divisor = Quantity(reference.text("divisor"))
    let unit = divisor.map { $0.nano == 0 ? Quantity(1) : $0 } ?? Quantity(1)
    let (whole, rest) = amount.nano.quotientAndRemainder(dividingBy: unit.nano)
    return "\(rest > 0 ? whole + 1 : whole)"
  }
}
