/// What a template parses to. Expressions carry their byte offset for error messages.
indirect enum TemplateNode: Sendable {
  case text(String)
  case output(TemplatePipeline)
  case branch(Branch)
  case range(Branch)
  case breakLoop, continueLoop

  /// `if` or `with` (which also moves the dot), and the shape of `range`.
  struct Branch: Sendable {
    var movesDot: Bool
    var pipeline: TemplatePipeline
    var body: [TemplateNode]
    var otherwise: [TemplateNode]
  }
}

/// Commands joined by `|`, with the variables they set.
struct TemplatePipeline: Sendable {
  var variables: [String] = []
  var assigns = false
  var commands: [TemplateCommand] = []

  var source: String {
    let declaration =
      variables.isEmpty
      ? "" : variables.joined(separator: ", ") + (assigns ? " = " : " := ")
    return declaration + commands.map(\.source).joined(separator: " | ")
  }
}

/// An operand and its arguments.
struct TemplateCommand: Sendable {
  var arguments: [TemplateOperand]
  var position: Int

  var source: String { arguments.map(\.source).joined(separator: " ") }
}

struct TemplateOperand: Sendable {
  indirect enum Kind: Sendable {
    case dot
    case null
    case constant(JSONValue)
    case field([String])
    case variable(String, [String])
    case function(String)
    case pipeline(TemplatePipeline, [String])
  }

  var kind: Kind
  var position: Int
  /// The operand as written, as Go's error messages show it.
  var source: String

  /// Whether this can stand first in a later stage of a pipeline.
  var isExecutable: Bool {
    switch kind {
    case .dot, .null, .constant: false
    default: true
    }
  }
}

/// Go's number constants: decimal, hexadecimal, octal, binary, with underscores, and floats.
enum TemplateNumber {
  static func parse(_ text: String) -> JSONValue? {
    let isNegative = text.hasPrefix("-")
    let digits = text.drop { $0 == "-" || $0 == "+" }.replacing("_", with: "").lowercased()
    guard let first = digits.first, first.isNumber || first == "." else { return nil }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
      return Int64((isNegative ? "-" : "") + digits.dropFirst(2), radix: radix)
        .map(JSONValue.integer)
    }
    if digits.allSatisfy(\.isNumber) {
      let radix = digits.count > 1 && first == "0" ? 8 : 10
      return Int64((isNegative ? "-" : "") + digits, radix: radix).map(JSONValue.integer)
    }
    let isDecimal = digits.allSatisfy { "0123456789.e+-".contains($0) }
    let padded = digits.hasPrefix(".") ? "0" + digits : String(digits)
    guard isDecimal, let value = Double(padded.hasSuffix(".") ? padded + "0" : padded) else {
      return nil
    }
    return .number(isNegative ? -value : value)
  }
}
