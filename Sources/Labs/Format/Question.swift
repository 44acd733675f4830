import Documents
import Support

/// A question whose answer is compared with what is there.
package struct Answer: Sendable {
  package var id: String
  package var ask: Text
  /// `equals`, or the comparison's node, with variables still open.
  var source: YAMLNode
  package var location: SourceLocation
}

/// A question with a fixed answer.
package struct Quiz: Sendable {
  /// A choice, an item to sort or a group to sort it into.
  package struct Option: Sendable, Hashable {
    package var id: String
    package var text: Text
  }

  /// What is right.
  package enum Solution: Sendable, Hashable {
    /// Any one of these texts.
    case texts([String])
    /// Exactly these choices.
    case choices([String])
    /// This group for each item.
    case groups([String: String])
  }

  package var id: String
  package var ask: Text
  package var choices: [Option]
  package var items: [Option]
  package var groups: [Option]
  package var why: Text?
  package var solution: Solution
  package var location: SourceLocation
}

extension Quiz.Solution {
  /// Whether `answer`, as the student wrote it, is right. Case and blanks do not matter.
  package func accepts(_ answer: String) -> Bool {
    switch self {
    case .texts(let texts): texts.contains { Self.plain($0) == Self.plain(answer) }
    case .choices(let ids): Set(Self.list(answer)) == Set(ids.map(Self.plain))
    case .groups(let groups):
      Set(Self.list(answer)) == Set(groups.map { Self.plain("\($0.key)=\($0.value)") })
    }
  }

  /// The right answer as a student would write it.
  package var reference: String {
    switch self {
    case .texts(let texts): texts.first ?? ""
    case .choices(let ids): ids.joined(separator: ",")
    case .groups(let groups):
      groups.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
  }

  private static func list(_ answer: String) -> [String] {
    answer.split(separator: ",").map { plain(String($0)) }
  }

  static func plain(_ text: String) -> String {
    text.lowercased().filter { !$0.isWhitespace }
  }
}

extension Quiz {
  /// Answers that must be refused, for the author's test.
  package var wrongAnswers: [String] {
    switch solution {
    case .texts: ["-"]
    case .choices(let right):
      choices.map(\.id).filter { right != [$0] }
        + (right.count > 1 ? [choices.map(\.id).joined(separator: ",")] : [])
    case .groups(let right):
      right.keys.sorted().prefix(1).flatMap { item in
        groups.map(\.id).filter { $0 != right[item] }.prefix(1).map { other in
          var swapped = right
          swapped[item] = other
          return Quiz.Solution.groups(swapped).reference
        }
      }
    }
  }
}
