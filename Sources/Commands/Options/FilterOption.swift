import Support

/// The values of `--filter`: for each key, any of its values must match.
package struct Filters: Sendable, Equatable {
  private var values: [String: [String]] = [:]

  package init() {}

  /// Reads `key=value` entries; `known` are the keys the command understands.
  package init(_ entries: [String], known: [String]) throws {
    for entry in entries {
      guard let equals = entry.firstIndex(of: "=") else {
        throw DklabError(
          .invalid, id: "filter.format",
          Text(
            "invalid argument \"\(entry)\" for \"-f, --filter\" flag: bad format of filter "
              + "(expected name=value)",
            ko: "--filter 값 \"\(entry)\"의 형식이 잘못되었습니다(이름=값)"),
          hint: Filters.hint(known), exitStatus: 125)
      }
      let key = entry[..<equals].lowercased().filter { !$0.isWhitespace }
      let value = entry[entry.index(after: equals)...].drop(while: \.isWhitespace)
      guard known.contains(key) else {
        throw DklabError(
          .invalid, id: "filter.unknown",
          Text("invalid filter '\(key)'", ko: "알 수 없는 필터 '\(key)'"),
          hint: Filters.hint(known))
      }
      values[key, default: []].append(String(value))
    }
  }

  private static func hint(_ known: [String]) -> Text {
    let list = known.sorted().joined(separator: ", ")
    return Text("filters here are \(list)", ko: "여기서 쓸 수 있는 필터: \(list)")
  }

  /// The values given for `key`.
  package subscript(key: String) -> [String] { values[key] ?? [] }

  /// All keys that were given, with their values.
  package var all: [String: [String]] { values }

  /// Whether nothing was given.
  package var isEmpty: Bool { values.isEmpty }

  /// Whether `key` was not given, or `test` holds for one of its values.
  package func allow(_ key: String, _ test: (String) throws -> Bool) rethrows -> Bool {
    guard let wanted = values[key] else { return true }
    return try wanted.contains(where: test)
  }

  /// Whether every `label` value (`KEY` or `KEY=VALUE`) is among `labels`.
  package func allowLabels(_ labels: [String: String]) -> Bool {
    self["label"].allSatisfy { wanted in
      let key = String(wanted.prefix { $0 != "=" })
      guard let value = labels[key] else { return false }
      return !wanted.contains("=") || value == wanted.dropFirst(key.count + 1)
    }
  }

  /// Whether no value of `key` (`KEY` or `KEY=VALUE`, as `label!`) is among `labels`.
  package func allowLabels(_ labels: [String: String], except key: String) -> Bool {
    self[key].allSatisfy { unwanted in
      let name = String(unwanted.prefix { $0 != "=" })
      guard let value = labels[name] else { return true }
      return unwanted.contains("=") && value != unwanted.dropFirst(name.count + 1)
    }
  }

  /// The truth value of `key`, nil when it was not given; throws for anything but a boolean.
  package func bool(_ key: String) throws -> Bool? {
    guard let text = values[key]?.last else { return nil }
    guard let value = GoValue.bool(text) else {
      throw DklabError(
        .invalid, id: "filter.value",
        Text("invalid filter '\(key)=\(text)'", ko: "잘못된 필터 '\(key)=\(text)'"),
        hint: Text("write \(key)=true or \(key)=false", ko: "\(key)=true나 \(key)=false로 쓰세요"))
    }
    return value
  }
}
