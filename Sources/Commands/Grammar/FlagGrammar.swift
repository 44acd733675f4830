/// One flag of a docker verb, as its command line spells it.
struct FlagGrammar: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// Off unless given; `--rm=false` is the same as nothing.
    case off
    /// On unless `--sig-proxy=false`.
    case on
    /// Takes a value.
    case value
  }

  var long: String
  var short: Character?
  var kind: Kind

  /// Reads `d detach` (a switch), `e env=` (takes a value), `sig-proxy+` (a switch that is on).
  init(_ spelling: String) {
    let words = spelling.split(separator: " ")
    let name = words.last ?? ""
    short = words.count > 1 ? words[0].first : nil
    switch name.last {
    case "=": kind = .value
    case "+": kind = .on
    default: kind = .off
    }
    long = String(kind == .off ? name : name.dropLast())
  }

  /// As error messages name it: `-m, --memory`.
  var display: String { (short.map { "-\($0), " } ?? "") + "--\(long)" }
}

/// The command line of one docker verb.
struct VerbGrammar: Sendable {
  /// `run`, or `image prune`.
  var name: String
  /// What follows the name in a usage line: `[OPTIONS] IMAGE [COMMAND] [ARG...]`.
  var usage: String
  var minimum: Int
  var maximum: Int
  /// Whether everything after the first argument belongs to the container's command.
  var stopsAtArgument: Bool
  private let spellings: [String]

  init(
    _ name: String, _ usage: String, _ count: ClosedRange<Int>, stopsAtArgument: Bool = false,
    _ flags: [String]
  ) {
    self.name = name
    self.usage = usage
    minimum = count.lowerBound
    maximum = count.upperBound
    self.stopsAtArgument = stopsAtArgument
    spellings = flags
  }

  /// Its flags, read anew each time: most verbs are never asked.
  var flags: [FlagGrammar] { spellings.map(FlagGrammar.init) }
}
