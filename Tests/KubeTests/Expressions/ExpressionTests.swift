import Documents
import Testing

@testable import Kube

@Suite("Expressions")
struct ExpressionTests {
  private static let object: JSONValue = [
    "metadata": ["name": "web", "labels": ["app": "shop", "app.kubernetes.io/name": "x"]],
    "spec": [
      "replicas": 3, "paused": false,
      "containers": [["name": "a", "image": "nginx:1"], ["name": "b", "image": "redis"]],
    ],
  ]

  private func value(_ text: String) throws -> ExpressionValue {
    try CompiledExpression(text, variables: ["object", "other"])
      .value(["object": ExpressionValue(Self.object)])
  }

  @Test(
    "an expression that holds",
    arguments: [
      "object.spec.replicas > 1 && !object.spec.paused", "1 + 2 * 3 == 7", "(1 + 2) * 3 == 9",
      "-2 < 0 && 7 % 4 == 3 && 7 / 2 == 3", "1.5 + 1.5 == 3.0 && 3 == 3.0", "0x10 == 16",
      "'a' + \"b\" == 'ab' && r'\\d' == '\\\\d'", "'b' in ['a', 'b'] && !('c' in ['a', 'b'])",
      "'app' in object.metadata.labels", "object.metadata.labels['app.kubernetes.io/name'] == 'x'",
      "has(object.spec.replicas) && !has(object.spec.selector)",
      "object.spec.containers.all(c, c.name.size() == 1)",
      "object.spec.containers.exists(c, c.image.startsWith('nginx:'))",
      "object.spec.containers.exists_one(c, c.image.matches('^r'))",
      "object.spec.containers.filter(c, c.name == 'b').size() == 1",
      "object.spec.containers.map(c, c.name).join(',') == 'a,b'",
      "object.spec.containers.map(c, c.name == 'b', c.image) == ['redis']",
      "object.metadata.labels.all(k, k.startsWith('app'))",
      "object.spec.replicas == 3 ? true : false", "size('한글') == 2", "type(1) == int",
      "string(3) + 'x' == '3x' && int('4') == 4 && double('1.5') == 1.5",
      "duration('1h30m') > duration('89m') && duration('90s').getSeconds() == 90",
      "timestamp('2025-01-01T00:00:00Z') + duration('1h') == timestamp('2025-01-01T01:00:00Z')",
      "'A,b'.lowerAscii().split(',') == ['a', 'b'] && 'abc'.substring(1, 2) == 'b'",
      "[1, 2, 3].sum() == 6 && [3, 1].min() == 1 && [1, 2].isSorted()",
      "{'a': 1}.a == 1 && {'a': 1} == {'a': 1.0}", "'abcb'.indexOf('b') == 1",
      // What one side decides, the other cannot spoil.
      "object.nothing.at.all == 1 || true", "!(object.nothing == 1 && false)",
      "[1, 0].exists(x, 10 / x == 10)",
    ])
  func holds(text: String) throws {
    #expect(try value(text) == .bool(true))
  }

  @Test(
    "an expression without a value says why",
    arguments: [
      ("object.spec.nothing", "no such key: nothing"), ("1 / 0", "division by zero"),
      ("9223372036854775807 + 1", "integer overflow"), ("[1][2]", "index out of bounds: 2"),
      ("1 + 'a'", "found no matching overload for '_+_' applied to '(int, string)'"),
      ("'a' > 1", "found no matching overload for '_>_' applied to '(string, int)'"),
      ("'a'.nothing()", "found no matching overload for 'nothing' applied to '(string)'"),
      ("other", "no such attribute(s): other"),
    ])
  func fails(text: String, message: String) {
    #expect(throws: ExpressionError(message)) { try value(text) }
  }

