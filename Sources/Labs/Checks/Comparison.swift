import Documents
import Support

/// What a check compares a found value with: `is: 0`, `contains: web`, `at-least: 3`.
struct Comparison: Sendable, Hashable {
  enum Relation: String, Sendable, CaseIterable {
    case `is`, not, contains, lacks, matches, over, under
    case atLeast = "at-least"
    case atMost = "at-most"

    var isNumeric: Bool { [.over, .under, .atLeast, .atMost].contains(self) }
  }

  var relation: Relation
  var value: JSONValue

  init(_ relation: Relation, _ value: JSONValue) {
    self.relation = relation
    self.value = value
  }

  /// Reads the one comparison among `fields`; more than one is reported.
  init?(_ fields: inout Fields) {
    var found: [Comparison] = []
    fields.shape.noteComparison()
    for relation in Relation.allCases {
      guard let value = fields.value(relation.rawValue) else { continue }
      if relation.isNumeric, Self.number(value) == nil {
        fields.report(
          "lab.wrong-kind",
          Text("`\(relation.rawValue)` takes a number", ko: "`\(relation.rawValue)`에는 수가 옵니다"),
          at: fields.location(of: relation.rawValue))
      }
      if relation == .matches {
        do { try Pattern.validate(value.plain) } catch {
          fields.report(
            error.id, error.message, hint: error.hint, at: fields.location(of: "matches"))
        }
      }
      found.append(Comparison(relation, value))
    }
    if found.count > 1 {
      fields.report(
        "lab.two-comparisons",
        Text("\(fields.subject) compares twice", ko: "\(fields.subject)에 비교가 둘 있습니다"),
        hint: Text("a check for each of them", ko: "비교마다 검사를 따로 씁니다"),
        at: fields.location(of: found[1].relation.rawValue))
    }
    guard let first = found.first else { return nil }
    self = first
  }

  /// Reads a comparison that must be there.
  static func required(_ fields: inout Fields) -> Comparison {
    let comparison = Comparison(&fields)
    fields.shape.noteComparison(required: true)
    if let comparison { return comparison }
    fields.report(
      "lab.missing-comparison",
      Text("\(fields.subject) compares with nothing", ko: "\(fields.subject)에 비교할 값이 없습니다"),
      hint: .list(of: Relation.allCases.map(\.rawValue)))
    return Comparison(.is, .null)
  }

  func holds(for found: JSONValue) -> Bool {
    switch relation {
    case .is: Self.equal(found, value)
    case .not: !Self.equal(found, value)
    case .contains: Self.contains(found, value)
    case .lacks: !Self.contains(found, value)
    case .matches: Pattern.found(value.plain, in: found.plain)
    case .over: compare(found, >)
    case .under: compare(found, <)
    case .atLeast: compare(found, >=)
    case .atMost: compare(found, <=)
    }
  }

  private func compare(_ found: JSONValue, _ order: (Double, Double) -> Bool) -> Bool {
    guard let left = Self.number(found), let right = Self.number(value) else { return false }
    return order(left, right)
  }

  private static func equal(_ a: JSONValue, _ b: JSONValue) -> Bool {
    if let left = number(a), let right = number(b) { return left == right }
    if a.array != nil || b.array != nil || a.object != nil { return a == b }
    return a.plain.trimmed == b.plain.trimmed
  }

  private static func contains(_ found: JSONValue, _ value: JSONValue) -> Bool {
    if let elements = found.array { return elements.contains { equal($0, value) } }
    if let members = found.object { return members[value.plain] != nil }
    return found.plain.contains(value.plain)
  }

  /// The number a value stands for; `16m` is 16 × 1024².
  static func number(_ value: JSONValue) -> Double? {
    if let number = value.double { return number }
    guard let text = value.string?.trimmed.lowercased(), !text.isEmpty else { return nil }
    if let number = Double(text) { return number.isFinite ? number : nil }
    let factors: [Character: Double] = ["k": 1024, "m": 1_048_576, "g": 1_073_741_824]
    guard let unit = text.last, let factor = factors[unit] else { return nil }
    return Double(text.dropLast()).map { $0 * factor }
  }

  /// The comparison as the end of a sentence: "running", "at least 3".
  var text: Text {
    let shown = value.quoted
    return switch relation {
    case .is: Text(shown, ko: shown)
    case .not: Text("not \(shown)", ko: "\(shown) 이외의 값")
    case .contains: Text("something with \(shown) in it", ko: "\(shown)이(가) 들어 있는 값")
    case .lacks: Text("something without \(shown)", ko: "\(shown)이(가) 없는 값")
    case .matches: Text("a match of /\(value.plain)/", ko: "/\(value.plain)/에 맞는 값")
    case .over: Text("more than \(shown)", ko: "\(shown) 초과")
    case .under: Text("less than \(shown)", ko: "\(shown) 미만")
    case .atLeast: Text("at least \(shown)", ko: "\(shown) 이상")
    case .atMost: Text("at most \(shown)", ko: "\(shown) 이하")
    }
  }
}

extension JSONValue {
  /// The value as a person writes it: strings without quotes.
  var plain: String { string ?? text(pretty: false) }

  /// The value in a sentence, cut short when it is long.
  var quoted: String {
    let line = plain.printable.trimmed.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = line.first, !first.isEmpty else { return "``" }
    let cut = first.count > 120 ? first.prefix(120) + "…" : first
    return "`\(cut)\(line.count > 1 ? " …" : "")`"
  }
}
