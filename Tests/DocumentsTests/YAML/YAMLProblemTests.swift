import Support
import Testing

@testable import Documents

struct YAMLProblemTests {
  private func failure(_ text: String) -> DklabError? {
    do {
      _ = try YAMLDocument.parseAll(text, file: "t.yaml")
      return nil
    } catch {
      return error as? DklabError
    }
  }

  @Test(
    "syntax errors are reworded and stand at their place",
    arguments: [
      ("a: b: c", "1:5: a `:` where no value can start"),
      ("a:\n\t- x", "2:1: a tab in the indentation"),
      ("- id: x\n \tb.c: {d: e}", "2:2: a tab in the indentation"),
      ("a:\n  - 1\n\tb: 2", "3:1: a tab in the indentation"),
      ("a: 1\n b: 2", "2:3: a `:` where no value can start"),
      ("a:\n  b: 1\n c: 2", "3:2: expected a key or the end of the mapping"),
      ("a: - x", "1:4: a `-` where no list item can start"),
      ("a: 1\nb\nc: 2", "3:1: a line that is neither `key: value` nor a list item"),
      ("a: [1, 2", "1:4: a list in `[…]` lacks `,` or `]`"),
      ("a: {b: 1", "1:4: a mapping in `{…}` lacks `,` or `}`"),
      ("a: \"x", "1:4: a quote that is never closed"),
      ("a: \"\\q\"", "1:5: an unknown escape in a double-quoted text"),
      ("a: *", "1:5: a `*` without the name of an anchor"),
      ("a: & b", "1:5: a `&` without a name"),
      ("a: @x", "1:4: a character that cannot start a value"),
      ("a: !x!y z", "1:4: an unknown tag"),
      ("a: |x", "1:5: text after the sign of a block text"),
      ("- 1\nb: 2", "2:1: expected `-` or the end of the list"),
      ("a: 1\n한글: \u{1}", "2:5: a control character"),
      ("%YAML 3.0\n---\na", "1:1: only YAML 1.1 and 1.2 are understood"),
      ("a: [1, 2]]", "1:10: expected a key or the end of the mapping"),
    ])
  func syntax(text: String, expected: String) {
    let error = failure(text)
    let place = error?.location.map { "\($0.line):\($0.column): " } ?? ""
    #expect(place + (error?.message.en ?? "no error") == expected)
    #expect(error?.message.ko.isEmpty == false)
  }

  @Test("no one-byte change and no cut of a document crashes the reader")
  func survivesDamage() {
    let good = Array(
      "a: &x [1, {b: \"é\"}]\nc: *x\nd: |\n  t\n? e\n: !!str f\n--- # 한\n- 'g'\n".utf8)
    var refused = 0
    for place in good.indices {
      for byte in [0, 9, 0x0A, 0x20, 0x22, 0x26, 0x2A, 0x3A, 0x5B, 0x7D, 0x80, 0xFF] as [UInt8] {
        var bad = good
        bad[place] = byte
        if failure(String(decoding: bad, as: UTF8.self)) != nil { refused += 1 }
      }
      _ = failure(String(decoding: good[..<place], as: UTF8.self))
    }
    #expect(refused > good.count)
  }
}
