/// Korean particles, whose form depends on the sound before them.
///
/// `"\(name.with(.subject)) 없습니다"` reads "web이 없습니다", "db가 없습니다". The sound is that
/// of the last word as Koreans read it: Hangul by its final consonant, digits by their names, Latin
/// words by their usual reading. Text in parentheses and quotation marks after a word are skipped.
package enum KoreanParticle: Sendable, CaseIterable {
  /// 은/는
  case topic
  /// 이/가
  case subject
  /// 을/를
  case object
  /// 과/와
  case with
  /// 으로/로
  case direction
  /// 이에요/예요
  case copula
  /// 이었습니다/였습니다
  case was
  /// 이라는/라는
  case named
  /// 이나/나
  case or

  /// The forms after a consonant, after a vowel, and (when different) after ㄹ.
  private var forms: (consonant: String, vowel: String, rieul: String?) {
    switch self {
    case .topic: ("은", "는", nil)
    case .subject: ("이", "가", nil)
    case .object: ("을", "를", nil)
    case .with: ("과", "와", nil)
    case .direction: ("으로", "로", "로")
    case .copula: ("이에요", "예요", nil)
    case .was: ("이었습니다", "였습니다", nil)
    case .named: ("이라는", "라는", nil)
    case .or: ("이나", "나", nil)
    }
  }

  /// The form that follows `word`.
  package func form(after word: String) -> String {
    switch KoreanSound.final(of: word) {
    case .consonant: forms.consonant
    case .vowel: forms.vowel
    case .rieul: forms.rieul ?? forms.consonant
    }
  }
}

extension String {
  /// This text followed by the right form of `particle`.
  package func with(_ particle: KoreanParticle) -> String {
    self + particle.form(after: self)
  }
}
