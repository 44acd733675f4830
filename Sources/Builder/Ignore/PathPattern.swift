// Patterns of .dockerignore and of COPY's sources: `*` and `?` within a name, `**` across
// directories, `[a-z]`, and a backslash before what is meant as it is.
//
// All ways a pattern may match are followed at once, so none takes more than length times length.

import Support

/// One pattern.
package struct PathPattern: Sendable, Hashable {
  enum Element: Sendable, Hashable {
    case literal(Unicode.Scalar)
    /// Any one but a slash.
    case one
    /// Any number but slashes.
    case any
    /// `**` at the end: anything.
    case anything
    /// `**` before more: nothing, or anything that ends with a slash.
    case directories
    case set([ClosedRange<UInt32>], negated: Bool)
  }

  package let text: String
  let elements: [Element]
  /// Whether it stands for more than one name.
  package let hasWildcards: Bool

  /// nil for a pattern that is not well formed (`[`, a backslash at the end).
  package init?(_ text: String) {
    self.text = text
    var elements: [Element] = []
    var scanner = WordScanner(text)
    while let scalar = scanner.take() {
      switch scalar {
      case "*":
        guard scanner.next == "*" else {
          elements.append(.any)
          continue
        }
        scanner.take { $0 == "*" }
        if scanner.next == "/" { _ = scanner.take() }
        elements.append(scanner.isAtEnd ? .anything : .directories)
      case "?": elements.append(.one)
      case "[":
        guard let set = PathPattern.readSet(&scanner) else { return nil }
        elements.append(set)
      case "\\":
        guard let escaped = scanner.take() else { return nil }
        elements.append(.literal(escaped))
      default: elements.append(.literal(scalar))
      }
    }
    self.elements = elements
    hasWildcards = elements.contains { if case .literal = $0 { false } else { true } }
  }

  /// `[a-z0-9]`, `[^a]`; the opening bracket has been read.
  private static func readSet(_ scanner: inout WordScanner) -> Element? {
    var ranges: [ClosedRange<UInt32>] = []
    let isNegated = scanner.next == "^"
    if isNegated { _ = scanner.take() }
    func item() -> Unicode.Scalar? {
      guard let scalar = scanner.take() else { return nil }
      return scalar == "\\" ? scanner.take() : scalar
    }
    while scanner.next != "]" || ranges.isEmpty {
      if ranges.isEmpty, scanner.next == "]" || scanner.next == "-" { return nil }
      guard let low = item() else { return nil }
      var high = low
      if scanner.next == "-", scanner.second != "]" {
        _ = scanner.take()
        guard let end = item() else { return nil }
        high = end
      }
      guard low.value <= high.value else { return nil }
      ranges.append(low.value...high.value)
    }
    _ = scanner.take()
    return .set(ranges, negated: isNegated)
  }

  /// Whether it stands for the whole of `path`.
  package func matches(_ path: String) -> Bool {
    var states = [Bool](repeating: false, count: elements.count + 1)
    reach(0, &states)
    for scalar in path.unicodeScalars {
      var next = [Bool](repeating: false, count: elements.count + 1)
      var isAlive = false
      for index in elements.indices where states[index] {
        isAlive = step(index, scalar, &next) || isAlive
      }
      guard isAlive else { return false }
      states = next
    }
    return states[elements.count]
  }

  /// Enters the element at `index`, and those behind it when it may stand for nothing.
  private func reach(_ index: Int, _ states: inout [Bool]) {
    var index = index
    states[index] = true
    while index < elements.count {
      switch elements[index] {
      case .any, .anything, .directories: index += 1
      default: return
      }
      states[index] = true
    }
  }

  private func step(_ index: Int, _ scalar: Unicode.Scalar, _ next: inout [Bool]) -> Bool {
    switch elements[index] {
    case .literal(let wanted):
      guard scalar == wanted else { return false }
      reach(index + 1, &next)
    case .one:
      guard scalar != "/" else { return false }
      reach(index + 1, &next)
    case .any:
      guard scalar != "/" else { return false }
      reach(index, &next)
    case .anything: reach(index, &next)
    case .directories:
      // Not through `reach`: only a slash ends it.
      next[index] = true
      if scalar == "/" { reach(index + 1, &next) }
    case .set(let ranges, let negated):
      guard scalar != "/", ranges.contains(where: { $0.contains(scalar.value) }) != negated else {
        return false
      }
      reach(index + 1, &next)
    }
    return true
  }
}

/// Paths as text, as Go's path.Clean sees them.
package enum PathText {
  /// Without `.`, double slashes, and `..` where a name stands before it; `.` for nothing.
  package static func clean(_ path: String) -> String {
    let isAbsolute = path.utf8.first == 0x2F
    var parts: [Substring] = []
    for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
      if part != ".." {
        parts.append(part)
      } else if let last = parts.last, last != ".." {
        parts.removeLast()
      } else if !isAbsolute {
        parts.append(part)
      }
    }
    let joined = parts.text(separatedBy: "/")
    if isAbsolute { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }

  /// `path` seen from `base`, cleaned.
  package static func join(_ base: String, _ path: String) -> String {
    clean(path.hasPrefix("/") ? path : base + "/" + path)
  }
}
