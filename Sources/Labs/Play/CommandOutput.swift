import Support

/// What played commands have said, as far as it helps somebody who reads why something failed.
enum CommandOutput {
  /// How many lines are shown, the last ones.
  private static let limit = 12

  /// The lines of `text` without the progress of transfers.
  static func telling(_ text: String) -> [String] {
    // A progress line is drawn over again and again, with a carriage return before each.
    let lines = text.split(whereSeparator: \.isNewline).map { String($0).printable }
    return lines.filter { !$0.allSatisfy(\.isWhitespace) && !isProgress($0) }.suffix(limit)
      .map { $0 }
  }

  /// `Unable to find image … locally`, `latest: Pulling from …`, `9f1a…: Pull complete`, `Digest: …`,
  /// `Status: Downloaded …`.
  private static func isProgress(_ line: String) -> Bool {
    if line.hasPrefix("Unable to find image '"), line.hasSuffix("' locally") { return true }
    if line.hasPrefix("Digest: sha256:") { return true }
    if line.hasPrefix("Status: Downloaded ") || line.hasPrefix("Status: Image is up to date") {
      return true
    }
    guard let colon = line.firstRange(of: ": ") else { return false }
    return [
      "Pulling from ", "Pulling fs layer", "Pull complete", "Already exists", "Download complete",
      "Verifying Checksum", "Waiting", "Downloading", "Extracting",
    ].contains { line[colon.upperBound...].hasPrefix($0) }
  }
}
