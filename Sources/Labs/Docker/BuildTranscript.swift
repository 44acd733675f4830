// What a build on a Docker Engine did. Its events do not tell; the classic builder tells its client, a
// JSON document a line, in chunks of HTTP: which step it comes to, and whether it has it in the cache.

import Documents
import Engine
import Linux
import Support

/// A build as the relay took it down.
struct BuildTranscript {
  /// Before the name of the image, escaped as in a query, in the name of a file of the relay's.
  static let prefix = "build="
  /// In the journal: an entry that was made of a transcript.
  static let mark = "relay"
  static let limit = 256 << 10
  /// The instructions that make a layer; the others cost nothing, whether they are cached or not.
  private static let working: Set<String> = ["RUN", "COPY", "ADD", "WORKDIR"]

  private(set) var cached = 0
  /// The steps that ran, as they stand in the Dockerfile.
  private(set) var steps: [String] = []
  private(set) var hasSucceeded = false

  init(_ text: String) {
    var step: String?
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("{") {
      guard let said = (try? JSONValue.parse(String(line)))?["stream"]?.string else { continue }
      if said.hasPrefix("Step "), let colon = said.firstRange(of: " : ") {
        if let step { steps.append(step) }
        let instruction = said[colon.upperBound...].trimmed
        step =
          Self.working.contains(instruction.prefix { $0 != " " }.uppercased()) ? instruction : nil
      } else if said.contains("---> Using cache"), step != nil {
        cached += 1
        step = nil
      } else if said.hasPrefix("Successfully built") {
        if let step { steps.append(step) }
        step = nil
        hasSucceeded = true
      }
    }
  }
}

extension OutputFolder {
  /// The builds that have come to an end since `time`, as our own builder notes them.
  func builds(after time: Int64) -> [Journal.NewEntry] {
    ((try? Directory.list(path)) ?? []).compactMap { file -> Journal.NewEntry? in
      let parts = file.split(separator: "@").map(String.init)
      guard file.hasPrefix(BuildTranscript.prefix), parts.count == 2, let began = Int64(parts[1]),
        began > time, let text = try? File.text("\(path)/\(file)", limit: 1 << 20)
      else { return nil }
      let transcript = BuildTranscript(text)
      guard transcript.hasSucceeded else { return nil }
      let name = String(parts[0].dropFirst(BuildTranscript.prefix.count))
        .replacing("%3A", with: ":").replacing("%2F", with: "/")
      return Journal.NewEntry(
        type: "builder", action: "build", actor: "", name: name,
        attributes: [
          BuildTranscript.mark: "1", "cached": "\(transcript.cached)",
          "ran": "\(transcript.steps.count)", "steps": transcript.steps.joined(separator: "\n"),
        ], time: began)
    }.sorted { $0.time < $1.time }
  }
}
