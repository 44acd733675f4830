import Testing

@testable import Compose

@Suite("Variables in a compose file")
struct VariableTemplateTests {
  private static let values = ["SET": "value", "EMPTY": "", "N": "2"]

  @Test(
    "are replaced with every modifier",
    arguments: [
      ("plain", "plain"), ("$SET", "value"), ("${SET}", "value"), ("a$SET.b", "avalue.b"),
      ("$$SET", "$SET"), ("$${SET}", "${SET}"), ("$", "$"), ("5$", "5$"), ("$5", "$5"),
      ("$UNSET", ""), ("${UNSET}", ""), ("${UNSET-d}", "d"), ("${EMPTY-d}", ""),
      ("${EMPTY:-d}", "d"), ("${SET:-d}", "value"), ("${SET+y}", "y"), ("${EMPTY+y}", "y"),
      ("${EMPTY:+y}", ""), ("${UNSET+y}", ""), ("${SET?no}", "value"), ("${EMPTY?no}", ""),
      ("${UNSET:-${SET}}", "value"), ("${UNSET:-a ${EMPTY:-b} c}", "a b c"),
      ("${SET:+<$N>}", "<2>"), ("${UNSET:-}", ""), ("${UNSET:-a:b-c}", "a:b-c"),
      ("${UNSET:-{\"a\": 1}}", "{\"a\": 1}"), ("한글 ${SET} 끝", "한글 value 끝"),
    ])
  func replaced(_ text: String, _ expected: String) throws {
    var template = VariableTemplate { Self.values[$0] }
    #expect(try template.substitute(text) == expected)
  }

  @Test(
    "that cannot be read are refused",
    arguments: ["${", "${}", "${ SET}", "${SET", "${SET!}", "${1}"]
  )
  func refused(_ text: String) {
    var template = VariableTemplate { Self.values[$0] }
    #expect(throws: VariableTemplate.Problem.invalid(text)) { try template.substitute(text) }
  }

  @Test("in each other are replaced, but not without end")
  func nested() throws {
    func nest(_ depth: Int) -> String {
      String(repeating: "${A:-", count: depth) + "x" + String(repeating: "}", count: depth)
    }
    var template = VariableTemplate { Self.values[$0] }
    #expect(try template.substitute(nest(90)) == "x")
    #expect(throws: VariableTemplate.Problem.tooDeep) { try template.substitute(nest(5_000)) }
    #expect(try template.substitute(nest(90)) == "x")
  }

  @Test("that must be set say their reason")
  func required() {
    var template = VariableTemplate { Self.values[$0] }
    #expect(throws: VariableTemplate.Problem.required(name: "EMPTY", reason: "set it to value")) {
      try template.substitute("${EMPTY:?set it to $SET}")
    }
    #expect(throws: VariableTemplate.Problem.required(name: "UNSET", reason: "")) {
      try template.substitute("${UNSET?}")
    }
  }

  @Test("that are not set are remembered once, unless there was a default")
  func unset() throws {
    var template = VariableTemplate { Self.values[$0] }
    _ = try template.substitute("$A ${A} ${B:-x} ${C} $SET")
    #expect(template.unset == ["A", "C"])
  }
}
