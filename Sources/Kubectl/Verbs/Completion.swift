import Documents

/// `kubectl completion`: the shells ask the program itself.
enum Completion {
  static let command = Command(
    name: "completion", usage: "SHELL",
    summary: "Output shell completion code for the specified shell (bash, zsh, fish)",
    examples: ["source <(kubectl completion bash)"]
  ) { invocation in
    guard let shell = invocation.words.first else {
      throw KubectlError("Shell not specified.\nSee 'kubectl completion -h' for help and examples")
    }
    guard invocation.words.count == 1 else {
      throw KubectlError(
        "Too many arguments. Expected only the shell type.\nSee 'kubectl completion -h' for help and examples"
      )
    }
    switch shell {
    case "bash": Screen.write(bash)
    case "zsh": Screen.write(zsh)
    case "fish": Screen.write(fish)
    default:
      throw KubectlError(
        "Unsupported shell type \"\(shell)\".\nSee 'kubectl completion -h' for help and examples")
    }
  }

  private static let bash = """
    # bash completion for kubectl
    __kubectl_complete() {
      local IFS=$'\\n'
      COMPREPLY=($(kubectl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
      [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace
    }
    complete -F __kubectl_complete kubectl

    """

  private static let zsh = """
    #compdef kubectl
    _kubectl() {
      local -a found
      found=("${(@f)$(kubectl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
      compadd -a found
    }
    compdef _kubectl kubectl

    """

  private static let fish = """
    complete -c kubectl -f -a '(kubectl __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'

    """

  /// What may follow on a command line; the last word is the one being typed.
  static func words(_ line: [String]) -> [String] {
    guard let last = line.last else { return [] }
    var command = CommandTree.root
    var rest: [String] = []
    for word in line.dropLast() {
      if rest.isEmpty, let next = command.command(word) {
        command = next
      } else {
        rest.append(word)
      }
    }
    if last.hasPrefix("-") {
      return (command.flags + CommonFlags.global)
        .map { "--\($0.name)" + ($0.kind == .bool ? "" : "=") }
        .filter { $0.hasPrefix(last) }.sorted()
    }
    if !command.commands.isEmpty, rest.isEmpty {
      return command.commands.map(\.name).filter { $0.hasPrefix(last) && !$0.hasPrefix("__") }
        .sorted()
    }
    return (try? objects(command, rest, last)) ?? []
  }

  /// Kinds, then names of objects.
  private static func objects(_ command: Command, _ rest: [String], _ last: String) throws
    -> [String]
  {
    let flags = try FlagValues(rest, flags: command.flags + CommonFlags.global)
    let invocation = Invocation(command: command, path: "kubectl \(command.name)", flags: flags)
    let session = try Session(invocation)
    func names(_ kind: ResourceKind) throws -> [String] {
      try session.list(kind, namespace: session.namespace).list("items").map(\.name)
    }
    if ["logs", "exec", "attach", "port-forward"].contains(command.name) {
      guard flags.words.isEmpty else { return [] }
      return try names(try session.discovery.kind(named: "pods")).filter { $0.hasPrefix(last) }
    }
    if let word = flags.words.first {
      return try names(try session.discovery.kind(named: word)).filter { $0.hasPrefix(last) }
    }
    if let slash = last.firstIndex(of: "/") {
      let kind = String(last[..<slash])
      return try names(try session.discovery.kind(named: kind)).map { "\(kind)/\($0)" }
        .filter { $0.hasPrefix(last) }
    }
    return try session.discovery.all().filter { $0.verbs.contains("list") }.map(\.plural)
      .filter { $0.hasPrefix(last) }.sorted()
  }
}
