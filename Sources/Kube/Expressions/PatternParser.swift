/// Reads a regular expression of RE2.
struct PatternParser {
  typealias Choice = LinearPattern.Choice
  typealias Node = LinearPattern.Node

  static let word = Choice(ranges: [48...57, 65...90, 95...95, 97...122])
  private static let digit = Choice(ranges: [48...57])
  private static let space = Choice(ranges: [9...10, 12...13, 32...32])
  private static let named: [String: [ClosedRange<UInt32>]] = [
    "alnum": [48...57, 65...90, 97...122], "alpha": [65...90, 97...122], "ascii": [0...127],
    "blank": [9...9, 32...32], "cntrl": [0...31, 127...127], "digit": [48...57],
    "graph": [33...126], "lower": [97...122], "print": [32...126],
    "punct": [33...47, 58...64, 91...96, 123...126], "space": [9...13, 32...32],
    "upper": [65...90], "word": word.ranges, "xdigit": [48...57, 65...70, 97...102],
  ]

  private let text: [Unicode.Scalar]
  private var position = 0
  private var depth = 0
  private var (ignoresCase, dotTakesAll, isByLine, isReversed) = (false, false, false, false)

  init(_ text: String) {
    self.text = Array(text.unicodeScalars)
  }

  /// Nil when the text is no expression.
  mutating func whole() -> Node? {
    guard text.count <= 4096, let node = alternatives(), position == text.count else { return nil }
    return node
  }

  private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private mutating func take(_ word: String) -> Bool {
    let scalars = Array(word.unicodeScalars)
    guard text[position...].starts(with: scalars) else { return false }
    position += scalars.count
    return true
  }

  private mutating func alternatives() -> Node? {
    depth += 1
    defer { depth -= 1 }
    guard depth < 50 else { return nil }
    var parts: [Node] = []
    repeat {
      var nodes: [Node] = []
      while let letter = next, letter != "|", letter != ")" {
        guard let node = repeated() else { return nil }
        nodes.append(node)
      }
      parts.append(.sequence(nodes))
    } while take("|")
    return parts.count == 1 ? parts[0] : .either(parts)
  }

  private mutating func repeated() -> Node? {
    guard var node = atom() else { return nil }
    var count = 0
    while let (least, most) = quantifier() {
      count += 1
      guard count < 2, least <= 1000, most ?? 0 <= 1000, least <= most ?? least else { return nil }
      node = .repeated(node, least: least, most: most, isLazy: take("?") != isReversed)
    }
    return node
  }

