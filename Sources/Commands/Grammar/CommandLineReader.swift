import Support

/// Turns a docker command line into the one form our argument parser reads: the verb, then every
/// flag as `--long` or `--long=value`, then the arguments.
///
/// Docker's own rules (the pflag library's) differ from swift-argument-parser's in what users type
/// daily: `-dp80:80`, `-itu root`, `--rm=false`, flags that end at the image. And its complaints
/// are what people know and search for. Verbs without a grammar pass through unchanged.
struct CommandLineReader {
  let program: String
  /// Commands that are known but not docker's (`lab`, `doctor`). Asked for when a word is not one of
  /// docker's.
  let otherCommands: () -> [String]

  /// What a command line says.
  struct Reading {
    /// The words for the argument parser.
    var words: [String]
    /// The same as one of docker's verbs; nil for what is none, and for requests for help.
    var line: VerbLine?
  }

  /// The words for the parser, from the words after the program's name.
  func read(_ words: [String]) throws -> [String] { try reading(words).words }

  /// What the words after the program's name say.
  func reading(_ words: [String]) throws -> Reading {
    guard let first = words.first, !first.hasPrefix("-") else { return Reading(words: words) }
    var name = first
    var rest = Array(words.dropFirst())
    if first == "compose" { return Reading(words: try readCompose(rest)) }
    if let known = DockerGrammar.nouns[first] {
      guard let verb = rest.first, !verb.hasPrefix("-") else { return Reading(words: words) }
      let full = "\(first) \(verb)"
      rest.removeFirst()
      if let alias = DockerGrammar.aliases[full] {
        name = alias
      } else if known.contains(verb) {
        name = verb
      } else if DockerGrammar.verbs[full] != nil {
        name = full
      } else {
        throw unknown(full, candidates: candidates(under: first))
      }
    }
    if let grammar = DockerGrammar.verbs[name] {
      // Docker's `images` takes the name of a repository there: none is called that.
      if name == "images", rest.first == "bootstrap" { return Reading(words: rest) }
      let verb = name.split(separator: " ").map(String.init)
      do {
        let line = try read(rest, as: grammar)
        return Reading(words: verb + line.words, line: line)
      } catch is HelpRequest {
        return Reading(words: ["help"] + verb)
      }
    }
    let others = otherCommands()
    guard others.contains(name) else {
      throw unknown(name, candidates: others + DockerGrammar.verbs.keys.sorted())
    }
    return Reading(words: words)
  }

  /// `compose [project's flags] VERB [verb's flags]`, in the order our parser wants.
  private func readCompose(_ words: [String]) throws -> [String] {
    let project: VerbLine
    do {
      project = try read(words, as: ComposeGrammar.project)
      try ComposeGrammar.check(project, program)
    } catch is HelpRequest {
      return ["help", "compose"]
    }
    let flags = project.words.prefix { $0.hasPrefix("--") }.map { "--compose-" + $0.dropFirst(2) }
    let rest = Array(project.words.dropFirst(flags.count))
    guard let word = rest.first else { return ["help", "compose"] }
    let verb = ComposeGrammar.aliases[word] ?? word
    // Linked as docker-compose, the program's name already says it.
    let noun = program == "docker-compose" ? "" : "compose "
    guard var grammar = DockerGrammar.verbs["compose \(verb)"] else {
      throw unknown(noun + word, candidates: candidates(under: "compose"))
    }
    grammar.name = noun + verb
    do {
      return ["compose", verb] + flags + (try read(Array(rest.dropFirst()), as: grammar).words)
    } catch is HelpRequest {
      return ["help", "compose", verb]
    }
  }

  private func candidates(under noun: String) -> [String] {
    let own = DockerGrammar.verbs.keys.filter { $0.hasPrefix("\(noun) ") }.map {
      String($0.dropFirst(noun.count + 1))
    }
    return (own + (DockerGrammar.nouns[noun] ?? [])).sorted()
  }

  private func unknown(_ name: String, candidates: [String]) -> UsageError {
    let words = name.split(separator: " ").map(String.init)
    let nearest = Suggestion.nearest(to: words.last ?? "", in: candidates)
    let parent = ([program] + words.dropLast()).joined(separator: " ")
    return UsageError(
      "\(program): unknown command: \(program) \(name)",
      hint: RefusedVerbs.hint(name)?() ?? nearest.map { "Did you mean `\(parent) \($0)`?" },
      seeAlso: "Run '\(parent) --help' for more information", exitStatus: 1)
  }

  private func read(_ words: [String], as grammar: VerbGrammar) throws -> VerbLine {
    var line = VerbLine(verb: grammar.name, stopsAtArgument: grammar.stopsAtArgument)
    var rest = words[...]
    let known = grammar.flags
    while let word = rest.popFirst() {
      if word == "--" {
        line.arguments += rest
        break
      }
      if word == "--help" || (word == "-h" && !known.contains { $0.short == "h" }) {
        throw HelpRequest()
      }
      if word.hasPrefix("--") {
        line.flags += try readLong(word, &rest, grammar, known)
      } else if word.hasPrefix("-"), word != "-" {
        line.flags += try readShort(word, &rest, grammar, known)
      } else {
        line.arguments.append(word)
        if grammar.stopsAtArgument {
          line.arguments += rest
          break
        }
      }
    }
    try checkCount(line.arguments.count, grammar)
    return line
  }

