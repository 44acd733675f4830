/// Double particles as Korean texts write them after a name that is filled in later: `이(가)`. This
/// picks the form that fits the name.
package enum WrittenParticles {
  private static let written: [(text: String, particle: KoreanParticle)] = [
    ("은(는)", .topic), ("는(은)", .topic), ("이(가)", .subject), ("가(이)", .subject),
    ("을(를)", .object), ("를(을)", .object), ("과(와)", .with), ("와(과)", .with),
    ("(으)로", .direction), ("으(로)", .direction), ("으로(로)", .direction), ("로(으로)", .direction),
    ("(이)라는", .named),
    ("(이)나", .or),
  ]

  /// `text` with every double particle settled by the word before it.
  package static func settle(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "(")) else { return text }
    var result = ""
    var rest = text[...]
    while let first = rest.first {
      let found = first == "(" || "은는이가을를과와으로".contains(first)
      if found, !result.isEmpty,
        let match = written.first(where: { rest.hasPrefix($0.text) })
      {
        // Only the last word matters, and looking at more would cost time.
        result += match.particle.form(after: String(result.suffix(40)))
        rest = rest.dropFirst(match.text.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
