/// What a flag of the command line takes.
enum FlagKind: Sendable {
  /// Nothing, or `=true`, `=false`.
  case bool
  case string
  /// Can be given several times; a comma separates values.
  case list
  /// Can be given several times; each is one value.
  case array
  case int
  /// As Go writes it: `1m30s`.
  case duration
}

/// One flag: its names, what it takes, what it is when nobody gives it.
struct Flag: Sendable {
  let name: String
  let short: Character?
  let kind: FlagKind
  let standard: String
  /// What the flag means when it stands alone, for those that may have a value.
  let alone: String?
  let help: String

  /// `--NAME`, with or without a value.
  static func bool(
    _ name: String, _ help: String, short: Character? = nil, standard: Bool = false
  ) -> Flag {
    Flag(
      name: name, short: short, kind: .bool, standard: "\(standard)", alone: "true", help: help)
  }

  static func string(
    _ name: String, _ help: String, short: Character? = nil, standard: String = "",
    alone: String? = nil
  ) -> Flag {
    Flag(name: name, short: short, kind: .string, standard: standard, alone: alone, help: help)
  }

  static func list(_ name: String, _ help: String, short: Character? = nil) -> Flag {
    Flag(name: name, short: short, kind: .list, standard: "", alone: nil, help: help)
  }

  static func array(_ name: String, _ help: String, short: Character? = nil) -> Flag {
    Flag(name: name, short: short, kind: .array, standard: "", alone: nil, help: help)
  }

  static func int(
    _ name: String, _ help: String, short: Character? = nil, standard: Int = 0
  ) -> Flag {
    Flag(name: name, short: short, kind: .int, standard: "\(standard)", alone: nil, help: help)
  }

  static func duration(_ name: String, _ help: String, standard: String = "0s") -> Flag {
    Flag(name: name, short: nil, kind: .duration, standard: standard, alone: nil, help: help)
  }

  /// Refuses a value that the flag cannot take, in the words of Go's pflag.
  func check(_ value: String) throws {
    switch kind {
    case .bool where FlagValues.truth(value) == nil:
      throw invalid(value, "strconv.ParseBool: parsing \"\(value)\": invalid syntax")
    case .int where Int(value) == nil:
      throw invalid(value, "strconv.ParseInt: parsing \"\(value)\": invalid syntax")
    case .duration where GoDuration.seconds(value) == nil:
      throw invalid(value, "time: invalid duration \"\(value)\"")
    default: break
    }
  }

  private func invalid(_ value: String, _ why: String) -> CommandLineFailure {
    let names = short.map { "-\($0), --\(name)" } ?? "--\(name)"
    return CommandLineFailure(
      "invalid argument \"\(value)\" for \"\(names)\" flag: \(why)")
  }
}

/// A command line that cannot be understood; the sentence where to read more is added by whoever
/// knows the command.
struct CommandLineFailure: Error {
  let message: String

  init(_ message: String) { self.message = message }
}

/// The flags of a command line, and its other words.
struct FlagValues: Sendable {
  private var values: [String: [String]] = [:]
  private let flags: [String: Flag]
  /// Names that a command has taken for a flag of its own.
  private let shadowed: Set<String>
  /// The words that are no flags.
  private(set) var words: [String] = []
  /// How many of `words` stood before `--`; nil when there is no `--`.
  private(set) var dash: Int?

