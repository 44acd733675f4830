// Regular expressions in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax), which the
// rules of a cluster are written in. They come from users and judge what other users send, so a match
// must not take longer than the text is long: all ways through the pattern go forward together, one
// character at a time (Thompson's construction), where backtracking would try one after the other.
//
// Simplification: of Unicode's classes only letters and numbers have names (`\pL`, `\p{Nd}`).
//
// Next: PatternParser.swift

/// A pattern that can be looked for in time that grows with the text.
struct LinearPattern: Sendable {
  /// Characters that one place takes.
  struct Choice: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var classes: [Unicode.GeneralCategory] = []
    var isNegated = false
    var ignoresCase = false

    func takes(_ scalar: Unicode.Scalar) -> Bool {
      var isIn = holds(scalar)
      if !isIn, ignoresCase {
        let properties = scalar.properties
        for other in [properties.lowercaseMapping, properties.uppercaseMapping] where !isIn {
          if let one = other.unicodeScalars.first, other.unicodeScalars.count == 1 {
            isIn = holds(one)
          }
        }
      }
      return isIn != isNegated
    }

    private func holds(_ scalar: Unicode.Scalar) -> Bool {
      ranges.contains { $0.contains(scalar.value) }
        || !classes.isEmpty && classes.contains(scalar.properties.generalCategory)
    }
  }

  /// What must hold between two characters.
  enum Edge: Sendable {
    case textStart, textEnd, lineStart, lineEnd, word, noWord
  }

  indirect enum Node {
    case nothing
    case choice(Choice)
    case edge(Edge)
    case sequence([Node])
    case either([Node])
    case repeated(Node, least: Int, most: Int?, isLazy: Bool)
  }

  private enum Step: Sendable {
    case take(Choice)
    case edge(Edge)
    /// Both ways; the first goes before.
    case split(Int, Int)
    case jump(Int)
    case end
  }

  private var steps: [Step] = []
  private static let sizeLimit = 10_000

  /// Nil for what is no pattern, or too large a one.
  init?(_ text: String) {
    var parser = PatternParser(text)
    guard let node = parser.whole(), add(node) else { return nil }
    steps.append(.end)
  }

  /// What a character of a text costs at most.
  var size: Int { steps.count }

  /// Appends the steps of a node; false when they are too many.
  private mutating func add(_ node: Node) -> Bool {
    guard steps.count < Self.sizeLimit else { return false }
    switch node {
    case .nothing: return true
    case .choice(let choice): steps.append(.take(choice))
    case .edge(let edge): steps.append(.edge(edge))
    case .sequence(let nodes): return nodes.allSatisfy { add($0) }
    case .either(let nodes):
      var jumps: [Int] = []
      for (index, node) in nodes.enumerated() {
        let split = steps.count
        let isLast = index == nodes.count - 1
        if !isLast { steps.append(.split(split + 1, 0)) }
        guard add(node) else { return false }
        if isLast { break }
        jumps.append(steps.count)
        steps.append(.jump(0))
        steps[split] = .split(split + 1, steps.count)
      }
      for jump in jumps { steps[jump] = .jump(steps.count) }
    case .repeated(let inner, let least, let most, let isLazy):
      for _ in 0..<least where !add(inner) { return false }
      guard let most else { return addLoop(inner, isLazy) }
      var splits: [Int] = []
      for _ in least..<max(least, most) {
        splits.append(steps.count)
        steps.append(.split(0, 0))
        guard add(inner) else { return false }
      }
      for split in splits {
        steps[split] = isLazy ? .split(steps.count, split + 1) : .split(split + 1, steps.count)
      }
    }
    return true
  }

  private mutating func addLoop(_ inner: Node, _ isLazy: Bool) -> Bool {
    let split = steps.count
    steps.append(.split(0, 0))
    guard add(inner) else { return false }
    steps.append(.jump(split))
    steps[split] = isLazy ? .split(steps.count, split + 1) : .split(split + 1, steps.count)
    return true
  }

  /// Whether it stands anywhere in a text.
  func isIn(_ text: String) -> Bool {
    first(in: Array(text.unicodeScalars), from: 0) != nil
  }

  /// The texts of all places where it stands, none within another.
  func all(in text: String, most: Int = .max) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var result: [String] = []
    var start = 0
    while start <= scalars.count, result.count < most,
      let found = first(in: scalars, from: start)
    {
      result.append(String(String.UnicodeScalarView(scalars[found])))
      start = found.isEmpty ? found.upperBound + 1 : found.upperBound
    }
    return result
  }

  /// The leftmost place from `start` on; of several that begin there the one that the pattern prefers.
  private func first(in text: [Unicode.Scalar], from start: Int) -> Range<Int>? {
    var found: Range<Int>?
    var threads: [(step: Int, start: Int)] = []
    var position = start
    while true {
      var seen = [Bool](repeating: false, count: steps.count)
      var next: [(step: Int, start: Int)] = []
      for thread in threads { follow(thread, text, position, &seen, &next) }
      if found == nil { follow((0, position), text, position, &seen, &next) }
      threads = []
      for thread in next {
        switch steps[thread.step] {
        case .take(let choice):
          if position < text.count, choice.takes(text[position]) {
            threads.append((thread.step + 1, thread.start))
          }
        case .end:
          found = thread.start..<position
        default: break
        }
        // Who comes after one that has ended would be a worse place.
        if case .end = steps[thread.step] { break }
      }
      if position >= text.count || found != nil && threads.isEmpty { return found }
      position += 1
    }
  }

  /// Goes on from a step without taking anything, to all steps that take something.
  private func follow(
    _ thread: (step: Int, start: Int), _ text: [Unicode.Scalar], _ position: Int,
    _ seen: inout [Bool], _ reached: inout [(step: Int, start: Int)]
  ) {
    var waiting = [thread.step]
    while let step = waiting.popLast() {
      guard !seen[step] else { continue }
      seen[step] = true
      switch steps[step] {
      case .jump(let target): waiting.append(target)
      case .split(let one, let two):
        waiting.append(two)
        waiting.append(one)
      case .edge(let edge):
        if Self.holds(edge, text, position) { waiting.append(step + 1) }
      case .take, .end: reached.append((step, thread.start))
      }
    }
  }

  private static func holds(_ edge: Edge, _ text: [Unicode.Scalar], _ position: Int) -> Bool {
    func isWord(_ place: Int) -> Bool {
      text.indices.contains(place) && PatternParser.word.takes(text[place])
    }
    switch edge {
    case .textStart: return position == 0
    case .textEnd: return position == text.count
    case .lineStart: return position == 0 || text[position - 1] == "\n"
    case .lineEnd: return position == text.count || text[position] == "\n"
    case .word: return isWord(position - 1) != isWord(position)
    case .noWord: return isWord(position - 1) == isWord(position)
    }
  }
}
