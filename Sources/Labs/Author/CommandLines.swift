import Support

/// The docker commands of a script: which images each uses and which names it makes.
struct CommandLines {
  var uses: [String] = []
  var makes: [String] = []
  var location: SourceLocation

  private static let programs: Set<Substring> = ["docker", "podman", "dklab"]

  /// Options of `run`, `create` and `pull` that take no value. Of others the next word is theirs.
  private static let switches: Set<Substring> = [
    "--detach", "--interactive", "--tty", "--rm", "--privileged", "--init", "--read-only",
    "--publish-all", "--no-healthcheck", "--oom-kill-disable", "--quiet", "--help", "--explain",
    "--dry-run", "--all-tags", "--disable-content-trust",
  ]
  private static let shortSwitches: Set<Character> = ["d", "i", "t", "P", "q"]

  /// The commands in `text`, the body of a fence at `location`.
  static func read(_ text: String, _ location: SourceLocation) -> [CommandLines] {
    var found: [CommandLines] = []
    var inHere: Substring?
    for (number, line) in text.lines.enumerated() {
      if let end = inHere {
        if line.trimmed == end { inHere = nil }
        continue
      }
      if line.utf8.contains(UInt8(ascii: "<")) {
        inHere = line.firstMatch(of: /<<-?\s*["']?([A-Za-z_]+)["']?/)?.1
      }
      var place = location
      (place.line, place.column) = (location.line + 1 + number, 1)
      for words in simpleCommands(line) { found += read(words, place) }
    }
    return found
  }

  /// The words of each command of a line that pipes, lists and substitutions hold together.
  private static func simpleCommands(_ line: Substring) -> [[Substring]] {
    line.split(whereSeparator: { "|;&()`\"".contains($0) }).map { part in
      part.split(whereSeparator: \.isWhitespace).prefix { !$0.hasPrefix("#") }.map { $0 }
    }
  }

  private static func read(_ words: [Substring], _ location: SourceLocation) -> [CommandLines] {
    guard let program = words.firstIndex(where: { programs.contains($0) }) else { return [] }
    var rest = words[(program + 1)...]
    if rest.first == "container" || rest.first == "image" { rest = rest.dropFirst() }
    guard let verb = rest.popFirst() else { return [] }
    var line = CommandLines(location: location)
    switch verb {
    case "run", "create", "pull":
      guard let image = firstArgument(rest), isPlain(image) else { return [] }
      line.uses = [String(image)]
    case "tag", "commit", "import": line.makes = rest.last.map { [String($0)] } ?? []
    case "build":
      for (option, value) in zip(rest, rest.dropFirst()) where ["-t", "--tag"].contains(option) {
        line.makes.append(String(value))
      }
    default: return []
    }
    return [line]
  }

  private static func firstArgument(_ words: ArraySlice<Substring>) -> Substring? {
    var rest = words
    while let word = rest.popFirst() {
      guard word.hasPrefix("-") else { return word }
      let takesValue =
        word.hasPrefix("--")
        ? !switches.contains(word)
        : !(word.last.map { shortSwitches.contains($0) } ?? true)
      if takesValue, !word.contains("=") { _ = rest.popFirst() }
    }
    return nil
  }

  /// Whether the word is a name and nothing that a shell makes one of.
  private static func isPlain(_ word: Substring) -> Bool {
    word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/:".contains($0)) }
      && word.first?.isLetter == true
  }
}
