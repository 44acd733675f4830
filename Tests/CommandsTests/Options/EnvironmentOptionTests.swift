import Glibc
import Support
import Testing

@testable import Commands

struct EnvironmentOptionTests {
  private let inherited = { (name: String) in name == "HOME" ? "/root" : nil }

  @Test(
    "-e takes a value, or the caller's, or takes the image's away",
    arguments: [
      ("A=b", "A=b"), ("A=", "A="), ("A=b=c", "A=b=c"), ("HOME", "HOME=/root"), ("NOPE", "NOPE"),
    ])
  func variable(text: String, expected: String) throws {
    #expect(try EnvironmentOption.variable(text, inherited: inherited) == expected)
  }

  @Test("a variable needs a name", arguments: ["", "=x"])
  func noName(text: String) {
    #expect(throws: DklabError.self) { try EnvironmentOption.variable(text) }
  }

  private func withFile<Result>(_ text: [UInt8], _ body: (String) throws -> Result) throws -> Result
  {
    var template = Array("/tmp/dklab-commands-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer {
      close(descriptor)
      unlink(path)
    }
    try #require(write(descriptor, text, text.count) == text.count)
    return try body(path)
  }

  @Test("an env file keeps values as they stand and skips comments")
  func file() throws {
    let text = "\u{FEFF}A=1\n# comment\n\n  B= two words \nC=\"quoted\"\nHOME\nNOPE\nD=x#y\r\nE="
    let lines = try withFile(Array(text.utf8)) { path in
      try EnvironmentOption.variables(ofFile: path, inherited: inherited)
    }
    #expect(lines == ["A=1", "B= two words ", "C=\"quoted\"", "HOME=/root", "D=x#y", "E="])
  }

  @Test("mistakes in an env file name the file and the line")
  func mistakes() throws {
    for (text, line, message) in [
      ("A=1\nexport B=2\n", 2, "variable 'export B' contains whitespaces"),
      ("\n=x\n", 2, "no variable name on line '=x'"),
    ] {
      try withFile(Array(text.utf8)) { path in
        let error = #expect(throws: DklabError.self) {
          try EnvironmentOption.variables(ofFile: path)
        }
        #expect(error?.message.en == message)
        #expect(error?.location == SourceLocation(file: path, line: line, column: 1))
      }
    }
    try withFile([0x41, 0x3D, 0xFF]) { path in
      let error = #expect(throws: DklabError.self) { try EnvironmentOption.variables(ofFile: path) }
      #expect(error?.message.en == "invalid utf8 bytes in the line")
    }
    let missing = #expect(throws: DklabError.self) {
      try EnvironmentOption.variables(ofFile: "/nonexist")
    }
    #expect(missing?.message.en == "open /nonexist: no such file or directory")
  }

  @Test("labels may have no value, but need a key")
  func labels() throws {
    #expect(try EnvironmentOption.label("a=b=c") == ("a", "b=c"))
    #expect(try EnvironmentOption.label("a") == ("a", ""))
    #expect(throws: DklabError.self) { try EnvironmentOption.label("=x") }
  }
}
