import Support
import Testing

@testable import Builder

@Suite(".dockerignore") struct IgnoreTests {
  @Test(
    "a pattern stands for the paths the reference says",
    arguments: [
      ("*.md", "README.md", true), ("*.md", "docs/README.md", false),
      ("**/*.md", "README.md", true),
      ("**/*.md", "a/b/README.md", true), ("**", "a/b", true), ("a/**", "a", false),
      ("a/**", "a/b/c", true), ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true),
      ("a/**/b", "ab", false), ("a?c", "abc", true), ("a?c", "a/c", false), ("[a-c]x", "bx", true),
      ("[^a-c]x", "bx", false), ("[^a-c]x", "dx", true), ("a\\*b", "a*b", true),
      ("a\\*b", "axb", false), ("*/temp*", "x/temporary", true), ("*/temp*", "x/y/temp", false),
      ("**/", "a/b", true), ("***", "a/b", true), ("**a", "x/ya", false), ("**a", "x/a", true),
    ])
  func pattern(pattern: String, path: String, expected: Bool) throws {
    #expect(try #require(PathPattern(pattern)).matches(path) == expected)
  }

  @Test("the last line that says something decides, and a directory covers what is in it")
  func order() throws {
    let ignore = try IgnoreFile(
      parsing: """
        # a comment
        node_modules/
        /build
        *.log
        !important.log
          spaced
        docs
        !docs/keep/**
        """)
    for path in [
      "node_modules", "node_modules/a/b.js", "build/x", "x.log", "spaced", "docs/a", "docs",
    ] {
      #expect(ignore.ignores(path), "\(path)")
    }
    for path in ["important.log", "src/build", "a/x.log", "docs/keep/a", "app.py"] {
      #expect(!ignore.ignores(path), "\(path)")
    }
    #expect(ignore.hasExceptions)
  }

  @Test("a comment begins in the first column only") func comments() throws {
    let ignore = try IgnoreFile(parsing: "#a\n #b\n")
    #expect(!ignore.ignores("#a"))
    #expect(ignore.ignores("#b"))
  }

  @Test("everything but one file can be ignored") func allowList() throws {
    let ignore = try IgnoreFile(parsing: "*\n!app.py\n!src\n")
    #expect(ignore.ignores("secret"))
    #expect(!ignore.ignores("app.py"))
    #expect(!ignore.ignores("src/deep/file"))
  }

  @Test("what is no pattern is an error with its line", arguments: ["a\n!\n", "a\n[\n", "a\n\\\n"])
  func errors(text: String) {
    #expect {
      _ = try IgnoreFile(parsing: text)
    } throws: {
      ($0 as? DklabError)?.location?.line == 2
    }
  }
}
