import Support
import Testing

@testable import Documents

struct JSONValueTests {
  private struct Port: Codable, Equatable {
    var number: UInt16
    var name: String?
  }

  private struct Pod: Codable, Equatable {
    var zone: String
    var ports: [Port]
    var labels: [String: String]
    var ratio: Double
    var extra: JSONValue
    var ready: Bool
  }

  private let pod = Pod(
    zone: "z", ports: [Port(number: 80, name: "http"), Port(number: 443)], labels: ["a": "b"],
    ratio: 0.5, extra: ["z": 1, "a": [nil, 2.5]], ready: true)

  @Test("encoding keeps the order of declaration, decoding gives the value back")
  func codable() throws {
    let json = try JSONValue(encoding: pod)
    #expect(
      json.text() == #"{"zone":"z","ports":[{"number":80,"name":"http"},{"number":443}],"#
        + #""labels":{"a":"b"},"ratio":0.5,"extra":{"z":1,"a":[null,2.5]},"ready":true}"#)
    #expect(try json.decode(as: Pod.self) == pod)
  }

  @Test("a whole number decodes as Double, a whole Double as Int, and an Optional takes null")
  func conversions() throws {
    #expect(try JSONValue.integer(3).decode(as: Double.self) == 3)
    #expect(try JSONValue.number(3).decode(as: Int.self) == 3)
    #expect(try JSONValue.parse("[1,null]").decode(as: [Int?].self) == [1, nil])
    #expect(try JSONValue(encoding: [UInt64.max]).text() == "[18446744073709552000]")
  }

  @Test(
    "a value of the wrong shape is an error that names its place",
    arguments: [
      (#"{"number": "80"}"#, "number: expected a number, found a string"),
      (#"{"number": 70000}"#, "number: 70000 does not fit UInt16"),
      (#"{"number": 1.5}"#, "number: 1.5 does not fit UInt16"),
      (#"{}"#, "number: missing"),
      (#"{"number": 1, "name": []}"#, "name: expected a string, found an array"),
      ("[]", "expected an object, found an array"),
    ])
  func shapeErrors(text: String, message: String) throws {
    let json = try JSONValue.parse(text)
    let error = #expect(throws: DklabError.self) { try json.decode(as: Port.self) }
    #expect(error?.message.en == message)
    #expect(error?.id == "json.shape")
  }

  @Test("the path of a nested error has fields and indexes")
  func nestedPath() throws {
    let json: JSONValue = ["zone": "z", "ports": [["number": 1], ["number": true]]]
    let error = #expect(throws: DklabError.self) { try json.decode(as: Pod.self) }
    #expect(error?.message.en == "ports[1].number: expected a number, found a boolean")
  }

  @Test("accessors give nil for another kind, subscripts reach into documents")
  func accessors() {
    var value: JSONValue = ["a": [1, "x"], "b": true, "n": 2.5]
    #expect(value["a"]?[1]?.string == "x" && value["a"]?[0]?.int == 1)
    #expect(value["a"]?[2] == nil && value["a"]?[-1] == nil && value["zzz"] == nil)
    #expect(value["b"]?.bool == true && value["b"]?.string == nil && value["n"]?.int == nil)
    value["b"] = nil
    value["new"] = ["k": 1]
    #expect(value.text() == #"{"a":[1,"x"],"n":2.5,"new":{"k":1}}"#)
  }

  @Test("objects with many keys find, replace and remove like small ones")
  func manyKeys() {
    var object = JSONObject((0..<100).map { ("k\($0)", .integer($0)) })
    #expect(object["k57"] == 57 && object["k100"] == nil && object.count == 100)
    object["k57"] = "new"
    object["k3"] = nil
    object["last"] = nil
    #expect(object["k57"] == "new" && object["k3"] == nil && object["k99"] == 99)
    #expect(object.keys.first == "k0" && object.keys[3] == "k4" && object.count == 99)
    for number in 4..<100 { object["k\(number)"] = nil }
    #expect(object == ["k0": 0, "k1": 1, "k2": 2])
  }

  @Test("equality and hash ignore the order of members, not that of elements")
  func equality() {
    let left: JSONValue = ["a": 1, "b": [1, 2]]
    #expect(left == ["b": [1, 2], "a": 1] && Set([left, ["b": [1, 2], "a": 1]]).count == 1)
    #expect(left != ["b": [2, 1], "a": 1] && left != ["a": 1])
  }

  @Test("a dictionary is encoded by its keys, at any depth; a struct as it declares them")
  func dictionaries() throws {
    struct Outer: Encodable {
      var zebra = ["c": 1, "a": 2, "b": 3]
      var apple = ["y": ["n": 1, "m": 2], "x": ["l": 3]]
    }
    #expect(
      try JSONValue(encoding: Outer()).text()
        == #"{"zebra":{"a":2,"b":3,"c":1},"apple":{"x":{"l":3},"y":{"m":2,"n":1}}}"#)
  }
}
