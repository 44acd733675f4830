import Documents
import Glibc
import Linux
import Support
import Testing

@testable import Compose

/// One case a folder: `compose.yaml` and what it needs, `environment` (NAME=value lines), and what
/// comes out: `expected.yaml` or `errors.txt`. DKLAB_RECORD=1 writes these anew.
@Suite("A compose project, loaded")
struct ConfigTests {
  static let root = String(#filePath.dropLast("ConfigTests.swift".count)) + "Fixtures/config"

  @Test("gives the model or the complaints written down", arguments: try Directory.list(root))
  func fixture(_ name: String) throws {
    let folder = "\(Self.root)/\(name)"
    let result = try Self.outcome(folder)
    let file = "\(folder)/\(result.isError ? "errors.txt" : "expected.yaml")"
    if getenv("DKLAB_RECORD") != nil { try File.replace(file, result.text) }
    #expect(File.exists(file), "\(result.text)")
    #expect(try File.text(file) == result.text)
    let other = "\(folder)/\(result.isError ? "expected.yaml" : "errors.txt")"
    #expect(!File.exists(other), "orphan \(other)")
  }

  @Test("is the same when what was printed is read again", arguments: try Directory.list(root))
  func again(_ name: String) throws {
    let first = try Self.outcome("\(Self.root)/\(name)")
    guard !first.isError else { return }
    let text = first.text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("# ") }.joined(separator: "\n")
    // A printed `$` is meant as it stands.
    let source = ComposeSource(read: { _ in text }, exists: { $0 == "/project/compose.yaml" })
    var loader = ProjectLoader(files: ["/project/compose.yaml"])
    loader.source = source
    loader.interpolates = false
    loader.profiles = ["*"]
    #expect(YAMLWriter.text(ConfigDocument(try loader.load()).json) == text)
  }

  private static func outcome(_ folder: String) throws -> (text: String, isError: Bool) {
    let names = try Directory.list(folder)
    let files = ["compose.yaml", "compose.override.yaml"].filter(names.contains)
    var loader = ProjectLoader(files: files.map { "\(folder)/\($0)" })
    loader.projectName = "demo"
    if names.contains("environment") {
      for line in try File.text("\(folder)/environment").split(separator: "\n") {
        let name = line.prefix { $0 != "=" }
        loader.environment[String(name)] = String(line.dropFirst(name.count + 1))
      }
      loader.profiles = loader.environment["PROFILES"].map { [$0] } ?? []
    }
    do {
      let project = try loader.load()
      var text = project.warnings.map { "# warning: \($0.message(.en))\n" }.joined()
      text += YAMLWriter.text(ConfigDocument(project).json)
      return (text.replacing(folder, with: "/project"), false)
    } catch let problems as ComposeProblems {
      return (Self.text(problems.problems, folder), true)
    } catch let problem as DklabError {
      return (Self.text([problem], folder), true)
    }
  }

  private static func text(_ problems: [DklabError], _ folder: String) -> String {
    problems.map { problem in
      let place = problem.location.map { "\($0.file):\($0.line):\($0.column): " } ?? ""
      let hint = problem.hint.map { "\n  hint: \($0.en)" } ?? ""
      return "\(place)\(problem.message.en)\(hint)\n".replacing(folder, with: "/project")
    }.joined()
  }
}
