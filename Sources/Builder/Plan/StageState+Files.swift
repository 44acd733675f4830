import Support

extension StageState {
  /// WORKDIR: also makes the directory.
  mutating func dispatch(workdir text: String, _ instruction: Instruction) throws {
    let path = try expand(text, at: instruction.range)
    if !hasWorkdir, !path.hasPrefix("/") {
      findings.append(
        LintFinding(
          rule: .workdirRelativePath,
          message: Text(
            "Relative workdir \"\(path)\" can have unexpected results if the base image changes",
            ko: "상대 경로 WORKDIR \"\(path)\"은(는) 베이스 이미지가 바뀌면 뜻밖의 곳이 됩니다"),
          range: instruction.range))
    }
    hasWorkdir = true
    let directory = PathText.join(config.config.workingDirectory ?? "/", path)
    config.config.workingDirectory = directory
    if directory != "/" {
      addStep(
        instruction, .makeDirectory(path: directory, owner: config.config.user),
        title: display(instruction))
    }
    addHistory("WORKDIR \(directory)", withLayer: directory != "/")
  }

  mutating func dispatch(_ run: RunInstruction, _ instruction: Instruction) throws {
    var line = run.command
    var script: RunWork.Script?
    var suffix = ""
    if let first = line.heredocs.first, let text = line.words.first {
      suffix = ""
      if Heredoc(text) != nil {
        // The document is all there is: it is the script.
        let content = first.text
        suffix = " (\(StageState.summary(content)))"
        if content.hasPrefix("#!") {
          script = RunWork.Script(name: first.name, content: content)
          line = CommandLineText(words: ["/dev/pipes/\(first.name)"], usesShell: true)
        } else {
          line.words = [content]
        }
      } else {
        // The shell reads the documents itself.
        line.words = [text + line.heredocs.map { "\n\($0.content)\($0.name)" }.joined()]
      }
    }
    var work = RunWork(
      arguments: shellWords(line), environment: runEnvironment(), user: config.config.user,
      directory: config.config.workingDirectory ?? "/",
      network: run.network ?? resolver.options.network)
    if work.network == "default" { work.network = resolver.options.network }
    work.silentEnvironment = resolver.options.proxyEnvironment
    work.isInsecure = run.security == "insecure"
    work.script = script
    work.mounts = try run.mounts.map { try mount($0, instruction) }
    addStep(instruction, .run(work), title: display(instruction, keepsQuotes: true) + suffix)
    addHistory(
      "RUN \(historyArguments() + work.arguments.joined(separator: " "))", withLayer: true,
      isFile: true)
  }

  /// The first line of a document, for the progress.
  private static func summary(_ content: String) -> String {
    let lines = content.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let first = lines.first.map(String.init) ?? ""
    return lines.count > 1 && !(lines.last ?? "").isEmpty ? first + "..." : first
  }

  private func runEnvironment() -> [String] {
    let entries = variables.entries
    return entries.contains { $0.hasPrefix("PATH=") } ? entries : [StageState.defaultPath] + entries
  }

  /// `|2 A=1 B=2 `: the build arguments a RUN could see.
  private func historyArguments() -> String {
    var list = VariableList()
    for (name, value) in arguments { list[name] = variables[name] ?? value ?? "" }
    guard !list.names.isEmpty else { return "" }
    return "|\(list.names.count) \(list.entries.joined(separator: " ")) "
  }

  private mutating func mount(
    _ text: String, _ instruction: Instruction
  ) throws -> RunWork.Mount {
    let values = variables
    let escape = resolver.file.directives.escape
    var missing: Set<String> = []
    let wish = try RunMount(parsing: text) { word in
      var expander = WordExpander(escape: escape) { values[$0] }
      let result = try expander.expand(word)
      missing.formUnion(expander.missing)
      return result
    }
    report(missing, at: instruction.range)
    return RunWork.Mount(wish: wish, source: try source(wish.from))
  }

  /// What `--from=NAME` means: a stage, a named context, or an image.
  private func source(_ name: String?) throws -> StepSource {
    guard let name else { return .context }
    if let index = resolver.stageIndex(name) { return .stage(index) }
    if let context = resolver.options.namedContexts[name] {
      guard let image = NamedContext.image(context) else { return .named(name) }
      return .image(try resolver.image(image))
    }
    if Int(name) != nil {
      throw DockerfileError(
        Text("invalid stage index \(name)", ko: "그런 번호의 단계가 없습니다: \(name)"))
    }
    return .image(try resolver.image(name))
  }