  private mutating func quantifier() -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    guard next == "{" else { return nil }
    let start = position
    position += 1
    if let least = number() {
      if take("}") { return (least, least) }
      if take(",") {
        if take("}") { return (least, nil) }
        if let most = number(), take("}") { return (least, most) }
      }
    }
    // What is no quantifier is a brace.
    position = start
    return nil
  }

  private mutating func number() -> Int? {
    let digits = text[position...].prefix { ("0"..."9").contains($0) }
    guard !digits.isEmpty, digits.count < 6 else { return nil }
    position += digits.count
    return digits.reduce(0) { $0 * 10 + Int($1.value - 48) }
  }

  private mutating func atom() -> Node? {
    guard let letter = next else { return nil }
    switch letter {
    case "*", "+", "?": return nil
    case "(": return group()
    case "[": return bracket().map { .choice($0) }
    case "\\": return escaped()
    default: break
    }
    position += 1
    switch letter {
    case ".":
      return .choice(Choice(ranges: dotTakesAll ? [] : [10...10], isNegated: true))
    case "^": return .edge(isByLine ? .lineStart : .textStart)
    case "$": return .edge(isByLine ? .lineEnd : .textEnd)
    default: return literal(letter)
    }
  }

  private func literal(_ letter: Unicode.Scalar) -> Node {
    .choice(Choice(ranges: [letter.value...letter.value], ignoresCase: ignoresCase))
  }

  private mutating func group() -> Node? {
    position += 1
    let flags = (ignoresCase, dotTakesAll, isByLine, isReversed)
    if take("?") {
      if take("P<") || take("<") {
        let name = text[position...].prefix { Self.word.takes($0) }
        position += name.count
        guard !name.isEmpty, take(">") else { return nil }
      } else {
        guard takeFlags() else { return nil }
        // Flags alone hold to the end of what they stand in.
        if take(")") { return .nothing }
        guard take(":") else { return nil }
      }
    }
    defer { (ignoresCase, dotTakesAll, isByLine, isReversed) = flags }
    guard let inner = alternatives(), take(")") else { return nil }
    return inner
  }

  private mutating func takeFlags() -> Bool {
    var value = true
    while let letter = next, letter != ")", letter != ":" {
      position += 1
      switch letter {
      case "i": ignoresCase = value
      case "s": dotTakesAll = value
      case "m": isByLine = value
      case "U": isReversed = value
      case "-" where value: value = false
      default: return false
      }
    }
    return true
  }

  private mutating func escaped() -> Node? {
    if take("\\A") { return .edge(.textStart) }
    if take("\\z") { return .edge(.textEnd) }
    if take("\\b") { return .edge(.word) }
    if take("\\B") { return .edge(.noWord) }
    if take("\\Q") {
      var nodes: [Node] = []
      while let letter = next, !take("\\E") {
        position += 1
        nodes.append(literal(letter))
      }
      return .sequence(nodes)
    }
    if let choice = escapedClass() { return .choice(choice) }
    return escapedLetter().map { literal($0) }
  }

  /// `\d` and the like; nil, with nothing taken, when here is none.
  private mutating func escapedClass() -> Choice? {
    let classes: [(String, Choice)] = [
      ("\\d", Self.digit), ("\\w", Self.word), ("\\s", Self.space),
    ]
    for (word, choice) in classes {
      if take(word) { return choice }
      if take(word.uppercased()) { return Choice(ranges: choice.ranges, isNegated: true) }
    }
    let start = position
    let isNegated = take("\\P")
    guard isNegated || take("\\p") else { return nil }
    var name = ""
    if take("{") {
      while let letter = next, letter != "}" {
        name.unicodeScalars.append(letter)
        position += 1
      }
      position += 1
    } else if let letter = next {
      name.unicodeScalars.append(letter)
      position += 1
    }
    let letters: [Unicode.GeneralCategory] = [
      .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
    ]
    let known: [String: [Unicode.GeneralCategory]] = [
      "L": letters, "Lu": [.uppercaseLetter], "Ll": [.lowercaseLetter], "Lo": [.otherLetter],
      "N": [.decimalNumber, .letterNumber, .otherNumber], "Nd": [.decimalNumber],
    ]
    guard position <= text.count, let classes = known[name] else {
      position = start
      return nil
    }
    return Choice(classes: classes, isNegated: isNegated)
  }

  private mutating func escapedLetter() -> Unicode.Scalar? {
    position += 1
    guard let letter = next else { return nil }
    position += 1
    let plain: [Unicode.Scalar: Unicode.Scalar] = [
      "n": "\n", "t": "\t", "r": "\r", "f": "\u{c}", "v": "\u{b}", "a": "\u{7}",
    ]
    if let found = plain[letter] { return found }
    if letter == "x" {
      let isLong = take("{")
      let digits = text[position...].prefix { $0.properties.isASCIIHexDigit }
        .prefix(isLong ? 8 : 2)
      position += digits.count
      guard isLong ? take("}") : digits.count == 2,
        let code = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
      else { return nil }
      return Unicode.Scalar(code)
    }
    // Other letters and digits would mean something elsewhere.
    return letter.isASCII && !Self.word.takes(letter) || letter == "_" ? letter : nil
  }

  private mutating func bracket() -> Choice? {
    position += 1
    var result = Choice(ignoresCase: ignoresCase)
    result.isNegated = take("^")
    var isFirst = true
    while let letter = next, letter != "]" || isFirst {
      isFirst = false
      if take("[:") {
        let isNegated = take("^")
        let name = text[position...].prefix { Self.word.takes($0) }
        position += name.count
        guard take(":]"), let ranges = Self.named[String(String.UnicodeScalarView(name))]
        else { return nil }
        result.ranges += isNegated ? Self.others(ranges) : ranges
        continue
      }
      if letter == "\\", let choice = escapedClass() {
        guard choice.classes.isEmpty || !choice.isNegated else { return nil }
        result.classes += choice.classes
        result.ranges += choice.isNegated ? Self.others(choice.ranges) : choice.ranges
        continue
      }
      guard let low = bracketLetter() else { return nil }
      var high = low
      if next == "-", position + 1 < text.count, text[position + 1] != "]" {
        position += 1
        guard let last = bracketLetter(), last >= low else { return nil }
        high = last
      }
      result.ranges.append(low.value...high.value)
    }
    return take("]") ? result : nil
  }

  private mutating func bracketLetter() -> Unicode.Scalar? {
    guard let letter = next else { return nil }
    if letter == "\\" { return escapedLetter() }
    position += 1
    return letter
  }

  /// All that is not in `ranges`, which are in order.
  private static func others(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    var start: UInt32 = 0
    for range in ranges {
      if range.lowerBound > start { result.append(start...(range.lowerBound - 1)) }
      start = range.upperBound + 1
    }
    result.append(start...0x10ffff)
    return result
  }
}