  private func readLong(
    _ word: String, _ rest: inout ArraySlice<String>, _ grammar: VerbGrammar,
    _ known: [FlagGrammar]
  ) throws -> [VerbLine.Flag] {
    let body = word.dropFirst(2)
    let name = String(body.prefix { $0 != "=" })
    let value = body.contains("=") ? String(body.dropFirst(name.count + 1)) : nil
    guard let flag = known.first(where: { $0.long == name || synonyms[name] == $0.long })
    else {
      if let reason = RefusedFlags.reason(name, of: grammar.name) {
        throw UsageError(
          "\(program): --\(name): \(reason())",
          seeAlso: "Run '\(program) \(grammar.name) --help' for more information", exitStatus: 125)
      }
      let nearest = Suggestion.nearest(to: name, in: known.map(\.long))
      throw usage(
        name.isEmpty ? "bad flag syntax: \(word)" : "unknown flag: --\(name)", grammar,
        hint: nearest.map { "Did you mean `--\($0)`?" })
    }
    if flag.kind == .value {
      guard let given = value ?? rest.popFirst() else {
        throw usage("flag needs an argument: --\(name)", grammar)
      }
      return [VerbLine.Flag(name: flag.long, value: given)]
    }
    return try readSwitch(flag, value, grammar)
  }

  private func readShort(
    _ word: String, _ rest: inout ArraySlice<String>, _ grammar: VerbGrammar,
    _ known: [FlagGrammar]
  ) throws -> [VerbLine.Flag] {
    var result: [VerbLine.Flag] = []
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      guard let flag = known.first(where: { $0.short == letter }) else {
        throw usage("unknown shorthand flag: '\(letter)' in -\(letter)\(letters)", grammar)
      }
      let hasValue = letters.first == "="
      if flag.kind == .value {
        let joined = String(hasValue ? letters.dropFirst() : letters)
        guard let value = joined.isEmpty && !hasValue ? rest.popFirst() : joined else {
          throw usage("flag needs an argument: '\(letter)' in -\(letter)", grammar)
        }
        return result + [VerbLine.Flag(name: flag.long, value: value)]
      }
      result += try readSwitch(flag, hasValue ? String(letters.dropFirst()) : nil, grammar)
      if hasValue { break }
    }
    return result
  }

  private func readSwitch(
    _ flag: FlagGrammar, _ value: String?, _ grammar: VerbGrammar
  ) throws -> [VerbLine.Flag] {
    guard let isOn = GoValue.bool(value ?? "true") else {
      throw usage(
        "invalid argument \"\(value ?? "")\" for \"\(flag.display)\" flag: "
          + "strconv.ParseBool: parsing \"\(value ?? "")\": invalid syntax", grammar)
    }
    let flag = VerbLine.Flag(name: flag.long, isOn: isOn, isStandard: isOn == (flag.kind == .on))
    return [flag]
  }

  private func checkCount(_ count: Int, _ grammar: VerbGrammar) throws {
    guard count < grammar.minimum || count > grammar.maximum else { return }
    let number = { (count: Int) in "\(count) argument\(count == 1 ? "" : "s")" }
    let wanted: String
    switch (grammar.minimum, grammar.maximum) {
    case (0, 0): wanted = "accepts no arguments"
    case (let low, let high) where low == high: wanted = "requires \(number(low))"
    case (let low, .max): wanted = "requires at least \(number(low))"
    case (0, let high): wanted = "requires at most \(number(high))"
    case (let low, let high): wanted = "requires at least \(low) and at most \(number(high))"
    }
    let see = grammar.maximum == .max ? "See" : "Run"
    throw UsageError(
      "\(program): '\(program) \(grammar.name)' \(wanted)", usage: usageLine(grammar),
      seeAlso: "\(see) '\(program) \(grammar.name) --help' for more information", exitStatus: 1)
  }

  /// Spellings docker still takes.
  private var synonyms: [String: String] {
    ["net": "network", "net-alias": "network-alias", "dns-opt": "dns-option", "time": "timeout"]
  }

  private func usageLine(_ grammar: VerbGrammar) -> String {
    "Usage:  \(program) \(grammar.name) \(grammar.usage)"
  }

  private func usage(_ message: String, _ grammar: VerbGrammar, hint: String? = nil) -> UsageError {
    UsageError(
      message, hint: hint, usage: usageLine(grammar),
      seeAlso: "Run '\(program) \(grammar.name) --help' for more information", exitStatus: 125)
  }
}

/// `--help` stood among the flags.
private struct HelpRequest: Error {}

/// A command line that cannot be read: printed as docker prints it.
struct UsageError: Error, Equatable {
  var message: String
  var hint: String?
  var usage: String?
  var seeAlso: String
  var exitStatus: Int32

  init(
    _ message: String, hint: String? = nil, usage: String? = nil, seeAlso: String,
    exitStatus: Int32
  ) {
    self.message = message
    self.hint = hint
    self.usage = usage
    self.seeAlso = seeAlso
    self.exitStatus = exitStatus
  }

  /// The text for standard error.
  var text: String {
    [message, hint, "", usage, usage == nil ? nil : "", seeAlso].compactMap { $0 }
      .joined(separator: "\n")
  }
}
