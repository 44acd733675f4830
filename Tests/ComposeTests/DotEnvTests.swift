import Support
import Testing

@testable import Compose

@Suite("A file of variables")
struct DotEnvTests {
  private func read(_ text: String) throws -> [String: String] {
    let found = try DotEnv.parse(text, file: ".env") { ["OUTSIDE": "out"][$0] }
    return Dictionary(found.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }

  @Test(
    "is read value by value",
    arguments: [
      ("A=1", "1"), ("A = 1 ", "1"), ("export A=1", "1"), ("A: 1", "1"), ("A=", ""),
      ("A=a b c", "a b c"), ("A=a # comment", "a"), ("A=a#b", "a#b"), ("A=#c", ""),
      ("A='$OUTSIDE'", "$OUTSIDE"), ("A=\"$OUTSIDE\"", "out"), ("A=${OUTSIDE}x", "outx"),
      ("A=${NONE:-d}", "d"), ("A=\"a\\nb\"", "a\nb"), ("A='a\\nb'", "a\\nb"),
      ("A=\"a\nb\"", "a\nb"), ("A=\"say \\\"hi\\\"\"", "say \"hi\""), ("A=\"\\\\\"", "\\"),
      ("A=\"\\$OUTSIDE\"", "$OUTSIDE"), ("B=1\nA=$B$B", "11"), ("A=1\nA=2", "2"),
      ("\u{FEFF}A=1", "1"), ("A=1\r\nB=2\r\n", "1"), ("# c\n\n  A=1", "1"), ("A=한글", "한글"),
      ("A='it\\'s'", "it's"), ("OUTSIDE\nA=$OUTSIDE", "out"),
    ])
  func values(_ text: String, _ expected: String) throws {
    #expect(try read(text)["A"] == expected)
  }

  @Test("a name alone takes the environment's value, or is left out")
  func inherited() throws {
    #expect(try read("OUTSIDE\nNOWHERE\n") == ["OUTSIDE": "out"])
  }

  @Test(
    "and its mistakes have a place",
    arguments: [
      ("A=1\nB!=2", 2, 2), ("A=\"open\nmore", 1, 3), ("=1", 1, 1), ("A B=1", 1, 4),
      ("A=${B:?say}", 1, 3),
    ])
  func mistakes(_ text: String, _ line: Int, _ column: Int) {
    #expect {
      try read(text)
    } throws: { error in
      let place = (error as? DklabError)?.location
      return place?.line == line && place?.column == column
    }
  }

  @Test("in the raw format nothing is interpreted")
  func raw() {
    let found = DotEnv.parseRaw("# c\nA='$B' # x\nC\nD=")
    #expect(found.map(\.name) == ["A", "C", "D"])
    #expect(found.map(\.value) == ["'$B' # x", nil, ""])
  }
}
