import Documents
import Support

/// The formats that `format.NAME().validate(text)` knows.
enum ExpressionFormats {
  static let names = [
    "dns1123Label", "dns1123Subdomain", "dns1035Label", "dns1123LabelPrefix",
    "dns1123SubdomainPrefix", "dns1035LabelPrefix", "qualifiedName", "labelValue", "uri", "uuid",
    "byte", "date", "datetime",
  ]

  static func problems(_ name: String, _ text: String) -> [String] {
    // Names that are only begun may end with a dash.
    let begun = text.hasSuffix("-") && text.count > 1 ? text.dropLast() + "a" : text[...]
    let problem: String? =
      switch name {
      case "dns1123Label": Names.labelProblem(text)
      case "dns1123LabelPrefix": Names.labelProblem(String(begun))
      case "dns1123Subdomain": Names.subdomainProblem(text)
      case "dns1123SubdomainPrefix": Names.subdomainProblem(String(begun))
      case "dns1035Label": Names.serviceNameProblem(text)
      case "dns1035LabelPrefix": Names.serviceNameProblem(String(begun))
      case "qualifiedName": Names.qualifiedNameProblem(text)
      case "labelValue": Names.labelValueProblem(text)
      case "uri": ExpressionURL(text) == nil ? "invalid URI" : nil
      case "uuid": isUUID(text) ? nil : "does not match the UUID format"
      case "byte": Base64.decode(text) == nil ? "invalid base64" : nil
      case "date": isDate(text) ? nil : "invalid date"
      case "datetime": RFC3339.nanoseconds(text) == nil ? "invalid datetime" : nil
      default: nil
      }
    return problem.map { [$0] } ?? []
  }

  private static func isDate(_ text: String) -> Bool {
    text.count == 10 && RFC3339.nanoseconds(text + "T00:00:00Z") != nil
  }

  private static func isUUID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.count) == [8, 4, 4, 4, 12]
      && parts.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
  }
}

/// `text.format([…])`: what `printf` does, for values.
enum ExpressionTemplate {
  static func fill(_ text: String, _ values: [ExpressionValue]) throws(ExpressionError) -> String {
    var result = ""
    var rest = text[...]
    var left = values[...]
    while let sign = rest.popFirst() {
      guard sign == "%" else {
        result.append(sign)
        continue
      }
      if rest.first == "%" {
        result.append(rest.removeFirst())
        continue
      }
      var digits = 6
      if rest.first == "." {
        let number = rest.dropFirst().prefix(while: \.isNumber)
        digits = min(Int(number) ?? 6, 100)
        rest = rest.dropFirst(1 + number.count)
      }
      guard let verb = rest.popFirst() else {
        throw ExpressionError("unexpected end of format string")
      }
      guard let value = left.popFirst() else {
        throw ExpressionError("index \(values.count) out of range")
      }
      result += try written(value, verb, digits)
    }
    return result
  }

  private static func written(_ value: ExpressionValue, _ verb: Character, _ digits: Int)
    throws(ExpressionError) -> String
  {
    switch (verb, value) {
    case ("s", _): return shown(value)
    case ("d", .int), ("d", .uint): return value.text ?? ""
    case ("f", _), ("e", _):
      guard let number = value.number else { break }
      return verb == "f" ? fixed(number, digits) : exponential(number, digits)
    case ("b", .bool(let flag)): return flag ? "1" : "0"
    case ("b", .int(let number)): return String(number, radix: 2)
    case ("o", .int(let number)): return String(number, radix: 8)
    case ("x", .int(let number)), ("X", .int(let number)):
      return String(number, radix: 16, uppercase: verb == "X")
    case ("x", .string), ("X", .string), ("x", .bytes), ("X", .bytes):
      let bytes =
        if case .bytes(let bytes) = value { bytes } else { Array((value.text ?? "").utf8) }
      return bytes.map { byte in
        let digits = String(byte, radix: 16, uppercase: verb == "X")
        return digits.count < 2 ? "0" + digits : digits
      }.joined()
    default: break
    }
    throw ExpressionError(
      "error during formatting: no formatting clause \"%\(verb)\" for \(value.typeName)")
  }

  private static func shown(_ value: ExpressionValue) -> String {
    switch value {
    case .null: return "null"
    case .list(let elements): return "[" + elements.map(shown).joined(separator: ", ") + "]"
    case .map(let members):
      let pairs = members.map { "\(shown($0)): \(shown($1))" }.sorted()
      return "{" + pairs.joined(separator: ", ") + "}"
    case .type(let name): return name
    default: return value.text ?? value.typeName
    }
  }

  private static func fixed(_ number: Double, _ digits: Int) -> String {
    guard number.isFinite, number.magnitude < 1e15 else { return JSONValue.text(of: number) }
    var scale = 1.0
    for _ in 0..<min(digits, 15) { scale *= 10 }
    let scaled = (number.magnitude * scale).rounded(.toNearestOrEven)
    let whole = (scaled / scale).rounded(.down)
    let part = String(Int64(scaled - whole * scale))
    let sign = number < 0 ? "-" : ""
    if digits == 0 { return sign + String(Int64(whole)) }
    let count = min(digits, 15)
    let fraction = String(repeating: "0", count: max(0, count - part.count)) + part
    return sign + String(Int64(whole)) + "." + fraction
      + String(repeating: "0", count: digits - count)
  }

  private static func exponential(_ number: Double, _ digits: Int) -> String {
    guard number.isFinite, number != 0 else { return fixed(number, digits) + "e+00" }
    var (mantissa, exponent) = (number, 0)
    while mantissa.magnitude >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa.magnitude < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    let size = String(exponent.magnitude)
    return fixed(mantissa, digits) + "e" + (exponent < 0 ? "-" : "+")
      + (size.count < 2 ? "0" : "") + size
  }
}
