import Documents
import Testing

@testable import Kube

@Suite("Protobuf bodies")
struct ProtobufTests {
  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.filter { !$0.isWhitespace })
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...($0 + 1)]), radix: 16)
    }
  }

  private func decode(_ body: [UInt8]) throws -> JSONValue {
    try ProtobufDecoder.decode(body) { Registry().find(apiVersion: $0, kind: $1)?.message }
  }

  @Test("are read as the JSON that they stand for")
  func namespace() throws {
    // What `kubectl create namespace foo` sends.
    let body = bytes(
      """
      6b3873000a0f0a02763112094e616d65737061636512260a1e0a03666f6f12001a0022002a003200
      380042005a090a047465616d12017812001a020a001a002200
      """)
    let object = try decode(body)
    #expect(object.kind == "Namespace")
    #expect(object.name == "foo")
    #expect(object.labels == ["team": "x"])
  }

  @Test("of the OpenAPI document hold what clients look up: types, references, extensions")
  func document() throws {
    let document: JSONValue = [
      "swagger": "2.0", "info": ["title": "T", "version": "v1"],
      "definitions": [
        "a.B": [
          "type": "object", "required": ["c"],
          "properties": ["c": ["type": "array", "items": ["$ref": "#/definitions/a.D"]]],
          "x-kubernetes-map-type": "atomic",
        ]
      ],
    ]
    /// The content of the first field of a number.
    func field(_ number: UInt64, _ bytes: ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
      var reader = ProtobufReader(bytes)
      while let (found, value) = try reader.next() {
        if found == number, case .bytes(let content) = value { return content }
      }
      throw APIError.badRequest("no field \(number)")
    }
    func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
    let bytes = OpenAPIProtobuf.encode(document)[...]
    #expect(text(try field(1, bytes)) == "2.0")
    #expect(text(try field(1, try field(2, bytes))) == "T")
    let named = try field(1, try field(9, bytes))
    #expect(text(try field(1, named)) == "a.B")
    let schema = try field(2, named)
    #expect(text(try field(1, try field(22, schema))) == "object")
    #expect(text(try field(19, schema)) == "c")
    let property = try field(1, try field(25, schema))
    #expect(text(try field(1, property)) == "c")
    let items = try field(1, try field(23, try field(2, property)))
    #expect(text(try field(1, items)) == "#/definitions/a.D")
    let extra = try field(31, schema)
    #expect(text(try field(1, extra)) == "x-kubernetes-map-type")
    #expect(text(try field(2, try field(2, extra))) == "\"atomic\"")
  }

  @Test("survive every way of being cut short or wrong")
  func truncated() throws {
    let whole = bytes(
      "6b3873000a0f0a02763112094e616d657370616365120b0a090a03666f6f12003200")
    for length in 0..<whole.count {
      // Whatever comes of it, it is an answer.
      _ = try? decode(Array(whole[..<length]))
      for value in [UInt8(0), 0x7f, 0xff] {
        var changed = whole
        changed[length] = value
        _ = try? decode(changed)
      }
    }
    #expect(throws: APIError.self) { try decode([]) }
    #expect(throws: APIError.self) { try decode(Array("{}".utf8)) }
  }
}
