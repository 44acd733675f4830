import Documents
import Linux

/// What a bundle showed: lines that mean the same whoever ran it.
struct BundleView {
  private(set) var lines: [String] = []

  init(_ output: Sandbox.Output, of run: BundleRun, leftBehind: Bool) {
    let inodes = Self.inodes(in: run.directory)
    let host = (try? File.text("\(run.directory)/hostname"))?.split(separator: "\n").first
    lines.append("status \(output.status)")
    if leftBehind { lines.append("left behind") }
    for line in output.output.split(separator: "\n") {
      var line = replace(run.directory, by: "(bundle)", in: String(line))
      line = replace(run.id, by: "(id)", in: line)
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      switch words.first {
      case "namespace" where words.count == 3:
        line = "namespace \(words[1]) \(inodes["\(words[2])"] ?? "new")"
      case "hostname" where words.last == host: line = "hostname (host)"
      case "cgroup": line = "cgroup " + line.drop { $0 != ":" }.dropFirst()
      default: break
      }
      lines.append(line)
    }
    lines += Self.hookLines(run)
  }

  /// The namespaces outside, by what their links say.
  private static func inodes(in directory: String) -> [String: String] {
    var result: [String: String] = [:]
    let text = (try? File.text("\(directory)/namespaces")) ?? ""
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 3 { result[String(words[2])] = String(words[0]) }
    }
    return result
  }

  /// What the hooks left: the state they were given, field by field, and what else they wrote.
  private static func hookLines(_ run: BundleRun) -> [String] {
    let log = "\(run.directory)/log"
    return ((try? Directory.list(log)) ?? []).flatMap { name -> [String] in
      let text = (try? File.text("\(log)/\(name)")) ?? ""
      let lines = text.split(separator: "\n").map { replace(run.id, by: "(id)", in: String($0)) }
      return lines.flatMap { line -> [String] in
        guard let state = try? JSONValue.parse(line), let members = state.object else {
          return [line]
        }
        return members.map { key, value in
          let value = key == "pid" && value != 0 ? "(pid)" : value.text()
          return "\"\(key)\":" + replace(run.directory, by: "(bundle)", in: value)
        }
      }.map { "hook \(name) \($0)" }
    }
  }

  /// How it ended, when only that matters.
  var failed: Bool { !lines.contains("status 0") }

  /// The lines that only one of the two has.
  func differences(from other: BundleView) -> (mine: [String], theirs: [String]) {
    var rest = other.lines
    var mine: [String] = []
    for line in lines {
      if let index = rest.firstIndex(of: line) { rest.remove(at: index) } else { mine.append(line) }
    }
    return (mine, rest)
  }
}