  mutating func dispatch(_ copy: CopyInstruction, _ instruction: Instruction) throws {
    let range = instruction.range
    if let from = copy.from, from.contains("$") {
      throw DockerfileError(
        Text(
          "variable expansion is not supported for --from, define a new stage with FROM using ARG "
            + "from global scope as a workaround",
          ko: "--from에는 변수를 쓸 수 없습니다. 전역 ARG로 FROM 단계를 만들어 그 이름을 쓰세요"))
    }
    var expanded = copy
    expanded.sources = try copy.sources.map { try expand($0, at: range) }
    expanded.destination = try expand(copy.destination, at: range)
    expanded.owner = try copy.owner.map { try expand($0, at: range) }
    expanded.mode = try copy.mode.map { try expand($0, at: range) }
    expanded.checksum = try copy.checksum.map { try expand($0, at: range) }
    expanded.excludes = try copy.excludes.map { try expand($0, at: range) }
    if let mode = expanded.mode { _ = try FileModeChange(parsing: mode) }
    let from = try source(copy.from)
    if from == .context { lintIgnored(expanded, range) }
    try checkRemote(expanded)
    let isDirectory =
      expanded.destination.hasSuffix("/") || expanded.destination.hasSuffix("/.")
      || expanded.destination == "."
    var destination = PathText.join(config.config.workingDirectory ?? "/", expanded.destination)
    if isDirectory, destination != "/" { destination += "/" }
    var work = CopyWork(instruction: expanded, from: from, destination: destination)
    work.documents = try copy.documents.map { document in
      CopyWork.Document(
        name: document.name,
        content: document.expands ? try expandRaw(document.text, range) : document.text)
    }
    addStep(instruction, .copy(work), title: display(instruction))
    var shown = [expanded.name]
    if expanded.parents { shown.append("--parents") }
    if let owner = expanded.owner { shown.append("--chown=\(owner)") }
    if let mode = expanded.mode { shown.append("--chmod=\(mode)") }
    shown += expanded.sources + copy.documents.map { "<<\($0.name)" } + [expanded.destination]
    addHistory(shown.joined(separator: " "), withLayer: true, isFile: true)
  }

  /// Variables in a document; quotes in it are its own.
  private mutating func expandRaw(_ text: String, _ range: SourceRange) throws -> String {
    let values = variables
    var expander = WordExpander { values[$0] }
    expander.ignoresQuotes = true
    let result = try expander.expand(text)
    report(expander.missing, at: range)
    return result
  }

  private func checkRemote(_ copy: CopyInstruction) throws {
    let remote = copy.sources.filter(RemoteSource.isRemote)
    if let url = remote.first, !copy.isAdd {
      throw DockerfileError(
        Text("source can't be a URL for COPY", ko: "COPY의 원본으로 URL을 쓸 수 없습니다: \(url)"),
        hint: Text("use ADD", ko: "ADD를 쓰세요"))
    }
    guard copy.checksum != nil else { return }
    if copy.sources.count != 1 {
      throw DockerfileError(
        Text(
          "checksum can't be specified for multiple sources", ko: "원본이 여럿이면 --checksum을 쓸 수 없습니다"))
    }
    if remote.isEmpty {
      throw DockerfileError(
        Text("checksum requires HTTP(S) or Git sources", ko: "--checksum은 HTTP(S)나 Git 원본에만 씁니다"))
    }
  }

  private mutating func lintIgnored(_ copy: CopyInstruction, _ range: SourceRange) {
    guard let ignore = resolver.ignore, !ignore.hasExceptions else { return }
    for source in copy.sources where !RemoteSource.isRemote(source) {
      var path = PathText.clean(source)
      if path.hasPrefix("/") { path.removeFirst() }
      if path == "." || path.isEmpty || !ignore.ignores(path) { continue }
      let verb = copy.isAdd ? "Add" : "Copy"
      findings.append(
        LintFinding(
          rule: .copyIgnoredFile,
          message: Text(
            "Attempting to \(verb) file \"\(path)\" that is excluded by .dockerignore",
            ko: "\"\(path)\"은(는) .dockerignore가 빼 놓아 복사할 수 없습니다"), range: range))
    }
  }
}
