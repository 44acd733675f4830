extension YAMLNode {
  /// The whole tree as JSON: scalars resolved, keys as their text. Places are lost.
  package var json: JSONValue {
    switch kind {
    case .scalar: resolved
    case .sequence(let items): .array(items.map(\.json))
    case .mapping(let members):
      .object(JSONObject(members.map { ($0.key.text ?? "", $0.value.json) }))
    }
  }

  /// What a scalar means under the core schema of YAML 1.2 (chapter 10.3): null, boolean, integer,
  /// floating point, else a string. So `no`, `on` and `0777` mean what they look like, unlike in
  /// YAML 1.1. A collection gives its `json`.
  package var resolved: JSONValue {
    guard case .scalar(let text, let plain) = kind else { return json }
    switch tag {
    case "tag:yaml.org,2002:null": return .null
    case "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float":
      return Self.resolvePlain(text)
    case nil where plain: return Self.resolvePlain(text)
    default: return .string(text)
    }
  }

  private static func resolvePlain(_ text: String) -> JSONValue {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    case ".nan", ".NaN", ".NAN": return .number(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
    default: return number(text) ?? .string(text)
    }
  }

  private static func number(_ text: String) -> JSONValue? {
    guard let first = text.utf8.first, first < 0x3A else { return nil }
    if text.hasPrefix("0x") || text.hasPrefix("0o") {
      let digits = text.dropFirst(2)
      guard digits.first != "+", digits.first != "-" else { return nil }
      return Int64(digits, radix: text.hasPrefix("0x") ? 16 : 8).map(JSONValue.integer)
    }
    if let integer = Int64(text) { return .integer(integer) }
    guard isDecimal(text) else { return nil }
    return Double(text).flatMap { $0.isFinite ? .number($0) : nil }
  }

  /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
  private static func isDecimal(_ text: String) -> Bool {
    var rest = text.utf8[...]
    func digits() -> Int {
      let run = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      rest = rest.dropFirst(run.count)
      return run.count
    }
    func sign() {
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
        rest = rest.dropFirst()
      }
    }
    sign()
    let whole = digits()
    var fraction = 0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fraction = digits()
    }
    guard whole + fraction > 0 else { return false }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      sign()
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}
