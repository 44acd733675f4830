import Support

/// A command line of the OCI runtime: flags for every verb, the verb, its flags, its arguments.
///
/// As runc and crun take it: one dash or two, `--flag value` or `--flag=value`, and everything after
/// the container of `exec` is the command.
struct OCICommandLine {
  let verb: OCIVerb
  private(set) var arguments: [String] = []
  private var values: [String: [String]] = [:]

  /// Flags before the verb.
  static let globals = [
    "root=", "log=", "log-format=", "debug", "systemd-cgroup", "rootless=", "criu=",
    "cgroup-manager=", "log-level=",
  ].map(FlagGrammar.init)

  init(_ words: [String]) throws {
    var rest = words[...]
    var collected: [String: [String]] = [:]
    while let word = rest.first, word.hasPrefix("-"), word != "-" {
      rest.removeFirst()
      if ["-h", "--help", "-help"].contains(word) { throw OCIHelp(text: OCIVerb.overview) }
      if ["-v", "--version", "-version"].contains(word) { throw OCIHelp(text: OCIVerb.version) }
      try Self.read(word, &rest, Self.globals, &collected)
    }
    guard let name = rest.popFirst() else { throw OCIHelp(text: OCIVerb.overview) }
    if name == "help" { throw OCIHelp(text: OCIVerb.overview) }
    guard let verb = OCIVerb.named(name) else {
      if ["checkpoint", "restore"].contains(name) {
        throw DklabError(
          .unsupported, id: "oci.checkpoint",
          Text(
            "\(name): freezing processes into files is not supported",
            ko: "\(name): 프로세스를 파일로 얼려 두는 기능은 지원하지 않습니다"))
      }
      let nearest = Suggestion.nearest(to: name, in: OCIVerb.all.map(\.name))
      throw OCIUsage("unknown command: \(name)", hint: nearest.map { "did you mean `\($0)`?" })
    }
    self.verb = verb
    let flags = verb.flags.map(FlagGrammar.init)
    while let word = rest.popFirst() {
      if word == "--" {
        arguments += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        arguments.append(word)
        if verb.stopsAtArgument {
          arguments += rest.first == "--" ? rest.dropFirst() : rest
          break
        }
        continue
      }
      if ["-h", "--help"].contains(word) { throw OCIHelp(text: verb.help) }
      try Self.read(word, &rest, flags, &collected)
    }
    values = collected
    guard verb.count.contains(arguments.count) else {
      throw OCIUsage("\(verb.name): wrong number of arguments", hint: "usage: \(verb.usage)")
    }
    if isOn("systemd-cgroup") || value("cgroup-manager") == "systemd" {
      throw DklabError(
        .unsupported, id: "oci.systemd-cgroup",
        Text(
          "--systemd-cgroup: control groups made by systemd are not supported",
          ko: "--systemd-cgroup: systemd가 만드는 cgroup은 지원하지 않습니다"),
        hint: Text(
          "tell the caller to use cgroupfs (podman --cgroup-manager=cgroupfs)",
          ko: "부르는 쪽에서 cgroupfs를 쓰게 하세요(podman --cgroup-manager=cgroupfs)"))
    }
  }

  private static func read(
    _ word: String, _ rest: inout ArraySlice<String>, _ flags: [FlagGrammar],
    _ values: inout [String: [String]]
  ) throws {
    let body = word.drop { $0 == "-" }
    let name = String(body.prefix { $0 != "=" })
    var value = body.contains("=") ? String(body.dropFirst(name.count + 1)) : nil
    let isShort = !word.hasPrefix("--") && name.count == 1
    guard
      let flag = flags.first(where: { $0.long == name || (isShort && $0.short == name.first) })
    else {
      // `-ti`, `-uroot`: short flags written together.
      if !word.hasPrefix("--"), let first = flags.first(where: { $0.short == body.first }) {
        let tail = String(body.dropFirst())
        if first.kind == .value { return values[first.long, default: []].append(tail) }
        values[first.long, default: []].append("true")
        return try read("-" + tail, &rest, flags, &values)
      }
      let nearest = Suggestion.nearest(to: name, in: flags.map(\.long))
      throw OCIUsage(
        "unknown flag: \(word)", hint: nearest.map { "did you mean `--\($0)`?" })
    }
    if flag.kind == .value {
      value = value ?? rest.popFirst()
      guard let value else { throw OCIUsage("flag needs an argument: \(word)") }
      return values[flag.long, default: []].append(value)
    }
    guard GoValue.bool(value ?? "true") != nil else {
      throw OCIUsage("invalid value \"\(value ?? "")\" for flag --\(flag.long)")
    }
    values[flag.long, default: []].append(value ?? "true")
  }

  /// The last value of a flag; nil when it was not given.
  func value(_ flag: String) -> String? { values[flag]?.last }

  /// All values of a flag that may be repeated.
  func all(_ flag: String) -> [String] { values[flag] ?? [] }

  /// Whether a switch is on.
  func isOn(_ flag: String) -> Bool { value(flag).flatMap(GoValue.bool) ?? false }

  /// The whole number a flag was given.
  func integer(_ flag: String) throws -> Int64? {
    guard let text = value(flag), !text.isEmpty else { return nil }
    guard let number = Int64(text) else {
      throw OCIUsage("--\(flag): \"\(text)\" is not a whole number")
    }
    return number
  }

  func preservedDescriptors() throws -> Int {
    let count = try integer("preserve-fds") ?? 0
    guard (0...1024).contains(count) else {
      throw OCIUsage("--preserve-fds: \(count) is not from 0 to 1024")
    }
    return Int(count)
  }
}

/// Text that was asked for instead of doing anything.
struct OCIHelp: Error {
  var text: String
}

/// A command line that cannot be read.
func OCIUsage(_ message: String, hint: String? = nil) -> DklabError {
  DklabError(
    .invalid, id: "oci.usage", Text(message, ko: message), hint: hint.map { Text($0, ko: $0) })
}
