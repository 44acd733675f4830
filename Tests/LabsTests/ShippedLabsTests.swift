import Linux
import Testing

@testable import Labs

@Suite("The labs that are shipped")
struct ShippedLabsTests {
  static let labs =
    ((try? Directory.list(root + "/Labs")) ?? []).filter {
      File.exists("\(root)/Labs/\($0)/lab.md")
    }

  static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

  @Test("follow the format, in both languages", arguments: labs)
  func clean(_ lab: String) throws {
    let result = try Linter.lint(folder: "\(Self.root)/Labs/\(lab)")
    #expect(result.diagnostics.map { $0.text(.en) } == [])
  }

  @Test("are there")
  func some() {
    #expect(Self.labs.count >= 3)
  }
}
