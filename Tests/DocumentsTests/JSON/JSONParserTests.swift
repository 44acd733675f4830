import Support
import Testing

@testable import Documents

struct JSONParserTests {
  @Test(
    "every kind of value is read as what it is",
    arguments: [
      ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-7", -7),
      ("9223372036854775807", .integer(.max)), ("9223372036854775808", 9223372036854775808.0),
      ("1.5e2", 150.0), ("1E+2", 100.0),
      ("-0", .number(-0.0)), ("-0.25", -0.25), ("\"\"", ""), ("[]", []), ("{}", [:]),
      (#""a\"\\\/\b\f\n\r\té""#, "a\"\\/\u{8}\u{c}\n\r\té"),
      (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\udc00x""#, "\u{FFFD}x"),
      (#""\ud83dA""#, "\u{FFFD}A"), ("\"한글\"", "한글"),
      ("[1, [2, {}], \"x\"]", [1, [2, [:]], "x"]),
      (#"{"b": 1, "a": {"c": [null]}}"#, ["b": 1, "a": ["c": [nil]]]),
      (#"{"a": 1, "a": 2}"#, ["a": 2]),
    ] as [(String, JSONValue)])
  func reads(text: String, expected: JSONValue) throws {
    #expect(try JSONValue.parse(text) == expected)
  }

  @Test(
    "what RFC 8259 forbids is refused with its place",
    arguments: [
      ("", "1:1: expected a value, found end of input"),
      ("nul", "1:1: expected a value, found `n`"),
      ("[1,]", "1:4: expected a value, found `]`"),
      ("[1 2]", "1:4: expected `,` or `]`, found `2`"),
      ("{a: 1}", "1:2: expected a key in double quotes, found `a`"),
      ("{\"a\" 1}", "1:6: expected `:` after a key, found `1`"),
      ("{\"a\": 1,}", "1:9: expected a key in double quotes, found `}`"),
      ("{\n \"한글\": x\n}", "2:8: expected a value, found `x`"),
      ("01", "1:2: unexpected `1` after the document"),
      ("1.", "1:3: expected a digit, found end of input"),
      ("-", "1:2: expected a digit, found end of input"),
      ("1e999", "1:6: number out of range: 1e999"),
      ("\"a", "1:3: string without its closing quote"),
      ("\"a\nb\"", "1:3: control character in a string"),
      ("\"\\x\"", "1:3: unknown escape in a string: `x`"),
      ("\"\\u12g4\"", "1:6: expected four hexadecimal digits"),
      ("\"\\", "1:3: unknown escape in a string: end of input"),
      ("NaN", "1:1: expected a value, found `N`"),
      ("[1] // x", "1:5: unexpected `/` after the document"),
    ])
  func refuses(text: String, problem: String) {
    #expect(message(of: text) == "json:" + problem)
  }

  private func message(of text: String) -> String? {
    do {
      _ = try JSONValue.parse(text)
      return nil
    } catch {
      return (error as? DklabError).map { error in
        let place = error.location.map { "\($0.file):\($0.line):\($0.column): " } ?? ""
        return place + error.message(.en)
      }
    }
  }

  @Test("nesting is read up to the limit and refused beyond it")
  func depth() throws {
    let nested = { (depth: Int) in
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try JSONValue.parse(nested(512)) }
    #expect(message(of: nested(513))?.contains("nested deeper than 512") == true)
    #expect(message(of: String(repeating: "[", count: 1_000_000)) != nil)
  }

  @Test("no truncation or one-byte change of a document crashes the parser")
  func survivesDamage() throws {
    let good = Array(#"{"a": [1, -2.5e3, "xé\n한", true, null], "b": {}}"#.utf8)
    var refused = 0
    for place in good.indices {
      for byte in [0, 0x22, 0x5C, 0x7B, 0x80, 0xFF] as [UInt8] {
        var bad = good
        bad[place] = byte
        if (try? JSONValue.parse(bad)) == nil { refused += 1 }
      }
      #expect((try? JSONValue.parse(good[..<place])) == nil)
    }
    #expect(refused > good.count)
  }

  @Test("bytes that are not UTF-8 become the replacement character")
  func invalidUTF8() throws {
    #expect(try JSONValue.parse([0x22, 0xFF, 0x22] as [UInt8]) == "\u{FFFD}")
  }

  @Test("keys that are there twice are named by their paths")
  func duplicates() throws {
    var found: [String] = []
    let text = #"{"a": 1, "b": [{"c": 1, "c": 2, "c": 3}], "a": {"d": 1, "d": 1}}"#
    let value = try JSONValue.parse(Array(text.utf8), duplicates: &found)
    #expect(found == ["b[0].c", "a", "a.d"])
    #expect(value["b"] == [["c": 3]])
  }
}