  /// Reads `arguments`, which may be flags and words in any order.
  init(_ arguments: [String], flags all: [Flag]) throws {
    flags = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<String> = []
    shadowed = Set(all.map(\.name).filter { !seen.insert($0).inserted })
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        dash = words.count
        words += rest
        break
      }
      if argument.hasPrefix("--") {
        try readLong(argument, &rest)
      } else if argument.hasPrefix("-"), argument.count > 1 {
        try readShort(argument, &rest)
      } else {
        words.append(argument)
      }
    }
  }

  private mutating func readLong(_ argument: String, _ rest: inout ArraySlice<String>) throws {
    let body = argument.dropFirst(2)
    let name = String(body.prefix { $0 != "=" })
    guard let flag = flags[name] else {
      if name == "help" { throw HelpWanted() }
      throw CommandLineFailure("unknown flag: --\(name)")
    }
    if body.count > name.count {
      try add(String(body.dropFirst(name.count + 1)), to: flag)
    } else if let alone = flag.alone {
      try add(alone, to: flag)
    } else {
      guard let value = rest.popFirst() else {
        throw CommandLineFailure("flag needs an argument: --\(name)")
      }
      try add(value, to: flag)
    }
  }

  private mutating func readShort(_ argument: String, _ rest: inout ArraySlice<String>) throws {
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      guard let flag = flags.values.first(where: { $0.short == letter }) else {
        if letter == "h" { throw HelpWanted() }
        throw CommandLineFailure("unknown shorthand flag: '\(letter)' in \(argument)")
      }
      if letters.first == "=" {
        return try add(String(letters.dropFirst()), to: flag)
      }
      if let alone = flag.alone {
        try add(alone, to: flag)
        continue
      }
      if !letters.isEmpty { return try add(String(letters), to: flag) }
      guard let value = rest.popFirst() else {
        throw CommandLineFailure("flag needs an argument: '\(letter)' in \(argument)")
      }
      return try add(value, to: flag)
    }
  }

  private mutating func add(_ value: String, to flag: Flag) throws {
    try flag.check(value)
    switch flag.kind {
    case .list:
      let parts = value.split(separator: ",", omittingEmptySubsequences: true).map(String.init)
      values[flag.name, default: []] += parts
    case .array: values[flag.name, default: []].append(value)
    default: values[flag.name] = [value]
    }
  }

  /// Whether the flag was given.
  func isSet(_ name: String) -> Bool { values[name] != nil }

  /// Whether the flag that all commands have was given: `create rolebinding --user` is another one.
  func isSetGlobally(_ name: String) -> Bool { isSet(name) && !shadowed.contains(name) }

  /// The value of a flag, or what it is when nobody gives it.
  func string(_ name: String) -> String {
    precondition(flags[name] != nil, "no flag --\(name)")
    return values[name]?.last ?? flags[name]?.standard ?? ""
  }

  func list(_ name: String) -> [String] { values[name] ?? [] }

  func bool(_ name: String) -> Bool { Self.truth(string(name)) ?? false }

  func int(_ name: String) -> Int { Int(string(name)) ?? 0 }

  /// In seconds.
  func duration(_ name: String) -> Double { GoDuration.seconds(string(name)) ?? 0 }

  /// Whether there is such a flag at all.
  func knows(_ name: String) -> Bool { flags[name] != nil }

  /// Go's strconv.ParseBool.
  static func truth(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": true
    case "0", "f", "F", "false", "FALSE", "False": false
    default: nil
    }
  }
}

/// `--help` was given.
struct HelpWanted: Error {}

/// Durations as Go's time.ParseDuration reads them.
enum GoDuration {
  private static let units: [String: Double] = [
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600,
  ]

  /// Nil for what is no duration.
  static func seconds(_ text: String) -> Double? {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if let sign = rest.first, "+-".contains(sign) { rest = rest.dropFirst() }
    if rest == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    var sum = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let factor = units[String(unit)] else { return nil }
      sum += number * factor
    }
    return isNegative ? -sum : sum
  }

  /// `1m30s`, `30s`, `500ms`.
  static func text(_ seconds: Double) -> String {
    if seconds == 0 { return "0s" }
    if seconds < 1 { return "\(Int(seconds * 1000))ms" }
    let whole = Int(seconds)
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    var text = hours > 0 ? "\(hours)h" : ""
    if hours > 0 || minutes > 0 { text += "\(minutes)m" }
    return text + "\(rest)s"
  }
}
