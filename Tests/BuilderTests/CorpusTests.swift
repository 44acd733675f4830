import Documents
import Glibc
import Linux
import Support
import Testing

@testable import Builder

private let corpusFolder = getenv("DKLAB_CORPUS").map { String(cString: $0) }

/// Dockerfiles that people wrote, read by us and by BuildKit's parser. They are no part of this
/// project; Tests/Checks/dockerfile-reference.py says how to bring some.
@Suite(
  "Dockerfiles of others",
  .enabled(if: corpusFolder != nil, "needs DKLAB_CORPUS, see dockerfile-reference.py"))
struct CorpusTests {
  @Test(
    "every instruction has the lines, the text, the flags and the words that the reference reads")
  func corpus() throws {
    let folder = try #require(corpusFolder)
    let names = try Directory.list(folder).filter { $0.hasSuffix(".json") }.sorted()
    #expect(names.count >= 250, "a corpus of \(names.count) is too small to say much")
    for name in names {
      let file = String(name.dropLast(".json".count))
      let source = try File.text("\(folder)/\(file)")
      let reference = try JSONValue.parse(File.text("\(folder)/\(name)"))
      var reader: LineReader
      let lines: [LogicalLine]
      do {
        reader = try LineReader(source)
        lines = try reader.read()
      } catch {
        #expect(reference["error"] != nil, "\(file): \(error)")
        continue
      }
      guard let expected = reference.array else {
        // What the reference refuses as a whole, we refuse at the latest when it is understood.
        #expect(throws: (any Error).self, "\(file)") { try Dockerfile(parsing: source) }
        continue
      }
      #expect(lines.count == expected.count, "\(file)")
      for (line, other) in zip(lines, expected) {
        compare(line, other, reader.directives, file)
      }
    }
  }

  private func compare(
    _ line: LogicalLine, _ other: JSONValue, _ directives: Directives, _ file: String
  ) {
    let text = InstructionText(line.text, directives)
    let place = "\(file):\(line.range.first)"
    #expect(text.keyword.uppercased() == other["keyword"]?.string?.uppercased(), "\(place)")
    #expect(line.range.first == other["first"]?.int, "\(place): first line")
    #expect(line.range.last == other["last"]?.int, "\(place): last line")
    // The reference keeps documents with the line; we keep them beside it.
    let whole = other["text"]?.string ?? ""
    let first = line.heredocs.isEmpty ? whole : String(whole.prefix { $0 != "\n" })
    #expect(line.text == first, "\(place): text")
    #expect(text.flags == (other["flags"]?.array ?? []).compactMap(\.string), "\(place): flags")
    guard other["json"]?.bool == true,
      !["ONBUILD", "HEALTHCHECK"].contains(text.keyword.uppercased())
    else { return }
    let words = try? InstructionText.jsonList(text.arguments)
    #expect(words == (other["value"]?.array ?? []).compactMap(\.string), "\(place): words")
  }
}
