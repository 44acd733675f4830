/// An amount of a resource: `100m`, `1.5`, `64Mi`, `2e3`. Exact to a billionth, as Kubernetes keeps
/// them; finer fractions are rounded up.
package struct Quantity: Sendable {
  /// How an amount was written, and is written again.
  package enum Format: Sendable {
    case binary, decimal, exponent
  }

  /// The amount in billionths.
  package var nano: Int128
  package var format: Format

  package init(nano: Int128, format: Format = .decimal) {
    self.nano = nano
    self.format = format
  }

  /// A whole number of units.
  package init(_ units: Int, format: Format = .decimal) {
    nano = Int128(units) * 1_000_000_000
    self.format = format
  }

  /// A number of thousandths.
  package init(milli: Int) {
    nano = Int128(milli) * 1_000_000
    format = .decimal
  }

  private static let binaryUnits: [(String, Int128)] = [
    ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1 << 40), ("Pi", 1 << 50),
    ("Ei", 1 << 60),
  ]
  private static let decimalUnits: [(String, Int)] = [
    ("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15),
    ("E", 18),
  ]

  /// Reads a quantity; nil when `text` is none.
  package init?(_ text: String) {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest = rest.dropFirst() }
    let whole = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest.dropFirst(whole.count)
    var fraction: Substring = ""
    if rest.first == "." {
      fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(1 + fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty, whole.count + fraction.count <= 36,
      let digits = Int128(String(whole + fraction)), let unit = Self.unit(String(rest))
    else { return nil }
    // value = digits * unit / 10^fraction, in billionths, rounded away from zero.
    guard
      let value = Self.scaled(
        digits, unit: unit.multiplier, exponent: unit.exponent + 9 - fraction.count)
    else { return nil }
    nano = isNegative ? -value : value
    format = unit.format
  }

  private static func unit(_ suffix: String)
    -> (multiplier: Int128, exponent: Int, format: Format)?
  {
    if let (_, multiplier) = binaryUnits.first(where: { $0.0 == suffix }) {
      return (multiplier, 0, .binary)
    }
    if let (_, exponent) = decimalUnits.first(where: { $0.0 == suffix }) {
      return (1, exponent, .decimal)
    }
    guard let first = suffix.first, first == "e" || first == "E",
      let exponent = Int(suffix.dropFirst()), (-18...18).contains(exponent)
    else { return nil }
    return (1, exponent, .exponent)
  }

  private static func scaled(_ digits: Int128, unit: Int128, exponent: Int) -> Int128? {
    var (value, overflow) = digits.multipliedReportingOverflow(by: unit)
    var exponent = exponent
    while exponent > 0, !overflow {
      (value, overflow) = value.multipliedReportingOverflow(by: 10)
      exponent -= 1
    }
    var isInexact = false
    while exponent < 0, !overflow {
      isInexact = isInexact || value % 10 != 0
      value /= 10
      exponent += 1
    }
    return overflow ? nil : value + (isInexact ? 1 : 0)
  }

  /// Whole units, rounded up.
  package var units: Int {
    let (quotient, remainder) = nano.quotientAndRemainder(dividingBy: 1_000_000_000)
    return Int(clamping: quotient + (remainder > 0 ? 1 : 0))
  }

  /// Thousandths, rounded up.
  package var milli: Int {
    let (quotient, remainder) = nano.quotientAndRemainder(dividingBy: 1_000_000)
    return Int(clamping: quotient + (remainder > 0 ? 1 : 0))
  }
}

// What would be more than any amount stays at the largest: sums of what users write must not trap.
extension Quantity: Comparable {
  package static func == (left: Quantity, right: Quantity) -> Bool { left.nano == right.nano }
  package static func < (left: Quantity, right: Quantity) -> Bool { left.nano < right.nano }
  package static func + (left: Quantity, right: Quantity) -> Quantity {
    let (sum, overflow) = left.nano.addingReportingOverflow(right.nano)
    return Quantity(
      nano: overflow ? (right.nano < 0 ? .min : .max) : sum,
      format: left.nano == 0 ? right.format : left.format)
  }
  package static func - (left: Quantity, right: Quantity) -> Quantity {
    let (rest, overflow) = left.nano.subtractingReportingOverflow(right.nano)
    return Quantity(
      nano: overflow ? (right.nano < 0 ? .max : .min) : rest,
      format: left.nano == 0 ? right.format : left.format)
  }
}

extension Quantity: CustomStringConvertible {
  /// The canonical form: the largest unit that leaves a whole number.
  package var description: String {
    if nano == 0 { return "0" }
    let unit: Int128 = 1_000_000_000
    if format == .binary, nano % unit == 0, nano.magnitude >= 1024 * 1_000_000_000 {
      var value = nano / unit
      var suffix = ""
      for (name, _) in Self.binaryUnits where value % 1024 == 0 {
        value /= 1024
        suffix = name
      }
      return "\(value)\(suffix)"
    }
    var value = nano
    var exponent = -9
    while value % 1000 == 0, exponent < 18 {
      value /= 1000
      exponent += 3
    }
    if format == .exponent { return exponent == 0 ? "\(value)" : "\(value)e\(exponent)" }
    return "\(value)" + (Self.decimalUnits.first { $0.1 == exponent }?.0 ?? "")
  }
}
