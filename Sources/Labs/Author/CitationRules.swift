import Support

/// Places of the notes that a lab cites, `004:154` or `004:99-141`: they have to be of this form, and
/// of a file that the front matter's `sources` knows.
enum CitationRules {
  static func check(_ lab: Lab) -> [Diagnostic] {
    var cited: [(place: String, location: SourceLocation)] = []
    for step in lab.steps {
      cited += step.notes.map { note in
        let place = note.words.first ?? ""
        return (place, note.location(of: place))
      }
      cited += (step.checks + step.states).compactMap { check in
        check.note.map { ($0, check.idLocation) }
      }
    }
    let sources = lab.sources.map { (place: $0, location: lab.listPlaces["sources"]?[$0]) }
    let files = Set(lab.sources.compactMap { Citation($0)?.file })
    var diagnostics = sources.compactMap { source -> Diagnostic? in
      guard Citation(source.place) == nil, let location = source.location else { return nil }
      return malformed(source.place, location)
    }
    for (place, location) in cited {
      guard let citation = Citation(place) else {
        diagnostics.append(malformed(place, location))
        continue
      }
      guard !files.isEmpty, !files.contains(citation.file) else { continue }
      diagnostics.append(
        Diagnostic(
          "lab.unknown-source",
          Text(
            "the notes `\(citation.file)` are not among `sources`",
            ko: "노트 `\(citation.file)`은(는) `sources`에 없습니다"),
          hint: .list(of: files.sorted()), at: location, word: place, severity: .warning))
    }
    return diagnostics
  }

  private static func malformed(_ place: String, _ location: SourceLocation) -> Diagnostic {
    Diagnostic(
      "lab.bad-citation",
      Text("`\(place)` is no place of the notes", ko: "`\(place)`은(는) 노트의 위치가 아닙니다"),
      hint: Text(
        "FILE:LINE or FILE:FIRST-LAST, such as `004:99-141`",
        ko: "파일:줄 또는 파일:처음-끝으로 씁니다. 예: `004:99-141`"), at: location, word: place)
  }
}

/// A place of the notes.
struct Citation: Hashable {
  var file: String
  var lines: ClosedRange<Int>

  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains(where: \.isWhitespace) else {
      return nil
    }
    let numbers = parts[1].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(numbers.count), let first = numbers[0],
      let last = numbers[numbers.count - 1],
      first >= 1, first <= last
    else { return nil }
    file = String(parts[0])
    lines = first...last
  }
}
