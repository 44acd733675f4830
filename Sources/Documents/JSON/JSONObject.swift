/// The members of a JSON object, in the order they were written.
///
/// Two objects are equal when they have the same members, in whatever order. Look-ups scan while
/// the object is small and use an index once it is not.
package struct JSONObject: Sendable {
  private var entries: [(key: String, value: JSONValue)] = []
  private var index: [String: Int] = [:]
  private static let scanLimit = 8

  package init() {}

  /// Members in this order; a repeated key keeps its first place and its last value.
  package init(_ members: some Sequence<(String, JSONValue)>) {
    for (key, value) in members { self[key] = value }
  }

  /// The keys in order.
  package var keys: [String] { entries.map(\.key) }

  /// The values in order of their keys.
  package var values: [JSONValue] { entries.map(\.value) }

  /// Reads a member; writes one in place or at the end; writing nil removes it.
  package subscript(key: String) -> JSONValue? {
    get { position(of: key).map { entries[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let found?, let value?):
        entries[found].value = value
      case (nil, let value?):
        entries.append((key, value))
        extendIndex()
      case (let found?, nil):
        entries.remove(at: found)
        index = [:]
        extendIndex()
      case (nil, nil):
        break
      }
    }
  }

  private func position(of key: String) -> Int? {
    entries.count > Self.scanLimit ? index[key] : entries.firstIndex { $0.key == key }
  }

  private mutating func extendIndex() {
    guard entries.count > Self.scanLimit else { return }
    if index.count == entries.count - 1, let last = entries.last {
      index[last.key] = entries.count - 1
    } else {
      index = [:]
      for (place, entry) in entries.enumerated() { index[entry.key] = place }
    }
  }
}

extension JSONObject: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { entries.count }
  package subscript(position: Int) -> (key: String, value: JSONValue) { entries[position] }
}

extension JSONObject: Hashable {
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.entries.allSatisfy { right[$0.key] == $0.value }
  }

  package func hash(into hasher: inout Hasher) {
    // Order must not matter, so the members' own hashes are combined by a sum.
    var sum = 0
    for entry in entries {
      var member = Hasher()
      member.combine(entry.key)
      member.combine(entry.value)
      sum = sum &+ member.finalize()
    }
    hasher.combine(sum)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
