// `{{port}}` in a lab's texts and mechanics.
//
// A variable is two braces, a name, two braces, with no blank between, so that Go templates such as
// `{{.Names}}` or `{{json .}}` pass through untouched. In YAML the braces would open a flow mapping;
// therefore a fence's YAML is parsed with each brace replaced by a private character of its own
// (same width, so columns stay right), and these too are understood here.

import Support

/// A place in a text where a variable stands.
struct VariableReference: Hashable {
  var name: String
  var range: Range<String.Index>
}

enum Interpolation {
  private static let openers: [Character: Character] = ["{": "}", "\u{E000}": "\u{E001}"]

  /// Every variable named in `text`, in order.
  static func references(in text: String) -> [VariableReference] {
    var found: [VariableReference] = []
    var index = text.startIndex
    // By bytes up to what may be an opening brace: this is asked of every text of a lab, all the time.
    while let place = text.utf8[index...].firstIndex(where: { $0 == 0x7B || $0 == 0xEE }) {
      if let reference = reference(in: text, at: place) {
        found.append(reference)
        index = reference.range.upperBound
      } else {
        index = text.utf8.index(after: place)
      }
    }
    return found
  }

  private static func reference(in text: String, at start: String.Index) -> VariableReference? {
    guard let closer = openers[text[start]] else { return nil }
    let second = text.index(after: start)
    guard second < text.endIndex, text[second] == text[start] else { return nil }
    let nameStart = text.index(after: second)
    let name = text[nameStart...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    guard let first = name.first, first.isLowercase, name != "end", name != "else" else {
      return nil
    }
    let rest = text[name.endIndex...].prefix(2)
    guard rest.count == 2, rest.allSatisfy({ $0 == closer }) else { return nil }
    return VariableReference(name: String(name), range: start..<rest.endIndex)
  }

  /// `text` with each variable replaced by what `value` says; one it does not know stays.
  static func replace(in text: String, with value: (String) -> String?) -> String {
    var result = ""
    var index = text.startIndex
    for reference in references(in: text) {
      result += text[index..<reference.range.lowerBound]
      result += value(reference.name) ?? "{{\(reference.name)}}"
      index = reference.range.upperBound
    }
    return result + text[index...]
  }

  /// YAML text with the braces of variables made harmless to the YAML parser.
  static func protect(_ yaml: String) -> String {
    replace(in: yaml) { "\u{E000}\u{E000}\($0)\u{E001}\u{E001}" }
  }
}

extension Variables {
  /// `text` with the variables' values, and Korean particles that fit them.
  package func fill(_ text: String) -> String {
    guard text.contains("{{") || text.contains("\u{E000}") else { return text }
    return WrittenParticles.settle(Interpolation.replace(in: text) { self[$0] })
  }

  /// `text` with the values and nothing else changed: for commands, files and checks.
  package func fillExactly(_ text: String) -> String {
    Interpolation.replace(in: text) { self[$0] }
  }
}
