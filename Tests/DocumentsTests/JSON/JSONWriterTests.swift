import Testing

@testable import Documents

struct JSONWriterTests {
  @Test("the pretty form is docker inspect's")
  func pretty() throws {
    let value: JSONValue = [["Id": "abc", "Args": [], "Config": [:], "Ports": [80, nil]]]
    #expect(
      value.text(pretty: true) == """
        [
            {
                "Id": "abc",
                "Args": [],
                "Config": {},
                "Ports": [
                    80,
                    null
                ]
            }
        ]
        """)
  }

  @Test("the compact form has no spaces and keeps the order of keys")
  func compact() {
    let value: JSONValue = ["z": 1, "a": [true, 1.5, "x<&>"]]
    #expect(value.text() == #"{"z":1,"a":[true,1.5,"x<&>"]}"#)
  }

  @Test("strings are escaped as Go escapes them")
  func escapes() {
    let value: JSONValue = "\"\\\n\r\t\u{8}\u{c}\u{1}\u{7f}\u{2028}한😀"
    #expect(value.text() == #""\"\\\n\r\t\b\f\u0001"# + "\u{7f}" + #"\u2028한😀""#)
    // Their neighbours begin with the same byte, and may stand at either end.
    let near: JSONValue = ["", "‧", "\u{2028}", "\u{2029}‪", "–€a\u{2029}b…", "\u{10}\u{1f}"]
    #expect(
      near.text()
        == #"["","‧","\u2028","\u2029"# + "‪" + #"","–€a\u2029b…","\u0010\u001f"]"#)
  }

  @Test(
    "numbers are written as Go and ECMAScript write them",
    arguments: [
      (0, "0"), (-0.0, "-0"), (1, "1"), (1.5, "1.5"), (100, "100"), (0.1, "0.1"),
      (123456789.125, "123456789.125"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
      (1.5e300, "1.5e+300"), (0.000001, "0.000001"), (0.0000001, "1e-7"), (1.25e-9, "1.25e-9"),
      (-2.5e-3, "-0.0025"), (9007199254740992, "9007199254740992"), (.infinity, "null"),
    ] as [(Double, String)])
  func numbers(number: Double, text: String) {
    #expect(JSONValue.number(number).text() == text)
  }

  @Test("what is written reads back the same")
  func roundTrip() throws {
    let value: JSONValue = [
      "text": "\u{0}\u{1f}\"\\/한글\u{2028}", "numbers": [1, -1, 1.25, 1e-300, .integer(.min)],
      "nested": ["a": [[:], [], nil, true]],
    ]
    #expect(try JSONValue.parse(value.text()) == value)
    #expect(try JSONValue.parse(value.text(pretty: true)) == value)
  }
}
