import Support

/// `--chmod`: an octal number, or a change such as `u+x,go-w`, `a=rX`.
package struct FileModeChange: Sendable, Hashable {
  private enum Change: Sendable, Hashable {
    case number(UInt32)
    case symbolic([Clause])
  }

  private struct Clause: Sendable, Hashable {
    var who: UInt32
    var operation: Character
    var bits: UInt32
    /// X: execute only for directories and for what is executable already.
    var conditionalExecute: Bool
  }

  private let change: Change

  package init(parsing text: String) throws {
    if let number = UInt32(text, radix: 8), text.utf8.allSatisfy({ (48...55).contains($0) }) {
      guard number <= 0o7777 else { throw FileModeChange.bad(text) }
      change = .number(number)
      return
    }
    let clauses = try text.split(separator: ",", omittingEmptySubsequences: false).flatMap {
      try FileModeChange.clauses(String($0), text)
    }
    change = .symbolic(clauses)
  }

  /// The mode a file of mode `mode` gets.
  package func applied(to mode: UInt32, isDirectory: Bool) -> UInt32 {
    switch change {
    case .number(let number): return number
    case .symbolic(let clauses):
      return clauses.reduce(mode & 0o7777) { mode, clause in
        var bits = clause.bits
        if clause.conditionalExecute, isDirectory || mode & 0o111 != 0 { bits |= 0o111 }
        bits &= clause.who
        switch clause.operation {
        case "+": return mode | bits
        case "-": return mode & ~bits
        default: return mode & ~clause.who | bits
        }
      }
    }
  }

  private static func clauses(_ text: String, _ whole: String) throws -> [Clause] {
    var rest = text[...]
    var who: UInt32 = 0
    while let letter = rest.first, let bits = classes[letter] {
      who |= bits
      rest.removeFirst()
    }
    if who == 0 { who = 0o7777 }
    var result: [Clause] = []
    while let operation = rest.popFirst() {
      guard "+-=".contains(operation) else { throw bad(whole) }
      var clause = Clause(who: who, operation: operation, bits: 0, conditionalExecute: false)
      while let letter = rest.first, !"+-=".contains(letter) {
        rest.removeFirst()
        if letter == "X" {
          clause.conditionalExecute = true
        } else if let bits = permissions[letter] {
          clause.bits |= bits
        } else {
          throw bad(whole)
        }
      }
      result.append(clause)
    }
    guard !result.isEmpty else { throw bad(whole) }
    return result
  }

  private static let classes: [Character: UInt32] = [
    "u": 0o4700, "g": 0o2070, "o": 0o1007, "a": 0o7777,
  ]
  private static let permissions: [Character: UInt32] = [
    "r": 0o444, "w": 0o222, "x": 0o111, "s": 0o6000, "t": 0o1000,
  ]

  private static func bad(_ text: String) -> DockerfileError {
    DockerfileError(
      Text(
        "invalid chmod parameter: '\(text)'. it should be octal string and between 0 and 07777",
        ko: "잘못된 chmod 값입니다: '\(text)'. 0과 07777 사이의 8진수여야 합니다"),
      hint: Text("as in 755, or u+x,go-w", ko: "예: 755, 또는 u+x,go-w"))
  }
}
