import Support

/// libyaml's complaints in words that say what to do about them.
enum YAMLProblem {
  /// The error for libyaml's `problem` at `location`, met in `context`, a construct that began at
  /// `start`. What is never closed is reported where it was opened.
  static func error(
    problem: String, context: String?, at location: SourceLocation, start: SourceLocation
  ) -> DklabError {
    let known = table.first { problem.contains($0.libyaml) && $0.applies(context) }
    let message = known?.message ?? Text(problem, ko: "YAML 문법 오류: \(problem)")
    let atStart = known?.unclosed == true
    return DklabError(
      .invalid, id: "yaml.syntax", message, hint: known?.hint, at: atStart ? start : location)
  }

  private struct Known: Sendable {
    var libyaml: String
    var context: String?
    var message: Text
    var hint: Text?
    var unclosed: Bool

    init(
      _ libyaml: String, in context: String? = nil, unclosed: Bool = false, _ message: Text,
      hint: Text? = nil
    ) {
      self.libyaml = libyaml
      self.context = context
      self.message = message
      self.hint = hint
      self.unclosed = unclosed
    }

    func applies(_ found: String?) -> Bool {
      guard let context else { return true }
      return found?.contains(context) == true
    }
  }

  private static let alignHint = Text(
    "lines of one block must start in the same column",
    ko: "한 블록의 줄들은 같은 칸에서 시작해야 합니다")

  private static let quoteHint = Text(
    "put the value in quotes if it contains `: ` or starts with a special character",
    ko: "값에 `: `이 들어 있거나 특수 문자로 시작하면 따옴표로 싸세요")

  private static let table: [Known] = [
    Known(
      "mapping values are not allowed",
      Text("a `:` where no value can start", ko: "값이 올 수 없는 곳에 `:`이 있습니다"),
      hint: Text(
        "put the text in quotes if it contains `: `; otherwise check the indentation",
        ko: "글에 `: `이 들어 있으면 따옴표로 싸고, 아니면 들여쓰기를 확인하세요")),
    Known(
      "mapping keys are not allowed",
      Text("a key where none can start", ko: "키가 올 수 없는 곳에 키가 있습니다"), hint: alignHint),
    Known(
      "block sequence entries are not allowed",
      Text("a `-` where no list item can start", ko: "목록 항목이 올 수 없는 곳에 `-`이 있습니다"),
      hint: Text(
        "put the list on the lines below its key", ko: "목록은 키의 다음 줄부터 쓰세요")),
    Known(
      "could not find expected ':'",
      Text("a line that is neither `key: value` nor a list item", ko: "`키: 값`도 목록 항목도 아닌 줄입니다"),
      hint: Text(
        "write `key: value`, with a space after the colon", ko: "콜론 뒤에 빈칸을 두어 `키: 값`으로 쓰세요")),
    Known(
      "did not find expected '-' indicator",
      Text("expected `-` or the end of the list", ko: "`-`이나 목록의 끝이 와야 합니다"), hint: alignHint),
    Known(
      "did not find expected key",
      Text("expected a key or the end of the mapping", ko: "키나 매핑의 끝이 와야 합니다"),
      hint: alignHint),
    Known(
      "did not find expected ',' or ']'", unclosed: true,
      Text("a list in `[…]` lacks `,` or `]`", ko: "`[…]` 목록에 `,`나 `]`가 빠졌습니다")),
    Known(
      "did not find expected ',' or '}'", unclosed: true,
      Text("a mapping in `{…}` lacks `,` or `}`", ko: "`{…}` 매핑에 `,`나 `}`가 빠졌습니다")),
    Known(
      "did not find expected node content",
      Text("a value is missing here", ko: "여기에 값이 빠졌습니다"), hint: quoteHint),
    Known(
      "tab character",
      Text("a tab in the indentation", ko: "들여쓰기에 탭이 있습니다"),
      hint: Text("indent with spaces", ko: "빈칸으로 들여쓰세요")),
    Known(
      "found character that cannot start any token",
      Text("a character that cannot start a value", ko: "값을 시작할 수 없는 문자입니다"),
      hint: Text(
        "indent with spaces, not tabs; put values that start with @, ` or % in quotes",
        ko: "탭이 아니라 빈칸으로 들여쓰고, @ ` %로 시작하는 값은 따옴표로 싸세요")),
    Known(
      "found unexpected end of stream", in: "quoted scalar", unclosed: true,
      Text("a quote that is never closed", ko: "닫히지 않은 따옴표입니다")),
    Known(
      "found unexpected document indicator",
      Text("`---` or `...` inside a quoted text", ko: "따옴표로 싼 글 안에 `---`이나 `...`이 있습니다")),
    Known(
      "found unknown escape character",
      Text("an unknown escape in a double-quoted text", ko: "큰따옴표 글 안의 알 수 없는 이스케이프입니다"),
      hint: Text(
        "write a backslash as \\\\, or use single quotes", ko: "역슬래시는 \\\\로 쓰거나 작은따옴표를 쓰세요")),
    Known(
      "did not find expected hexdecimal number",
      Text("expected hexadecimal digits after the escape", ko: "이스케이프 뒤에 16진수가 와야 합니다")),
    Known(
      "did not find expected <document start>",
      Text("expected `---` before another document", ko: "다음 문서 앞에 `---`이 와야 합니다"),
      hint: alignHint),
    Known(
      "did not find expected alphabetic or numeric character", in: "an alias",
      Text("a `*` without the name of an anchor", ko: "`*` 뒤에 앵커 이름이 없습니다"),
      hint: Text("put a text that starts with `*` in quotes", ko: "`*`로 시작하는 글은 따옴표로 싸세요")),
    Known(
      "did not find expected alphabetic or numeric character",
      Text("a `&` without a name", ko: "`&` 뒤에 이름이 없습니다"),
      hint: Text("put a text that starts with `&` in quotes", ko: "`&`로 시작하는 글은 따옴표로 싸세요")),
    Known(
      "did not find expected comment or line break",
      Text("text after the sign of a block text", ko: "블록 글 표시 뒤에 글이 있습니다"),
      hint: Text(
        "put a text that starts with `|` or `>` in quotes", ko: "`|`나 `>`로 시작하는 글은 따옴표로 싸세요")),
    Known(
      "found undefined tag handle",
      Text("an unknown tag", ko: "알 수 없는 태그입니다"),
      hint: Text("put a text that starts with `!` in quotes", ko: "`!`로 시작하는 글은 따옴표로 싸세요")),
    Known(
      "control characters are not allowed",
      Text("a control character", ko: "제어 문자가 있습니다")),
    Known(
      "incompatible YAML document",
      Text("only YAML 1.1 and 1.2 are understood", ko: "YAML 1.1과 1.2만 읽을 수 있습니다")),
  ]
}
