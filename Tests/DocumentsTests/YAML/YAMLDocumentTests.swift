import Support
import Testing

@testable import Documents

struct YAMLDocumentTests {
  private func json(_ text: String, mergeKeys: Bool = false) throws -> JSONValue {
    try YAMLDocument.parse(text, file: "t.yaml", options: YAMLOptions(mergeKeys: mergeKeys)).json
  }

  private func failure(
    _ text: String, mergeKeys: Bool = false, options change: (inout YAMLOptions) -> Void = { _ in }
  ) -> DklabError? {
    var options = YAMLOptions(mergeKeys: mergeKeys)
    change(&options)
    do {
      _ = try YAMLDocument.parse(text, file: "t.yaml", options: options)
      return nil
    } catch {
      return error as? DklabError
    }
  }

  @Test("collections, scalars, anchors and block texts become the JSON they mean")
  func document() throws {
    let text = """
      # a comment
      apiVersion: v1
      list: [1, two, {three: 3}]
      items:
        - name: &n web
          text: |
            line 1
            line 2
        - *n
        - "quoted\\tétext"
        - 'single ''quoted'''
        - >-
          folded
          text
      empty:
      한글: 값
      """
    #expect(
      try json(text) == [
        "apiVersion": "v1", "list": [1, "two", ["three": 3]],
        "items": [
          ["name": "web", "text": "line 1\nline 2\n"], "web", "quoted\tétext", "single 'quoted'",
          "folded text",
        ],
        "empty": nil, "한글": "값",
      ])
  }

  @Test(
    "plain scalars resolve as the core schema says",
    arguments: [
      ("", nil), ("~", nil), ("null", nil), ("Null", nil), ("nULL", "nULL"),
      ("true", true), ("True", true), ("FALSE", false), ("yes", "yes"), ("no", "no"), ("on", "on"),
      ("0", 0), ("-12", -12), ("+7", 7), ("0o17", 15), ("0x1F", 31), ("0777", 777),
      ("0x-1", "0x-1"), ("0b1", "0b1"), ("1_000", "1_000"), ("12:30", "12:30"),
      ("9223372036854775807", .integer(.max)), ("9223372036854775808", 9223372036854775808.0),
      ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-2", -0.015),
      (".", "."), ("1e", "1e"), ("-", "-"), ("+", "+"), ("1.2.3", "1.2.3"), ("1e5x", "1e5x"),
      (".inf", .number(.infinity)), ("-.INF", .number(-.infinity)), ("inf", "inf"),
      ("!!str 12", "12"), ("!!int \"12\"", 12), ("\"12\"", "12"), ("'true'", "true"),
      ("! 12", "12"),
    ] as [(String, JSONValue)])
  func resolution(text: String, expected: JSONValue) throws {
    // In a sequence, because a lone `-` at the start of a line is a list.
    let value = try json("[\(text)]")[0] ?? nil
    let alone: JSONValue? = text == "-" ? "-" : nil
    #expect((alone ?? value) == expected)
  }

  @Test("not-a-number is read")
  func notANumber() throws {
    #expect(try json(".nan").double?.isNaN == true)
  }

  @Test("every node knows its line and column, counted in characters")
  func places() throws {
    let text = """
      이름: web
      spec:
        ports:
          - 80
          - {number: 443, 이: *x}
      """
    let root = try YAMLDocument.parse(
      text.replacing("*x", with: "x"), file: "pod.yaml")
    let place = { (node: YAMLNode?) in
      node.map { "\($0.location.file):\($0.location.line):\($0.location.column)" }
    }
    #expect(place(root) == "pod.yaml:1:1")
    #expect(place(root["이름"]) == "pod.yaml:1:5")
    let ports = root["spec"]?["ports"]
    #expect(place(ports) == "pod.yaml:4:5")
    #expect(place(ports?.sequence?[0]) == "pod.yaml:4:7")
    #expect(place(ports?.sequence?[1]["number"]) == "pod.yaml:5:16")
    #expect(place(ports?.sequence?[1].mapping?[1].key) == "pod.yaml:5:21")
  }

  @Test("several documents come in order, and one is required where one is expected")
  func multipleDocuments() throws {
    let text = "a: 1\n---\n- 2\n...\n---\n"
    let documents = try YAMLDocument.parseAll(text, file: "t.yaml")
    #expect(documents.map(\.json) == [["a": 1], [2], nil])
    #expect(documents[1].location.line == 3)
    #expect(try YAMLDocument.parseAll("", file: "t.yaml").isEmpty)
    #expect(try json("").isNull && json("# only a comment\n").isNull)
    #expect(failure(text)?.id == "yaml.documents")
  }

  @Test("anchors do not reach into the next document")
  func anchorScope() {
    #expect(throws: DklabError.self) {
      try YAMLDocument.parseAll("a: &x 1\n---\nb: *x\n", file: "t.yaml")
    }
  }

  @Test("merge keys copy members that are not there, earlier sources first, when asked")
  func mergeKeys() throws {
    let text = """
      a: &a {x: 1, y: 1}
      b: &b {y: 2, z: 2}
      one: {<<: *a, x: 9}
      two:
        <<: [*a, *b]
        z: 3
      """
    let merged = try json(text, mergeKeys: true)
    #expect(merged["one"] == ["x": 9, "y": 1])
    #expect(merged["two"] == ["z": 3, "x": 1, "y": 1])
    #expect(try json(text)["one"] == ["<<": ["x": 1, "y": 1], "x": 9])
    #expect(failure("a: {<<: 3}", mergeKeys: true)?.id == "yaml.merge")
  }

  @Test("a repeated key names both places, also when the quotes differ")
  func duplicateKeys() {
    let error = failure("a: 1\nb: 2\n\"a\": 3\n")
    #expect(error?.message.en == "duplicate key `a`, first at line 1, column 1")
    #expect(error?.location == SourceLocation(file: "t.yaml", line: 3, column: 1))
    #expect(failure("- {x: 1}\n- {x: 2}\n") == nil)
  }

  @Test("the billion laughs, cycles, depth and size are refused")
  func limits() {
    var laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<12 {
      let references = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      laughs += "a\(level): &a\(level) [\(references)]\n"
    }
    #expect(failure(laughs)?.id == "yaml.nodes")
    #expect(failure("a: &a [*a]")?.id == "yaml.alias-cycle")
    #expect(failure("a: *nope")?.id == "yaml.alias")
    #expect(failure(String(repeating: "[", count: 100_000))?.id == "yaml.depth")
    #expect(failure(String(repeating: "- ", count: 100_000))?.id == "yaml.depth")
    #expect(failure("abcdef") { options in options.sizeLimit = 5 }?.id == "yaml.size")
    #expect(failure("[a]: 1")?.id == "yaml.key")
  }
}
