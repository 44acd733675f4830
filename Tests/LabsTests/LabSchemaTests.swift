import Documents
import Support
import Testing

@testable import Labs

@Suite("The schema of the lab format")
struct LabSchemaTests {
  @Test("is whole: every reference leads to a definition, every part can be the root")
  func whole() {
    for part in LabSchema.parts {
      let document = LabSchema.document(part)
      let definitions = Set(document["$defs"]?.object?.keys ?? [])
      #expect(definitions.contains(part))
      let references = Self.references(in: document)
      #expect(references.contains("#/$defs/\(part)"))
      for reference in references {
        #expect(definitions.contains(String(reference.dropFirst("#/$defs/".count))), "\(reference)")
      }
    }
  }

  private static func references(in value: JSONValue) -> Set<String> {
    if let array = value.array {
      return array.reduce(into: []) { $0.formUnion(references(in: $1)) }
    }
    guard let object = value.object else { return [] }
    var found: Set<String> = []
    for (key, value) in zip(object.keys, object.values) {
      if key == "$ref", let text = value.string { found.insert(text) }
      found.formUnion(references(in: value))
    }
    return found
  }

  @Test("says what the reader says: required keys, choices, the version, types of checks")
  func content() throws {
    let front = try #require(LabSchema.document()["$defs"]?["front-matter"])
    let required = front["required"]?.array?.compactMap(\.string)
    #expect(required == ["format", "id", "title", "summary", "minutes"])
    #expect(front["properties"]?["format"] == ["const": .integer(Int64(FormatVersion.current))])
    #expect(front["properties"]?["kind"] == ["enum": ["lab", "notes"]])
    #expect(front["additionalProperties"] == false)
    let check = try #require(LabSchema.document("check")["$defs"]?["check"])
    let keys = check["properties"]?.object?.keys ?? []
    for type in CheckTypes.names { #expect(keys.contains(type)) }
    for key in ["id", "deadline", "needs", "message", "note"] { #expect(keys.contains(key)) }
    let get = try #require(check["properties"]?["http.get"]?["anyOf"]?[0])
    #expect(get["required"] == ["url"])
    #expect(get["properties"]?["status"]?["anyOf"]?[0] == ["type": "integer"])
  }

  @Test("has no key that the reader would refuse, and lacks none that the labs use")
  func sameAsReader() throws {
    let front = LabSchema.document()["$defs"]?["front-matter"]?["properties"]?.object?.keys ?? []
    for key in front where !["format", "id"].contains(key) {
      let found = try Example.lint({ $0.exchange("minutes: 10", "minutes: 10\n\(key): x") })
      #expect(!found.contains { $0.id == "lab.unknown-key" }, "\(key)")
    }
    let unknown = try Example.lint({ $0.exchange("minutes: 10", "minutes: 10\nother: x") })
    #expect(unknown.contains { $0.id == "lab.unknown-key" })
  }
}
