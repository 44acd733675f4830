import Documents
import Kube
import Support

/// A description in the making: lines whose columns are separated by tabs.
struct Description {
  private(set) var lines: [String] = []

  /// Adds a line, `level` steps of two spaces from the margin.
  mutating func line(_ level: Int, _ text: String) {
    for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
      lines.append(String(repeating: "  ", count: level) + part)
    }
  }

  /// `Title:` and a value in the second column.
  mutating func field(_ level: Int, _ title: String, _ value: String) {
    line(level, "\(title):\t\(value)")
  }

  /// A map with one entry a line.
  mutating func map(_ level: Int, _ title: String, _ values: [String: String]) {
    guard !values.isEmpty else { return field(level, title, "<none>") }
    for (index, key) in values.keys.sorted().enumerated() {
      let start = index == 0 ? "\(title):" : ""
      line(level, "\(start)\t\(key)=\(values[key] ?? "")")
    }
  }

  // The same at the margin.
  mutating func line(_ text: String) { line(0, text) }
  mutating func field(_ title: String, _ value: String) { field(0, title, value) }
  mutating func map(_ title: String, _ values: [String: String]) { map(0, title, values) }

  /// Annotations: those that are long stand on lines of their own.
  mutating func annotations(_ object: JSONValue, level: Int = 0, title: String = "Annotations") {
    var values = object.annotations
    values[LastApplied.annotation] = nil
    guard !values.isEmpty else { return field(level, title, "<none>") }
    for (index, key) in values.keys.sorted().enumerated() {
      let start = index == 0 ? "\(title):" : ""
      let value = values[key] ?? ""
      if value.utf8.count + key.utf8.count + 2 <= 140 && !value.contains("\n") {
        line(level, "\(start)\t\(key): \(value)")
        continue
      }
      line(level, "\(start)\t\(key):")
      for part in value.trimmingSpace().split(separator: "\n", omittingEmptySubsequences: false) {
        let text =
          part.unicodeScalars.count > 140
          ? String(part.unicodeScalars.prefix(137)) + "..." : String(part)
        line(level, "\t  \(text)")
      }
    }
  }

  /// Rows below titles, with a line of dashes.
  mutating func table(_ level: Int, _ titles: [String], _ rows: [[String]]) {
    line(level, titles.joined(separator: "\t"))
    line(level, titles.map { String(repeating: "-", count: $0.count) }.joined(separator: "\t"))
    for row in rows { line(level, row.joined(separator: "\t")) }
  }

  /// The text, its columns aligned.
  var text: String {
    TabWriter.align(lines, minimumWidth: 0, padding: 2).map { $0 + "\n" }.joined()
  }
}

/// Words that several descriptions use.
enum DescribeText {
  static func orNone(_ text: String) -> String { text.isEmpty ? "<none>" : text }
  static func orUnset(_ text: String) -> String { text.isEmpty ? "<unset>" : text }

  /// A selector object as text.
  static func selector(_ value: JSONValue?) -> String {
    guard let value, !value.isNull else { return "<none>" }
    let text = LabelSelector(object: value)?.description ?? ""
    return orNone(text)
  }

  /// `Mon, 02 Jan 2006 15:04:05 -0700`, in local time.
  static func time(_ text: String) -> String {
    guard !text.isEmpty, let nanoseconds = RFC3339.nanoseconds(text) else { return "" }
    return LocalTime.text(nanoseconds / 1_000_000_000)
  }

  /// As Go prints a time: `2006-01-02 15:04:05 +0000 UTC`.
  static func goTime(_ text: String) -> String {
    guard text.hasSuffix("Z"), text.utf8.count >= 20 else { return text }
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) +0000 UTC"
  }

  static func bool(_ value: Bool) -> String { value ? "True" : "False" }

  static func age(_ object: JSONValue) -> String {
    Ages.since(object.text("metadata", "creationTimestamp"), now: RFC3339.now())
  }

  static func age(of time: String) -> String { Ages.since(time, now: RFC3339.now()) }
}
