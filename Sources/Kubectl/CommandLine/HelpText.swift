/// What `--help` prints.
enum HelpText {
  /// Of the whole program.
  static func root(_ root: Command) -> String {
    var text = """
      kubectl talks to the API server of a Kubernetes cluster.

      This one is part of dklab and works with any cluster.


      """
    for (title, names) in CommandTree.groups {
      text += title + ":\n"
      for name in names {
        guard let command = root.command(name) else { continue }
        text += "  \(name)\(padding(name, 16))\(command.summary)\n"
      }
      text += "\n"
    }
    return text + """
      Usage:
        kubectl [flags] [options]

      Use "kubectl <command> --help" for more information about a given command.
      Use "kubectl options" for a list of global command-line options (applies to all commands).
      """
  }

  /// Of one command.
  static func of(_ command: Command, path: String) -> String {
    var text = command.summary + ".\n\n"
    if !command.aliases.isEmpty {
      text += "Aliases:\n\(([command.name] + command.aliases).joined(separator: ", "))\n\n"
    }
    if !command.examples.isEmpty {
      text += "Examples:\n"
      for example in command.examples { text += "  \(example)\n" }
      text += "\n"
    }
    if !command.commands.isEmpty {
      text += "Available Commands:\n"
      for inner in command.commands {
        text += "  \(inner.name)\(padding(inner.name, 22))\(inner.summary)\n"
      }
      text += "\n"
    }
    if !command.flags.isEmpty {
      text += "Options:\n" + options(command.flags) + "\n"
    }
    text += "Usage:\n  \(path) \(command.usage.isEmpty ? "[flags]" : command.usage) [options]\n\n"
    if !command.commands.isEmpty {
      text += "Use \"\(path) <command> --help\" for more information about a given command.\n"
    }
    return text
      + "Use \"kubectl options\" for a list of global command-line options "
      + "(applies to all commands)."
  }

  /// Flags, one below the other.
  static func options(_ flags: [Flag]) -> String {
    var text = ""
    for flag in flags.sorted(by: { $0.name < $1.name }) {
      let short = flag.short.map { "-\($0), " } ?? ""
      let standard =
        switch flag.kind {
        case .string: "'\(flag.standard)'"
        case .list, .array: "[]"
        default: flag.standard
        }
      text += "    \(short)--\(flag.name)=\(standard):\n\t\(flag.help)\n\n"
    }
    return text
  }

  private static func padding(_ name: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - name.count))
  }
}
