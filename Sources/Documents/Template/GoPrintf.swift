import Support

/// Go's fmt.Sprintf for the values a template can hold.
enum GoPrintf {
  static func format(_ format: String, _ arguments: [TemplateValue]) -> String {
    var rest = Array(format)[...]
    var unused = arguments[...]
    var result = ""
    while let character = rest.popFirst() {
      guard character == "%" else {
        result.append(character)
        continue
      }
      var directive = Directive()
      directive.read(&rest)
      guard let verb = rest.popFirst() else {
        result += "%!(NOVERB)"
        break
      }
      if verb == "%" {
        result += "%"
      } else if let argument = unused.popFirst() {
        result += directive.format(verb, argument)
      } else {
        result += "%!\(verb)(MISSING)"
      }
    }
    if !unused.isEmpty {
      let extra = unused.map { "\(TemplateValue.typeName($0.json))=\($0.text)" }
      result += "%!(EXTRA \(extra.joined(separator: ", ")))"
    }
    return result
  }

  /// Flags, width and precision of one conversion.
  private struct Directive {
    var minus = false
    var plus = false
    var space = false
    var zero = false
    var alternate = false
    var width = 0
    var precision: Int?

    mutating func read(_ rest: inout ArraySlice<Character>) {
      while let flag = rest.first, "-+ 0#".contains(flag) {
        rest.removeFirst()
        switch flag {
        case "-": minus = true
        case "+": plus = true
        case " ": space = true
        case "0": zero = true
        default: alternate = true
        }
      }
      width = number(&rest) ?? 0
      if rest.first == "." {
        rest.removeFirst()
        precision = number(&rest) ?? 0
      }
    }

    private func number(_ rest: inout ArraySlice<Character>) -> Int? {
      var digits = ""
      while let digit = rest.first, digit.isASCII, digit.isNumber, digits.count < 4 {
        digits.append(digit)
        rest.removeFirst()
      }
      return Int(digits)
    }

    func format(_ verb: Character, _ argument: TemplateValue) -> String {
      switch (verb, argument.json) {
      case ("v", .string(let text)?), ("s", .string(let text)?): return pad(cut(text))
      case ("v", .number(let number)?): return pad(sign(number < 0, TemplateValue.text(of: number)))
      case ("v", .integer(let number)?), ("d", .integer(let number)?):
        return pad(sign(number < 0, String(number)), isNumber: true)
      case ("v", _): return pad(alternate ? argument.json?.text() ?? "<nil>" : argument.text)
      case ("s", .array(let elements)?) where elements.allSatisfy({ $0.string != nil }):
        return pad(argument.text)
      case ("q", .string(let text)?): return pad(goQuoted(cut(text)))
      case ("q", .array(let elements)?) where elements.allSatisfy({ $0.string != nil }):
        return pad("[" + elements.map { goQuoted($0.string ?? "") }.joined(separator: " ") + "]")
      case ("t", .bool(let value)?): return pad("\(value)")
      case ("c", .integer(let code)?):
        return pad(String(Character(Unicode.Scalar(UInt32(clamping: code)) ?? "\u{FFFD}")))
      case ("b", .integer(let number)?): return radix(number, 2, "0b")
      case ("o", .integer(let number)?): return radix(number, 8, "0")
      case ("x", .integer(let number)?): return radix(number, 16, "0x")
      case ("X", .integer(let number)?): return radix(number, 16, "0X").uppercased()
      case ("x", .string(let text)?): return pad(hexadecimal(text))
      case ("X", .string(let text)?): return pad(hexadecimal(text).uppercased())
      case ("f", .number(let number)?), ("e", .number(let number)?), ("g", .number(let number)?):
        let text =
          verb == "g" && precision == nil
          ? TemplateValue.text(of: number) : number.formatted(verb, precision: precision ?? 6)
        return pad(sign(number < 0, text), isNumber: true)
      case (_, nil), (_, .null?): return "%!\(verb)(<nil>)"
      default:
        return "%!\(verb)(\(TemplateValue.typeName(argument.json))=\(argument.text))"
      }
    }

    private func cut(_ text: String) -> String {
      precision.map { String(String.UnicodeScalarView(text.unicodeScalars.prefix($0))) } ?? text
    }

    private func sign(_ isNegative: Bool, _ text: String) -> String {
      isNegative ? text : (plus ? "+" : space ? " " : "") + text
    }

    private func radix(_ number: Int64, _ radix: Int, _ prefix: String) -> String {
      let digits = String(number.magnitude, radix: radix)
      let text = (number < 0 ? "-" : "") + (alternate ? prefix : "") + digits
      return pad(sign(number < 0, text), isNumber: true)
    }

    private func hexadecimal(_ text: String) -> String {
      text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func pad(_ text: String, isNumber: Bool = false) -> String {
      let missing = max(0, width - text.unicodeScalars.count)
      if minus { return text + String(repeating: " ", count: missing) }
      guard zero else { return String(repeating: " ", count: missing) + text }
      let zeros = String(repeating: "0", count: missing)
      if isNumber, let first = text.first, "+- ".contains(first) {
        return String(first) + zeros + text.dropFirst()
      }
      return zeros + text
    }
  }
}
