/// What the work of an expression costs: the more, the larger what it is done with, and what comes of
/// it. A few doublings would else fill the memory of the server.
extension Evaluation {
  /// A value's parts, or so many characters; no more than is left is counted.
  func weight(_ value: ExpressionValue) -> Int { value.weight(upTo: left) }

  func cost(of word: String, _ one: ExpressionValue, _ two: ExpressionValue) -> Int {
    switch word {
    case "+": weight(one) + weight(two)
    case "==", "!=", "<", "<=", ">", ">=": min(weight(one), weight(two))
    case "in":
      if case .map = two { weight(one) } else { weight(two) }
    default: 0
    }
  }

  /// Of a function, before it is called: what it makes of its values may be more than they are.
  func cost(ofCall name: String, _ values: [ExpressionValue]) -> Int {
    let sum = values.reduce(0) { $0 + weight($1) }
    switch (name, values.first) {
    // Each is a walk over all roles and bindings.
    case ("check", .opaque?): return 10_000
    case ("sets.contains", _), ("sets.equivalent", _), ("sets.intersects", _):
      guard case .list(let one)? = values.first, case .list(let two)? = values.last else {
        return 0
      }
      return one.count * two.count * 2 + sum
    case ("format", .string(let text)?): return sum + text.utf8.count
    case ("size", _), ("type", _), ("dyn", _): return 0
    case ("matches", .string(let text)?), ("find", .string(let text)?),
      ("findAll", .string(let text)?):
      guard case .string(let pattern)? = values.dropFirst().first else { return 0 }
      let size = LinearPattern(pattern)?.size ?? 1
      // To find all, the rest may be looked through for each of them.
      let times = name == "matches" ? 1 : 4
      return sum + text.utf8.count * size / 16 * times
    case ("replace", .string(let text)?):
      guard values.count > 2, case .string(let old) = values[1], case .string(let new) = values[2]
      else { return sum }
      let most = old.isEmpty ? text.utf8.count + 1 : text.utf8.count / old.utf8.count
      return sum + most * (new.utf8.count / 10)
    case ("join", .list(let elements)?):
      guard case .string(let separator)? = values.dropFirst().first else { return sum }
      return sum + elements.count * (separator.utf8.count / 10)
    case ("split", .string(let text)?): return sum + text.utf8.count
    case ("sum", .list(let elements)?):
      // What has been added so far is copied at each step.
      guard case .list? = elements.first else { return sum }
      return sum * elements.count
    default: return sum
    }
  }
}

extension ExpressionValue {
  /// How much it is: its parts, and a tenth of the characters of its strings.
  func weight(upTo most: Int) -> Int {
    var total = 0
    add(to: &total, most)
    return total
  }

  private func add(to total: inout Int, _ most: Int) {
    total += 1
    guard total <= most else { return }
    switch self {
    case .string(let text): total += text.utf8.count / 10
    case .bytes(let bytes): total += bytes.count / 10
    case .optional(let inner): inner?.add(to: &total, most)
    case .list(let elements):
      for element in elements {
        guard total <= most else { return }
        element.add(to: &total, most)
      }
    case .map(let members):
      for (key, value) in members {
        guard total <= most else { return }
        key.add(to: &total, most)
        value.add(to: &total, most)
      }
    default: break
    }
  }
}
