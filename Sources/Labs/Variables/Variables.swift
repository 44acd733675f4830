import Documents
import Support

/// The values of a lab's variables for one student.
package struct Variables: Sendable, Hashable {
  /// Name to value; the built-in ones are among them.
  package private(set) var values: [String: String]

  /// These very values, as they were stored.
  package init(values: [String: String]) {
    self.values = values
  }

  /// Draws a value for each declaration. The same seed gives the same values, except that a port
  /// that `isFree` refuses is passed over for the next of its range.
  init(
    _ declarations: [VariableDeclaration], seed: UInt64, kernel: String,
    isFree: (Int) -> Bool = { _ in true }
  ) throws {
    values = ["kernel": kernel, "token": Self.letters(8, seed: seed, purpose: "token")]
    var taken: Set<Int> = []
    for declaration in declarations {
      var random = SeededGenerator(seed: seed, purpose: declaration.name)
      switch declaration.source {
      case .constant(let value): values[declaration.name] = value
      case .choice(let choices): values[declaration.name] = choices.randomElement(using: &random)
      case .number(let range): values[declaration.name] = String(range.randomElement(&random))
      case .token(let length):
        values[declaration.name] = Self.letters(length, seed: seed, purpose: declaration.name)
      case .name(let prefix):
        let suffix = Self.letters(3, seed: seed, purpose: declaration.name)
        values[declaration.name] = "\(prefix)-\(suffix)"
      case .port(let range):
        let first = range.randomElement(&random)
        let order = Array(first...range.upperBound) + Array(range.lowerBound..<first)
        guard let port = order.first(where: { !taken.contains($0) && isFree($0) }) else {
          throw Self.noPort(declaration, range)
        }
        taken.insert(port)
        values[declaration.name] = String(port)
      }
    }
  }

  /// The same values, but another port for each that is no longer free.
  func renewingPorts(
    of declarations: [VariableDeclaration], isFree: (Int) -> Bool
  ) throws -> Variables {
    var result = self
    for declaration in declarations {
      guard case .port(let range) = declaration.source,
        let old = values[declaration.name].flatMap({ Int($0) }), !isFree(old)
      else { continue }
      let others = Set(declarations.filter { $0 != declaration }.compactMap { result[$0.name] })
      guard let port = range.first(where: { !others.contains(String($0)) && isFree($0) }) else {
        throw Self.noPort(declaration, range)
      }
      result.values[declaration.name] = String(port)
    }
    return result
  }

  /// Letters and digits without those that are easily misread.
  private static func letters(_ count: Int, seed: UInt64, purpose: String) -> String {
    var random = SeededGenerator(seed: seed, purpose: purpose)
    let alphabet = Array("abcdefghkmnpqrstuvwxyz23456789")
    return String((0..<count).compactMap { _ in alphabet.randomElement(using: &random) })
  }

  private static func noPort(
    _ declaration: VariableDeclaration, _ range: ClosedRange<Int>
  ) -> DklabError {
    DklabError(
      .unavailable, id: "lab.no-free-port",
      Text(
        "no free port from \(range.lowerBound) to \(range.upperBound) for `\(declaration.name)`",
        ko: "`\(declaration.name)`에 쓸 빈 포트가 \(range.lowerBound)부터 \(range.upperBound)까지 없습니다"),
      hint: Text(
        "`ss -ltn` shows which programs hold them", ko: "`ss -ltn`으로 어떤 프로그램이 쓰는지 볼 수 있습니다"))
  }

  /// All of them as JSON, as they are stored.
  var text: String {
    let pairs = values.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
    return JSONValue.object(JSONObject(pairs)).text(pretty: false)
  }

  /// The value of `name`.
  package subscript(name: String) -> String? { values[name] }

  /// The variables as environment of the lab shell: `port` becomes `DKLAB_PORT`.
  package var environment: [String: String] {
    Dictionary(uniqueKeysWithValues: values.map { ("DKLAB_" + $0.key.uppercased(), $0.value) })
  }
}

extension ClosedRange<Int> {
  fileprivate func randomElement(_ random: inout SeededGenerator) -> Int {
    Int.random(in: self, using: &random)
  }
}
