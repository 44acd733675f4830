import Documents
import Testing

@testable import Kube

@Suite("Rules of schemas")
struct SchemaRuleTests {
  private static func spec(_ schema: String) throws -> SchemaNode {
    SchemaNode(
      try YAMLDocument.parse(
        "{type: object, properties: {spec: \(schema)}}", file: "schema"
      ).json)
  }

  private static func problems(_ node: SchemaNode, _ new: JSONValue, _ old: JSONValue? = nil)
    -> [String]
  {
    node.problems(["spec": new], old: old.map { ["spec": $0] }).map(\.description)
  }

  @Test("hold for the elements of lists and for the values of maps, whatever they are")
  func elements() throws {
    let node = try Self.spec(
      """
      {type: object, properties: {
        list: {type: array, items: {type: string, maxLength: 4, x-kubernetes-validations: [{rule: "self.startsWith('a')", message: "no a"}]}},
        map: {type: object, additionalProperties: {type: integer, maximum: 9, x-kubernetes-validations: [{rule: "self > 0", message: "too small"}]}},
        deep: {type: array, items: {type: array, items: {type: integer, x-kubernetes-validations: [{rule: "self != 5", message: "five"}]}}}}}
      """)
    #expect(
      Self.problems(
        node, ["list": ["ab", "b"], "map": ["one": 1, "none": 0], "deep": [[1], [4, 5]]]) == [
          "spec.list[1]: Invalid value: \"b\": no a",
          "spec.map[none]: Invalid value: 0: too small",
          "spec.deep[1][1]: Invalid value: 5: five",
        ])
    // Bounds come first; what is out of them in kind keeps the rules from being asked.
    #expect(
      Self.problems(node, ["map": ["many": 10], "list": ["b"]]) == [
        "spec.map.many: Invalid value: 10: spec.map.many in body should be less than or equal to 9",
        "spec.list[0]: Invalid value: \"b\": no a",
      ])
    #expect(
      Self.problems(node, ["list": ["bbbbbb"]]) == [
        "spec.list[0]: Too long: may not be more than 4 bytes",
        "<nil>: Invalid value: \"null\": some validation rules were not checked because the object "
          + "was invalid; correct the existing errors to complete validation",
      ])
  }

  @Test("of an object share what they may cost, and it is said once that it is used up")
  func budget() throws {
    let rule = try #require(
      SchemaRule.all(["x-kubernetes-validations": [["rule": "[1, 2, 3].all(x, x > self)"]]]).first)
    var budget: Int? = 1000
    var problems: [FieldProblem] = []
    for _ in 0..<1000 { rule.check(.int(0), old: nil, json: 0, "a", &budget, &problems) }
    #expect(budget == nil)
    #expect(
      problems.map(\.description) == [
        "a: Invalid value: 0: validation failed due to running out of cost budget, no further "
          + "validation rules will be run"
      ])
  }

  @Test("fractions are multiples of fractions")
  func multiples() throws {
    let node = try Self.spec("{type: number, multipleOf: 0.1}")
    for number in [0.1, 0.3, 0.7, 1.1, 123456.7] {
      #expect(Self.problems(node, .number(number)).isEmpty, "\(number)")
    }
    #expect(Self.problems(node, 0.35).count == 1)
  }

  @Test("see values as the schema says, not as they look")
  func types() throws {
    let node = try Self.spec(
      """
      {type: object, x-kubernetes-validations: [
        {rule: "type(self.ratio) == double && self.ratio / 2.0 == 1.5", message: "ratio"},
        {rule: "type(self.count) == int", message: "count"},
        {rule: "self.at > timestamp('2020-01-01T00:00:00Z')", message: "at"},
        {rule: "self.pause < duration('2h')", message: "pause"},
        {rule: "size(self.data) == 3", message: "data"},
        {rule: "self.ratios.all(k, type(self.ratios[k]) == double)", message: "ratios"}],
       properties: {ratio: {type: number}, count: {type: integer}, at: {type: string, format: date-time},
         pause: {type: string, format: duration}, data: {type: string, format: byte},
         ratios: {type: object, additionalProperties: {type: number}}}}
      """)
    let fine: JSONValue = [
      "ratio": 3, "count": 3, "at": "2025-01-01T00:00:00Z", "pause": "1h30m", "data": "YWJj",
      "ratios": ["a": 1, "b": 2.5],
    ]
    #expect(Self.problems(node, fine) == [])
    var early = fine
    early["at"] = "2019-01-01T00:00:00Z"
    early["ratio"] = 4
    #expect(
      Self.problems(node, early) == [
        "spec: Invalid value: \"object\": ratio", "spec: Invalid value: \"object\": at",
      ])
  }

  @Test("about changes find what an element of a keyed list was before")
  func transitions() throws {
    let node = try Self.spec(
      """
      {type: object, properties: {
        list: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name],
          items: {type: object, properties: {name: {type: string}, size: {type: integer,
            x-kubernetes-validations: [{rule: "self >= oldSelf", messageExpression: "'was ' + string(oldSelf)"}]}}}},
        map: {type: object, additionalProperties: {type: string,
            x-kubernetes-validations: [{rule: "self == oldSelf", reason: FieldValueForbidden}]}}}}
      """)
    let old: JSONValue = [
      "list": [["name": "a", "size": 1], ["name": "b", "size": 5]], "map": ["x": "1"],
    ]
    #expect(
      Self.problems(
        node,
        [
          "list": [
            ["name": "b", "size": 4], ["name": "new", "size": 0], ["name": "a", "size": 2],
          ],
          "map": ["x": "2", "y": "3"],
        ], old) == [
          "spec.list[0].size: Invalid value: 4: was 5",
          "spec.map[x]: Forbidden: failed rule: self == oldSelf",
        ])
    #expect(
      Self.problems(node, ["list": [["name": "a"], ["name": "a"]]]) == [
        "spec.list[1]: Duplicate value: {\"name\":\"a\"}"
      ])
  }

  @Test("may ask whether there was anything before")
  func optionalOldValue() throws {
    let node = try Self.spec(
      """
      {type: string, x-kubernetes-validations: [{rule: "oldSelf.hasValue() ? self >= oldSelf.value() : self == 'a'",
        optionalOldSelf: true, messageExpression: "oldSelf.orValue('nothing') + ' was there'", fieldPath: ".x"}]}
      """)
    #expect(Self.problems(node, "a") == [])
    #expect(Self.problems(node, "b") == ["spec.x: Invalid value: \"b\": nothing was there"])
    #expect(Self.problems(node, "b", "a") == [])
    #expect(Self.problems(node, "a", "b") == ["spec.x: Invalid value: \"a\": b was there"])
  }

  @Test("do not judge again what nobody has changed, unless they are about changes")
  func ratchet() throws {
    let node = try Self.spec(
      """
      {type: object, x-kubernetes-validations: [{rule: "self.a != oldSelf.a", message: "must change"}],
       properties: {a: {type: string, maxLength: 1}, b: {type: string,
         x-kubernetes-validations: [{rule: "self == 'x'", message: "not x"}]}}}
      """)
    let old: JSONValue = ["a": "long", "b": "y"]
    #expect(Self.problems(node, ["a": "z", "b": "y"], old) == [])
    #expect(
      Self.problems(node, old, old) == ["spec: Invalid value: \"object\": must change"])
    #expect(
      Self.problems(node, ["a": "z", "b": "z"], old) == ["spec.b: Invalid value: \"z\": not x"])
  }

  @Test("a message that takes more than a line is not said")
  func messages() throws {
    for (expression, message) in [
      ("'  '", "plain"), ("'a\\\\nb'", "plain"), ("'fine'", "fine"), ("self.nothing", "plain"),
    ] {
      let node = try Self.spec(
        """
        {type: object, x-kubernetes-preserve-unknown-fields: true,
         x-kubernetes-validations: [{rule: "false", message: "plain", messageExpression: "\(expression)"}]}
        """)
      #expect(Self.problems(node, ["a": 1]) == ["spec: Invalid value: \"object\": \(message)"])
    }
  }

  @Test("that could not be asked are refused with the definition")
  func definitions() throws {
    let cluster = try TestCluster()
    func refusal(_ schema: String) -> String {
      let error = #expect(throws: APIError.self) {
        try cluster.apply(
          """
          apiVersion: apiextensions.k8s.io/v1
          kind: CustomResourceDefinition
          metadata: {name: shirts.example.com}
          spec:
            group: example.com
            scope: Namespaced
            names: {plural: shirts, kind: Shirt}
            versions:
            - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: \(schema)}}}}
          """)
      }
      return error?.message ?? ""
    }
    let path = "spec.validation.openAPIV3Schema.properties[spec]"
    let list = refusal(
      "{type: array, items: {type: string, x-kubernetes-validations: [{rule: self == oldSelf}]}}")
    #expect(
      list.contains(
        ".items.x-kubernetes-validations[0].rule: Invalid value: \"self == oldSelf\": oldSelf cannot be "
          + "used on the uncorrelatable portion of the schema within"), "\(list) \(path)")
    let unused = refusal(
      "{type: string, x-kubernetes-validations: [{rule: 'true', optionalOldSelf: true}]}")
    #expect(
      unused.contains(
        "optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used"),
      "\(unused)")
    let reason = refusal(
      "{type: string, x-kubernetes-validations: [{rule: 'true', reason: Whim}]}")
    #expect(reason.contains("reason: Unsupported value: \"Whim\""), "\(reason)")
  }
}
