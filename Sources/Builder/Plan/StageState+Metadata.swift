import Images
import Linux
import Support

extension StageState {
  /// The instructions that change nothing but the image's configuration.
  mutating func dispatchMetadata(_ instruction: Instruction) throws {
    switch instruction.kind {
    case .argument(let list): try dispatch(arguments: list, instruction)
    case .environment(let pairs): try dispatch(environment: pairs, instruction)
    case .label(let pairs): try dispatch(labels: pairs, instruction)
    case .expose(let words): try dispatch(expose: words, instruction)
    case .volume(let paths):
      let expanded = try paths.map { try expand($0, at: instruction.range) }
      config.config.volumes = Set(config.config.volumes + expanded).sorted()
      addHistory("VOLUME [\(expanded.joined(separator: " "))]", withLayer: false)
    case .user(let user):
      let expanded = try expand(user, at: instruction.range)
      config.config.user = expanded
      addHistory("USER \(expanded)", withLayer: false)
    case .command(let line): dispatch(command: line, instruction)
    case .entrypoint(let line): dispatch(entrypoint: line, instruction)
    case .maintainer(let name):
      config.author = name
      addHistory("MAINTAINER \(name)", withLayer: false)
    case .onBuild(let trigger): config.config.onBuild = (config.config.onBuild ?? []) + [trigger]
    case .shell(let words):
      config.config.shell = words
      addHistory("SHELL [\(words.joined(separator: " "))]", withLayer: false)
    case .stopSignal(let text):
      let expanded = try expand(text, at: instruction.range)
      try checkSignal(expanded)
      config.config.stopSignal = expanded
      addHistory("STOPSIGNAL \(expanded)", withLayer: false)
    case .healthcheck(let check):
      once(instruction)
      config.config.healthcheck = check
      addHistory("HEALTHCHECK \(check.goText)", withLayer: false)
    case .run, .copy, .workdir: preconditionFailure("makes a step")
    }
  }

  private func checkSignal(_ text: String) throws {
    do {
      _ = try Signal(parsing: text)
    } catch {
      throw DockerfileError(
        Text("invalid signal: \(text)", ko: "잘못된 시그널입니다: \(text)"))
    }
  }

  private mutating func lintSecret(_ keyword: String, _ name: String, at range: SourceRange) {
    guard SecretName.isSuspicious(name) else { return }
    findings.append(
      LintFinding(
        rule: .secretsUsedInArgOrEnv,
        message: Text(
          "Do not use ARG or ENV instructions for sensitive data (\(keyword) \"\(name)\")",
          ko: "비밀을 ARG나 ENV에 넣지 마세요 (\(keyword) \"\(name)\")"), range: range))
  }

  private mutating func lintLegacy(_ pairs: [KeyValue], _ instruction: Instruction) {
    guard pairs.contains(where: \.isLegacy) else { return }
    let word = instruction.keyword
    findings.append(
      LintFinding(
        rule: .legacyKeyValueFormat,
        message: Text(
          "\"\(word) key=value\" should be used instead of legacy \"\(word) key value\" format",
          ko: "\"\(word) 이름 값\" 대신 \"\(word) 이름=값\"으로 쓰세요"), range: instruction.range))
  }

  private mutating func dispatch(arguments list: [Argument], _ instruction: Instruction) throws {
    var shown: [String] = []
    for argument in list {
      lintSecret("ARG", argument.name, at: instruction.range)
      var value = resolver.options.arguments[argument.name]
      if value == nil, let text = argument.value {
        value = try expand(text, at: instruction.range)
      }
      value = value ?? resolver.graph.arguments[argument.name]
      if let value, !BuildOptions.proxyNames.contains(argument.name) {
        variables[argument.name] = value
      }
      arguments.append((argument.name, value))
      shown.append(value.map { "\(argument.name)=\($0)" } ?? argument.name)
    }
    addHistory("ARG \(shown.joined(separator: " "))", withLayer: false)
  }

  private mutating func dispatch(environment pairs: [KeyValue], _ instruction: Instruction) throws {
    lintLegacy(pairs, instruction)
    // All of them see the values from before the instruction.
    let expanded = try pairs.map { pair in
      (
        try expand(pair.key, at: instruction.range), try expand(pair.value, at: instruction.range)
      )
    }
    var list = VariableList(config.config.env ?? [])
    for (key, value) in expanded {
      lintSecret("ENV", key, at: instruction.range)
      list[key] = value
      variables[key] = value
    }
    config.config.env = list.entries
    let shown = expanded.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
    addHistory("ENV \(shown)", withLayer: false)
  }

