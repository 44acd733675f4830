import Documents
import Support

extension Description {
  /// Any object: its head, then its members one below the other.
  mutating func generic(_ object: JSONValue, _ session: Session) throws {
    field("Name", object.name)
    field("Namespace", object.namespace)
    map("Labels", object.labels)
    annotations(object)
    let hidden: Set<String> = ["managedFields", "name", "namespace", "labels", "annotations"]
    members(object, level: 0, hidden: hidden, path: "")
    try events(of: object, session)
  }

  private mutating func members(
    _ value: JSONValue, level: Int, hidden: Set<String>, path: String
  ) {
    for (key, member) in ManifestText.sorted(value).object ?? [:] {
      if path == ".metadata", hidden.contains(key) { continue }
      let title = Self.title(key)
      switch member {
      case .object(let inner):
        line(level, "\(title):")
        if !inner.isEmpty {
          members(member, level: level + 1, hidden: hidden, path: "\(path).\(key)")
        }
      case .array(let elements):
        line(level, "\(title):")
        list(elements, level: level + 1)
      default: line(level, "\(title):\t\(GoText.of(member))")
      }
    }
  }

  private mutating func list(_ elements: [JSONValue], level: Int) {
    for element in elements {
      switch element {
      case .object: members(element, level: level, hidden: [], path: "[]")
      case .array(let inner): list(inner, level: level + 1)
      default: line(level, GoText.of(element))
      }
    }
  }

  /// `apiVersion` as `API Version`, `nodeName` as `Node Name`.
  static func title(_ key: String) -> String {
    if key.contains(where: { !$0.isASCII || !($0.isLetter || $0.isNumber) }) { return key }
    var words: [String] = []
    var word = ""
    let letters = Array(key)
    for (index, letter) in letters.enumerated() {
      let startsWord =
        letter.isUppercase
        && (index > 0 && !letters[index - 1].isUppercase
          || index + 1 < letters.count && letters[index + 1].isLowercase)
      if startsWord, !word.isEmpty {
        words.append(word)
        word = ""
      }
      word.append(letter)
    }
    words.append(word)
    let short = ["api", "url", "uid", "osb", "guid", "id", "ip"]
    return words.map { word in
      short.contains(word.lowercased())
        ? word.uppercased() : word.prefix(1).uppercased() + word.dropFirst()
    }.joined(separator: " ")
  }
}
