/// One value in SQLite's five storage classes (sqlite.org/datatype3.html).
package enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  /// Text, or NULL for nil.
  package init(_ text: String?) {
    self = text.map(SQLValue.text) ?? .null
  }

  /// An integer, or NULL for nil.
  package init(_ integer: (some BinaryInteger)?) {
    self = integer.map { .integer(Int64($0)) } ?? .null
  }

  /// 1 or 0: SQLite has no truth values of its own.
  package init(_ flag: Bool) {
    self = .integer(flag ? 1 : 0)
  }

  /// The integer, nil for every other class.
  package var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The integer as `Int`, nil for every other class.
  package var int: Int? {
    integer.map(Int.init)
  }

  /// Whether this is an integer other than zero.
  package var bool: Bool {
    integer.map { $0 != 0 } ?? false
  }

  /// A real or an integer as `Double`.
  package var real: Double? {
    switch self {
    case .real(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  /// The text, nil for every other class.
  package var text: String? {
    if case .text(let value) = self { value } else { nil }
  }

  /// The bytes, nil for every other class.
  package var blob: [UInt8]? {
    if case .blob(let value) = self { value } else { nil }
  }

  /// Whether this is NULL.
  package var isNull: Bool {
    self == .null
  }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByStringInterpolation, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByNilLiteral
{
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(floatLiteral value: Double) { self = .real(value) }
  package init(booleanLiteral value: Bool) { self = SQLValue(value) }
  package init(nilLiteral: ()) { self = .null }
}

/// One row of a result: values by column name or position.
package struct Row: Sendable, Hashable {
  /// The column names as the statement gives them.
  package let names: [String]
  /// The values, in the order of `names`.
  package let values: [SQLValue]

  /// The value of the column `name`; naming a column that the statement lacks is a bug of ours.
  package subscript(_ name: String) -> SQLValue {
    guard let index = names.firstIndex(of: name) else {
      preconditionFailure("no column \(name) among \(names)")
    }
    return values[index]
  }

  /// The value of column `index`, counted from zero.
  package subscript(_ index: Int) -> SQLValue {
    values[index]
  }
}
