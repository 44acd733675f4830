import Support

/// The name of a project, which begins the names of its containers, networks and volumes.
package enum ProjectName {
  /// A folder's name made fit: lower case, letters, digits, `-`, `_`, beginning with one of the
  /// first two.
  package static func normalized(_ text: String) -> String {
    let kept = text.lowercased().filter { character in
      character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
    }
    return String(kept.drop { "-_".contains($0) })
  }

  /// A name that was given as such.
  ///
  /// - Throws: ``DklabError`` `invalid` in compose's words.
  package static func validated(_ text: String, at location: SourceLocation? = nil) throws -> String
  {
    guard !text.isEmpty, normalized(text) == text else {
      let fit = normalized(text)
      throw DklabError(
        .invalid, id: "compose.project-name",
        Text(
          "invalid project name \"\(text)\": must consist only of lowercase alphanumeric "
            + "characters, hyphens, and underscores as well as start with a letter or number",
          ko: "잘못된 프로젝트 이름 \"\(text)\": 영문 소문자, 숫자, -, _만 쓸 수 있고 문자나 숫자로 시작해야 합니다"),
        hint: fit.isEmpty
          ? nil : Text("for example `\(fit)`", ko: "예: `\(fit)`"), at: location)
    }
    return text
  }
}
