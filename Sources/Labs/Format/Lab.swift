import Support

/// A lab as lab.md describes it, before a student's variables are filled in.
package struct Lab: Sendable {
  /// Graded, or a page of notes whose commands are tested.
  package enum Kind: String, Sendable, CaseIterable { case lab, notes }

  package var id: String
  package var title: Text
  package var summary: Text
  package var minutes: Int
  package var kind: Kind
  package var images: [String]
  package var needs: [Need]
  package var prerequisites: [String]
  package var sources: [String]
  /// The languages it is written in: lab.md in the first, its translation in the other.
  package var languages: [Language]
  package var variables: [VariableDeclaration]
  /// The text before the first step.
  package var intro: Prose
  /// Commands the kit runs when the lab begins.
  package var setup: [Script]
  package var steps: [Step]
  /// Where each entry of `images`, `sources` and `prerequisites` stands.
  var listPlaces: [String: [String: SourceLocation]] = [:]
  /// Names of variables whose declaration could not be read; nil when not even the names are known.
  var unreadVariables: Set<String>? = []
  /// Whether the front matter could not be read, so that nothing is known of variables and images.
  var isHeadless = false
  /// The folder it was read from.
  package var folder: String

  /// The lab without the steps that are about this kit's own engine, and what builds on them.
  package var forAnyEngine: Lab {
    var left = self
    var dropped: Set<String> = []
    left.steps = steps.filter { step in
      guard step.needsOwnEngine || !dropped.isDisjoint(with: step.after) else { return true }
      dropped.insert(step.id)
      return false
    }
    return left
  }

  /// The step `id`.
  package func step(_ id: String) -> Step? { steps.first { $0.id == id } }
}

/// What a lab asks of the engine beyond the basics.
package enum Need: String, Sendable, CaseIterable {
  case network, uplink, terminal, users
  case memoryLimit = "memory-limit"
  case pidsLimit = "pids-limit"
  case cpuLimit = "cpu-limit"
  case dockerAPI = "docker-api"
  case kubernetes
}

/// Markdown in both languages.
package struct Prose: Sendable {
  package var english: [Block]
  package var korean: [Block]?

  /// The blocks in `language`; English where there is no translation.
  package func callAsFunction(_ language: Language = .current) -> [Block] {
    language == .ko ? korean ?? english : english
  }
}

/// Bash commands, and where they stand.
package struct Script: Sendable, Hashable {
  package var text: String
  package var location: SourceLocation
}
