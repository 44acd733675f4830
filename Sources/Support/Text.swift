/// A sentence in both languages of the kit. The two stand side by side where the sentence is
/// used, so a translation can neither be missing nor go stale unseen.
package struct Text: Sendable, Hashable, Codable {
  package var en: String
  package var ko: String

  package init(_ en: String, ko: String) {
    self.en = en
    self.ko = ko
  }

  /// The sentence in `language`.
  package func callAsFunction(_ language: Language = .current) -> String {
    language == .ko ? ko : en
  }
}

extension Text: CustomStringConvertible {
  package var description: String { self() }
}
