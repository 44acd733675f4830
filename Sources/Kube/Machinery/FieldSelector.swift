import Documents

/// Which objects are meant, by a few of their fields: `status.phase!=Running,metadata.name=web`.
package struct FieldSelector: Sendable, Equatable {
  /// One condition; all of them must hold.
  package struct Requirement: Sendable, Equatable {
    package var field: String
    package var value: String
    package var isEqual: Bool
  }

  package var requirements: [Requirement]

  /// Matches everything.
  package static let everything = FieldSelector(requirements: [])

  package init(requirements: [Requirement]) {
    self.requirements = requirements
  }

  /// Reads the text of a query parameter. A field that the resource has no label for is refused.
  package init(parsing text: String, for type: ResourceType) throws(APIError) {
    requirements = []
    for part in Self.parts(text) where !part.isEmpty {
      let requirement = try Self.requirement(part)
      let known = ["metadata.name"] + (type.isNamespaced ? ["metadata.namespace"] : [])
      guard known.contains(requirement.field) || type.fieldLabels.contains(requirement.field) else {
        throw .badRequest(
          "Unable to find \"\(type.apiVersion), Resource=\(type.plural)\" that match label "
            + "selector \"\", field selector \"\(text)\": field label not supported: "
            + requirement.field)
      }
      requirements.append(requirement)
    }
  }

  /// Splits at commas that no backslash protects.
  private static func parts(_ text: String) -> [String] {
    var parts = [""]
    var isEscaped = false
    for character in text {
      if isEscaped {
        parts[parts.count - 1].append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "," {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }

  private static func requirement(_ text: String) throws(APIError) -> Requirement {
    for (mark, isEqual) in [("!=", false), ("==", true), ("=", true)] {
      if let range = text.firstRange(of: mark) {
        return Requirement(
          field: String(text[..<range.lowerBound]), value: String(text[range.upperBound...]),
          isEqual: isEqual)
      }
    }
    throw .badRequest("invalid selector: '\(text)'; can't understand '\(text)'")
  }

  /// Whether the object is meant.
  package func matches(_ object: JSONValue) -> Bool {
    requirements.allSatisfy { ($0.value == Self.value($0.field, of: object)) == $0.isEqual }
  }

  /// The one name that is asked for, if there is just one.
  package var exactName: String? {
    requirements.first { $0.field == "metadata.name" && $0.isEqual }?.value
  }

  /// The field as text: the zero of its type when it is missing.
  static func value(_ path: String, of object: JSONValue) -> String {
    switch path {
    case "status.podIP", "status.podIPs": return object.text("status", "podIP")
    case "spec.unschedulable", "spec.hostNetwork":
      let key = String(path.dropFirst(5))
      return object.flag("spec", key) ? "true" : "false"
    // The core events and those of events.k8s.io keep this under different names.
    case "reportingComponent":
      let component = object.text("reportingComponent")
      return component.isEmpty ? object.text("source", "component") : component
    case "source":
      let component = object.text("source", "component")
      return component.isEmpty ? object.text("reportingComponent") : component
    default: break
    }
    var value: JSONValue? = object
    for key in path.split(separator: ".") { value = value?[String(key)] }
    switch value {
    case .string(let text): return text
    case .integer(let number): return String(number)
    case .bool(let flag): return flag ? "true" : "false"
    default: return path.hasPrefix("status.replicas") || path == "status.successful" ? "0" : ""
    }
  }
}
