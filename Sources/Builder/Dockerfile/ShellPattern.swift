import Support

/// A shell's pattern in `${NAME#pattern}`: `*`, `?`, and a backslash before what is meant as it is.
struct ShellPattern {
  enum Element: Equatable {
    case any, one
    case literal(Unicode.Scalar)
  }

  private let elements: [Element]
  /// What a match may cost, in steps.
  private static let workLimit = 2_000_000

  init(_ text: String) throws {
    var elements: [Element] = []
    var scanner = WordScanner(text)
    while let scalar = scanner.take() {
      switch scalar {
      case "*": if elements.last != .any { elements.append(.any) }
      case "?": elements.append(.one)
      case "\\":
        guard let escaped = scanner.take(), "*?\\}/".unicodeScalars.contains(escaped) else {
          throw DockerfileError(
            Text(
              "invalid pattern (\(text)) in substitution: invalid escape",
              ko: "치환의 패턴이 잘못되었습니다(\(text)): 쓸 수 없는 이스케이프입니다"))
        }
        elements.append(.literal(escaped))
      default: elements.append(.literal(scalar))
      }
    }
    self.elements = elements
  }

  func removingPrefix(of value: String, longest: Bool) throws -> String {
    let text = Array(value.unicodeScalars)
    var work = 0
    guard let end = try end(of: text, from: 0, elements, longest, &work) else { return value }
    return string(text[end...])
  }

  func removingSuffix(of value: String, longest: Bool) throws -> String {
    let text = Array(value.unicodeScalars.reversed())
    var work = 0
    let pattern = Array(elements.reversed())
    guard let end = try end(of: text, from: 0, pattern, longest, &work) else { return value }
    return string(text[end...].reversed())
  }

  /// Replaces the first match from the left, or all of them; a match is as long as it can be.
  func replacing(in value: String, with other: String, all: Bool, limit: Int) throws -> String {
    let text = Array(value.unicodeScalars)
    var result = ""
    var position = 0
    var work = 0
    while position <= text.count {
      guard result.utf8.count <= limit else { return result }
      let match = try end(of: text, from: position, elements, true, &work)
      if let match, match > position || (elements.isEmpty == false) {
        result += other
        if !all { return result + string(text[match...]) }
        if match > position {
          position = match
          if position == text.count { return result }
          continue
        }
      }
      if position < text.count { result.append(text[position]) }
      position += 1
    }
    return result
  }

  private func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// Where a match that begins at `start` ends: the nearest such place or the farthest; nil when
  /// there is none. All ways are followed at once, so no pattern is slow.
  private func end(
    of text: [Unicode.Scalar], from start: Int, _ pattern: [Element], _ longest: Bool,
    _ work: inout Int
  ) throws -> Int? {
    var states = [Bool](repeating: false, count: pattern.count + 1)
    func reach(_ index: Int, _ states: inout [Bool]) {
      var index = index
      states[index] = true
      while index < pattern.count, pattern[index] == .any {
        index += 1
        states[index] = true
      }
    }
    reach(0, &states)
    var found = states[pattern.count] ? start : nil
    var position = start
    while position < text.count, states.contains(true), longest || found == nil {
      work += pattern.count + 1
      guard work <= ShellPattern.workLimit else {
        throw DockerfileError(
          Text("pattern in substitution takes too long", ko: "치환의 패턴을 맞추는 데 너무 오래 걸립니다"))
      }
      var next = [Bool](repeating: false, count: pattern.count + 1)
      for index in pattern.indices where states[index] {
        switch pattern[index] {
        case .any: reach(index, &next)
        case .one: reach(index + 1, &next)
        case .literal(let scalar): if scalar == text[position] { reach(index + 1, &next) }
        }
      }
      states = next
      position += 1
      if states[pattern.count] { found = position }
    }
    return found
  }
}