  @Test(
    "a text that is no expression is refused where it stops being one",
    arguments: [
      ("... [] bad", "ERROR: <input>:1:1: Syntax error: mismatched input '.'"),
      ("1 +", "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>'"),
      ("a == 'x", "Syntax error: a string without its closing quote"),
      ("objekt.spec", "undeclared reference to 'objekt' (in container '')"),
      ("a # b", "token recognition error at: '#'"),
    ])
  func refused(text: String, message: String) throws {
    let error = #expect(throws: ExpressionError.self) {
      try CompiledExpression(text, variables: ["object", "a", "b"])
    }
    let found = try #require(error).message
    #expect(found.hasPrefix("compilation failed: ") && found.contains(message), "\(found)")
  }

  @Test("neither depth nor loops within loops hold up the server")
  func bounded() {
    let deep = String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000)
    #expect(throws: ExpressionError.self) { try value(deep) }
    #expect(throws: ExpressionError.self) {
      try value(String(repeating: "!", count: 5000) + "true")
    }
    let list = "[" + Array(repeating: "1", count: 60).joined(separator: ",") + "]"
    let loops = "\(list).all(a, \(list).all(b, \(list).all(c, \(list).all(d, a == d))))"
    #expect(throws: ExpressionError("operation cancelled: actual cost limit exceeded")) {
      try value(loops)
    }
  }
  @Test("a chain is no deeper than a stack takes, and a long list of conditions is not deep")
  func chains() throws {
    func chain(_ first: String, _ link: String, _ count: Int) -> String {
      first + String(repeating: link, count: count)
    }
    // Of short parts, one within another.
    let nested = (0..<30).reduce("object") { text, _ in "(\(chain(text, ".a", 90)))" }
    for text in [
      nested, chain("object", ".a", 5000), chain("1", " + 1", 20_000), chain("object", "[0]", 5000),
      chain("'a'", ".trim()", 5000), chain("1", " == 1", 5000),
    ] {
      let error = #expect(throws: ExpressionError.self) { try value(text) }
      #expect(error?.message.contains("recursion limit exceeded: 150") == true)
    }
    #expect(try value(chain("1", " + 1", 140)) == .int(141))
    #expect(try value(chain("false", " || false", 3000) + " || true") == .bool(true))
    #expect(try value(chain("true", " && true", 3000) + " && false") == .bool(false))
  }

  @Test(
    "what doubles is stopped before it fills the memory",
    arguments: [
      "['aaaaaaaaaaaaaaaa']" + String(repeating: ".map(x, x + x)", count: 40) + ".size() == 1",
      "[[1]]" + String(repeating: ".map(x, x + x)", count: 40) + ".size() == 1",
      "[1]" + String(repeating: ".map(x, [x, x])", count: 40) + " == [1]"
        + String(repeating: ".map(x, [x, x])", count: 40),
      "'aaaaaaaaaaaaaaaa'" + String(repeating: ".replace('a', 'aaaaaaaaaaaaaaaa')", count: 9)
        + ".size() == 1",
    ])
  func doubling(text: String) {
    #expect(throws: ExpressionError("operation cancelled: actual cost limit exceeded")) {
      try value(text)
    }
  }

  @Test("a pattern is no way to hold up the server")
  func patterns() throws {
    let text = "'" + String(repeating: "a", count: 200) + "!'.matches('^(a+)+$')"
    #expect(try value(text) == .bool(false))
    #expect(try value("!'٣'.matches('\\\\d') && 'a1'.find('[0-9]') == '1'") == .bool(true))
  }
  @Test(
    "fields whose names are no names are found by their escaped ones",
    arguments: [
      ("x__dash__y", "x-y"), ("a__dot__b__slash__c", "a.b/c"), ("__namespace__", "namespace"),
      ("a__underscores__dash__underscores__", "a__dash__"), ("plain__name", "plain__name"),
    ])
  func escapedNames(name: String, field: String) throws {
    let text = "has(self.\(name)) && self.\(name) == 1"
    let expression = try CompiledExpression(text, variables: ["self"])
    #expect(try expression.holds(["self": .map([.string(field): .int(1)])]))
    #expect(try !expression.holds(["self": .map([:])]))
  }
}
