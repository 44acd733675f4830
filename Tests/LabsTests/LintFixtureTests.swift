import Glibc
import Linux
import Support
import Testing

@testable import Labs

/// Each folder of Fixtures/lint is a lab and what the linter says of it, to the letter. With
/// DKLAB_RECORD=1 the answers are written instead of compared.
@Suite("What the linter says")
struct LintFixtureTests {
  static let folder =
    String(#filePath.dropLast("LintFixtureTests.swift".count)) + "Fixtures/lint"
  static let cases = (try? Directory.list(folder)) ?? []

  @Test("of the labs in Fixtures/lint, in both languages", arguments: cases)
  func says(_ name: String) throws {
    let found = Self.answer(of: name)
    let path = "\(Self.folder)/\(name)/expected"
    guard getenv("DKLAB_RECORD") == nil else { return try File.replace(path, found) }
    #expect(try found == File.text(path))
  }

  private static func answer(of name: String) -> String {
    let place = "\(folder)/\(name)"
    let lines: [String]
    do {
      let found = try Linter.lint(folder: place, thoroughly: true).diagnostics
      lines = found.flatMap { $0.lines(.en) } + [""] + found.flatMap { $0.lines(.ko) }
    } catch {
      let found = Diagnostic(error, at: SourceLocation(file: place))
      lines = found.lines(.en) + [""] + found.lines(.ko)
    }
    return lines.map { $0.replacing(place + "/", with: "") + "\n" }.joined()
  }

  @Test("is told in full: no lab of theirs hides one finding behind another")
  func many() {
    #expect(Self.answer(of: "everything-at-once").split(separator: "error:").count > 15)
    #expect(Self.answer(of: "clean") == "\n")
  }
}