  private mutating func dispatch(labels pairs: [KeyValue], _ instruction: Instruction) throws {
    lintLegacy(pairs, instruction)
    var shown: [String] = []
    for pair in pairs {
      let key = try expand(pair.key, at: instruction.range)
      let value = try expand(pair.value, at: instruction.range)
      config.config.labels = config.config.labels ?? [:]
      config.config.labels?[key] = value
      shown.append("\(key)=\(value)")
    }
    addHistory("LABEL \(shown.joined(separator: " "))", withLayer: false)
  }

  private mutating func dispatch(expose words: [String], _ instruction: Instruction) throws {
    let values = variables
    var ports: [String] = []
    var seen: Set<String> = []
    for word in words {
      var expander = WordExpander(escape: resolver.file.directives.escape) { values[$0] }
      let expanded = try expander.words(word)
      report(expander.missing, at: instruction.range)
      for text in expanded {
        let port = try ExposedPort(parsing: text)
        for rule in port.findings {
          findings.append(
            LintFinding(rule: rule, message: port.message(rule), range: instruction.range))
        }
        ports += port.ports.filter { seen.insert($0).inserted }
      }
    }
    config.config.exposedPorts = Set(config.config.exposedPorts + ports).sorted()
    addHistory("EXPOSE [\(ports.joined(separator: " "))]", withLayer: false)
  }

  /// The shell's words before a line in shell form.
  func shellWords(_ line: CommandLineText) -> [String] {
    guard line.usesShell else { return line.words }
    let shell = config.config.shell ?? ["/bin/sh", "-c"]
    return shell + [line.words.joined(separator: " ")]
  }

  private mutating func lintShellForm(_ line: CommandLineText, _ instruction: Instruction) {
    once(instruction)
    guard line.usesShell, config.config.shell == nil else { return }
    findings.append(
      LintFinding(
        rule: .jsonArgsRecommended,
        message: Text(
          "JSON arguments recommended for \(instruction.keyword) to prevent unintended behavior "
            + "related to OS signals",
          ko: "\(instruction.keyword)은(는) JSON 꼴로 쓰세요. 셸 꼴이면 셸이 PID 1이 되어 시그널을 전달하지 않습니다"),
        range: instruction.range))
  }

  /// Tells of an earlier instruction that this one makes useless.
  private mutating func once(_ instruction: Instruction) {
    let name = instruction.keyword.uppercased()
    if let earlier = lastUse[name] {
      findings.append(
        LintFinding(
          rule: .multipleInstructionsDisallowed,
          message: Text(
            "Multiple \(instruction.keyword) instructions should not be used in the same stage "
              + "because only the last one will be used",
            ko: "\(instruction.keyword)이(가) 여러 번 나오지만 마지막 것만 쓰입니다"), range: earlier))
    }
    lastUse[name] = instruction.range
  }

  private mutating func dispatch(command line: CommandLineText, _ instruction: Instruction) {
    lintShellForm(line, instruction)
    config.config.cmd = shellWords(line)
    addHistory("CMD \(GoText.quoted(config.config.cmd ?? []))", withLayer: false)
  }

  private mutating func dispatch(entrypoint line: CommandLineText, _ instruction: Instruction) {
    lintShellForm(line, instruction)
    let words = shellWords(line)
    config.config.entrypoint = words.isEmpty ? nil : words
    // A new entry point makes the base image's CMD meaningless.
    if lastUse["CMD"] == nil { config.config.cmd = nil }
    addHistory("ENTRYPOINT \(GoText.quoted(words))", withLayer: false)
  }
}

/// Names that sound like secrets: a word of them is `password`, `token`, `key` ….
enum SecretName {
  private static let words: Set = [
    "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret",
    "token",
  ]
  private static let harmless: Set = ["public", "file", "version"]

  static func isSuspicious(_ name: String) -> Bool {
    let parts = Set(name.lowercased().split(separator: "_").map(String.init))
    return !parts.isDisjoint(with: words) && parts.isDisjoint(with: harmless)
  }
}
