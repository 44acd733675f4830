import Documents
import Support

/// Replaces the variables in all values of a file. Keys stay as they are.
struct Interpolation {
  private var template: VariableTemplate
  /// The variables that had no value, in order, each once.
  var unset: [String] { template.unset }

  init(lookup: @escaping (String) -> String?) {
    template = VariableTemplate(lookup: lookup)
  }

  mutating func apply(to node: YAMLNode, at path: ComposePath = ComposePath()) throws -> YAMLNode {
    var result = node
    switch node.kind {
    case .scalar(let text, _):
      guard text.contains("$") else { return node }
      // What came out of a variable is a string; the schema reads numbers and booleans from it.
      result.kind = .scalar(try substitute(text, at: node, path), plain: false)
    case .sequence(let items):
      result.kind = .sequence(
        try items.enumerated().map { try apply(to: $1, at: path.appending("[\($0)]")) })
    case .mapping(let entries):
      result.kind = .mapping(
        try entries.map { ($0.key, try apply(to: $0.value, at: path.appending($0.key.text ?? ""))) }
      )
    }
    return result
  }

  private mutating func substitute(
    _ text: String, at node: YAMLNode, _ path: ComposePath
  ) throws -> String {
    do {
      return try template.substitute(text)
    } catch VariableTemplate.Problem.required(let name, let reason) {
      let reason = reason.isEmpty ? "" : ": \(reason)"
      throw node.error(
        "compose.variable.required",
        Text(
          "\(path): required variable \(name) is missing a value\(reason)",
          ko: "\(path): 필수 변수 \(name)에 값이 없습니다\(reason)"),
        hint: Text(
          "set it in the environment or in the file .env", ko: "환경 변수나 .env 파일에 값을 정하세요"))
    } catch VariableTemplate.Problem.tooDeep {
      throw node.error(
        "compose.variable.too-deep",
        Text(
          "\(path): variables nested deeper than 100 levels",
          ko: "\(path): 변수가 100단계보다 깊게 중첩되었습니다"))
    } catch {
      throw node.error(
        "compose.variable.invalid",
        Text(
          "\(path): invalid interpolation format: `\(text)`",
          ko: "\(path): 변수 치환 형식이 올바르지 않습니다: `\(text)`"),
        hint: Text(
          "write ${NAME}, ${NAME:-default} …, and $$ for a dollar sign",
          ko: "${이름}, ${이름:-기본값} …로 쓰고, 달러 기호는 $$로 쓰세요"))
    }
  }
}
