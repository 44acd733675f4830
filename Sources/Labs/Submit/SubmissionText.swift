import Documents
import Support

/// A submission for people: everything that is in it, so that nobody sends what they have not seen.
package enum SubmissionText {
  /// Summary, manifest, journal entry by entry, and the files by their versions.
  package static func everything(_ submission: Submission) -> [String] {
    var lines = submission.summary.map { $0().oneLine } + [""]
    if let manifest = try? JSONValue(encoding: submission.manifest).text(pretty: true) {
      lines += manifest.split(separator: "\n").map(String.init) + [""]
    }
    lines += submission.journal.map { line($0.entry.time, $0.entry.type, $0.entry.action, $0) }
    lines +=
      [""]
      + submission.files.sorted { $0.key < $1.key }.flatMap { digest, content in
        ["file \(digest)"]
          + String(decoding: content, as: UTF8.self).printable.split(separator: "\n").map {
            "  " + $0
          }
      }
    return lines
  }

  private static func line(
    _ time: Int64, _ type: String, _ action: String, _ sealed: Submission.SealedEntry
  ) -> String {
    let attributes = sealed.entry.attributes.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.value.oneLine)" }.joined(separator: " ")
    return "\(RFC3339.local(time)) \(type).\(action) \(sealed.entry.name.oneLine) \(attributes)"
  }
}
