// `dklab kubectl`, and the binary named kubectl: a client of any Kubernetes cluster.
//
// Students type kubectl's commands, and scripts look for its words, so names, flags, sentences and
// exit statuses are kubectl's, in English. Everything else is ours: the kinds come from the server's
// discovery, tables from the server, merge keys from the schema that our own server is made of.
//
// Reading order: CommandTree.swift, Resources/Selection.swift, Verbs/Get.swift, Apply/ThreeWayMerge.swift.

import Glibc
import Support

/// Reads the command line, runs the command, tells of errors, gives the exit status.
package enum KubectlMain {
  /// `words` without the program's name.
  package static func run(_ words: [String]) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    if words.first == "__complete" {
      for word in Completion.words(Array(words.dropFirst())) { Screen.print(word) }
      return 0
    }
    do {
      let invocation = try read(words)
      guard let body = invocation.command.run else { return 0 }
      try body(invocation)
      return 0
    } catch let help as HelpPage {
      Screen.print(help.text)
      return 0
    } catch {
      let (text, status) = ErrorText.of(error)
      if !text.isEmpty { Screen.remark(text) }
      return status
    }
  }

  /// A page to be printed instead of running anything.
  struct HelpPage: Error { let text: String }

  /// Finds the command and reads its flags.
  static func read(_ words: [String]) throws -> Invocation {
    let root = CommandTree.root
    var command = root
    var path = "kubectl"
    var rest: [String] = []
    var waiting = words[...]
    // Flags may stand before the names of commands.
    while let word = waiting.popFirst() {
      if word == "--" {
        rest += [word] + waiting
        break
      }
      if word.hasPrefix("-") {
        rest.append(word)
        if takesNextWord(word, command), let value = waiting.popFirst() { rest.append(value) }
        continue
      }
      if let next = command.command(word) {
        command = next
        path += " " + next.name
        if next.commands.isEmpty {
          rest += waiting
          break
        }
        continue
      }
      if command.run == nil {
        guard command.name == "kubectl" else {
          throw KubectlError(
            "unknown command \"\(word)\"\nSee '\(path) -h' for help and examples")
        }
        if word == "help" { throw HelpPage(text: try help(Array(waiting))) }
        throw unknown(word, command, path)
      }
      rest += [word] + waiting
      break
    }
    let flags: FlagValues
    do {
      flags = try FlagValues(rest, flags: command.flags + CommonFlags.global)
    } catch is HelpWanted {
      throw HelpPage(
        text: command.name == "kubectl" ? HelpText.root(root) : HelpText.of(command, path: path))
    } catch let error as CommandLineFailure {
      throw KubectlError("\(error.message)\nSee '\(path) --help' for usage.")
    }
    if command.run == nil {
      throw HelpPage(
        text: command.name == "kubectl" ? HelpText.root(root) : HelpText.of(command, path: path))
    }
    return Invocation(command: command, path: path, flags: flags)
  }

  /// Whether the word behind this flag is its value.
  private static func takesNextWord(_ word: String, _ command: Command) -> Bool {
    guard !word.contains("=") else { return false }
    let flags = CommonFlags.global + command.flags
    if word.hasPrefix("--") {
      return flags.first { $0.name == word.dropFirst(2) }.map { $0.alone == nil } ?? false
    }
    guard let last = word.last, word.count == 2 else { return false }
    return flags.first { $0.short == last }.map { $0.alone == nil } ?? false
  }

  private static func help(_ words: [String]) throws -> String {
    var command = CommandTree.root
    var path = "kubectl"
    for word in words {
      guard let next = command.command(word) else { throw unknown(word, command, path) }
      command = next
      path += " " + next.name
    }
    return words.isEmpty ? HelpText.root(command) : HelpText.of(command, path: path)
  }

  private static func unknown(_ word: String, _ command: Command, _ path: String) -> KubectlError {
    let near = command.commands.map(\.name)
      .filter { distance($0, word) <= 2 || $0.hasPrefix(word) }
    var text = "unknown command \"\(word)\" for \"\(path)\""
    if !near.isEmpty {
      text += "\n\nDid you mean this?\n" + near.map { "\t\($0)\n" }.joined()
    }
    return KubectlError(text)
  }

  /// How many letters one must change, add or drop to make one word of the other (Levenshtein).
  static func distance(_ one: String, _ other: String) -> Int {
    let (one, other) = (Array(one.lowercased()), Array(other.lowercased()))
    var row = Array(0...other.count)
    for (line, letter) in one.enumerated() {
      var corner = row[0]
      row[0] = line + 1
      for column in other.indices {
        let change = corner + (letter == other[column] ? 0 : 1)
        corner = row[column + 1]
        row[column + 1] = min(change, row[column] + 1, corner + 1)
      }
    }
    return row[other.count]
  }
}
