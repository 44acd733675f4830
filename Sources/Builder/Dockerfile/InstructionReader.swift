// From the text of one instruction to what it says.
//
// Next: InstructionReader+Copy.swift, InstructionReader+Health.swift.

import Images
import Support

/// Reads one instruction.
struct InstructionReader {
  let text: InstructionText
  let line: LogicalLine

  init(_ text: InstructionText, _ line: LogicalLine) {
    self.text = text
    self.line = line
  }

  private var name: String { text.keyword.uppercased() }

  func instruction() throws -> Instruction {
    Instruction(
      kind: try kind(), keyword: text.keyword, source: line.text.trimmed, range: line.range,
      comments: line.comments)
  }

  private func kind() throws -> Instruction.Kind {
    switch name {
    case "RUN": return try .run(run())
    case "COPY", "ADD": return try .copy(copy(isAdd: name == "ADD"))
    case "HEALTHCHECK": return try .healthcheck(healthcheck())
    case "ONBUILD": return try .onBuild(trigger())
    default: break
    }
    guard Dockerfile.keywords.contains(name) else { throw unknown() }
    if name != "STOPSIGNAL" { _ = try InstructionFlags(text.flags, known: [:]) }
    switch name {
    case "ARG": return try .argument(arguments())
    case "ENV": return try .environment(pairs())
    case "LABEL": return try .label(pairs())
    case "EXPOSE": return try .expose(atLeastOne(text.arguments.words).sorted())
    case "VOLUME": return try .volume(volumes())
    case "CMD": return try .command(commandLine())
    case "ENTRYPOINT": return try .entrypoint(commandLine())
    case "SHELL": return try .shell(shell())
    case "MAINTAINER": return try .maintainer(exactlyOne())
    case "USER": return try .user(exactlyOne())
    case "WORKDIR": return try .workdir(exactlyOne())
    default: return try .stopSignal(exactlyOne())
    }
  }

  private func unknown() -> DockerfileError {
    let nearest = Suggestion.nearest(to: name, in: Dockerfile.keywords)
    let suffix = nearest.map { " (did you mean \($0)?)" } ?? ""
    let korean = nearest.map { " (\($0)입니까?)" } ?? ""
    return DockerfileError(
      Text(
        "unknown instruction: \(text.keyword)\(suffix)", ko: "모르는 명령입니다: \(text.keyword)\(korean)"))
  }

  private func exactlyOne() throws -> String {
    guard !text.arguments.isEmpty else {
      throw DockerfileError(
        Text("\(name) requires exactly one argument", ko: "\(name)에는 인자가 꼭 하나 필요합니다"))
    }
    return text.arguments
  }

  func atLeastOne(_ words: [String]) throws -> [String] {
    guard !words.isEmpty else {
      throw DockerfileError(
        Text("\(name) requires at least one argument", ko: "\(name)에는 인자가 하나 이상 필요합니다"))
    }
    return words
  }

  private func blank() -> DockerfileError {
    DockerfileError(Text("\(name) names can not be blank", ko: "\(name)의 이름은 비어 있을 수 없습니다"))
  }

  private func arguments() throws -> [Argument] {
    try atLeastOne(text.quotedWords()).map { word in
      guard let equals = word.firstIndex(of: "=") else { return Argument(name: word) }
      guard equals != word.startIndex else { throw blank() }
      return Argument(
        name: String(word[..<equals]), value: String(word[word.index(after: equals)...]))
    }
  }

  /// `KEY=value …`, or the old `KEY value with spaces`.
  private func pairs() throws -> [KeyValue] {
    let words = try atLeastOne(text.quotedWords())
    guard words[0].contains("=") else {
      let (key, value) = text.arguments.splitAtSpace
      guard let value else {
        throw DockerfileError(
          Text("\(name) must have two arguments", ko: "\(name)에는 이름과 값이 필요합니다"),
          hint: Text("\(name) \(key)=VALUE", ko: "\(name) \(key)=값"))
      }
      return [KeyValue(key: key, value: value, isLegacy: true)]
    }
    return try words.map { word in
      guard let equals = word.firstIndex(of: "=") else {
        throw DockerfileError(
          Text(
            "Syntax error - can't find = in \"\(word)\". Must be of the form: name=value",
            ko: "\"\(word)\"에 =이 없습니다. 이름=값 꼴이어야 합니다"),
          hint: Text("put quotes around a value with spaces", ko: "빈칸이 있는 값은 따옴표로 묶으세요"))
      }
      guard equals != word.startIndex else { throw blank() }
      return KeyValue(
        key: String(word[..<equals]), value: String(word[word.index(after: equals)...]))
    }
  }

  private func volumes() throws -> [String] {
    let words = try InstructionText.jsonList(text.arguments) ?? text.arguments.words
    return try atLeastOne(words).map { word in
      guard !word.trimmed.isEmpty else {
        throw DockerfileError(
          Text("VOLUME specified can not be an empty string", ko: "VOLUME의 경로는 비어 있을 수 없습니다"))
      }
      return word.trimmed
    }
  }

  private func shell() throws -> [String] {
    guard let words = try InstructionText.jsonList(text.arguments) else {
      _ = try atLeastOne(text.arguments.words)
      throw DockerfileError(
        Text("SHELL requires the arguments to be in JSON form", ko: "SHELL의 인자는 JSON 꼴이어야 합니다"),
        hint: Text("SHELL [\"/bin/bash\", \"-c\"]", ko: "SHELL [\"/bin/bash\", \"-c\"]"))
    }
    return try atLeastOne(words)
  }

  /// A JSON list, or a line for the shell.
  private func commandLine() throws -> CommandLineText {
    if let words = try InstructionText.jsonList(text.arguments) {
      return CommandLineText(words: words, usesShell: false)
    }
    let words = text.arguments.isEmpty ? [] : [text.arguments]
    return CommandLineText(words: words, usesShell: true, heredocs: line.heredocs)
  }

  private func run() throws -> RunInstruction {
    let flags = try InstructionFlags(
      text.flags, known: ["mount": .list, "network": .text, "security": .text])
    let command = try commandLine()
    guard !command.words.isEmpty else {
      _ = try atLeastOne([])
      return RunInstruction(command: command)
    }
    var run = RunInstruction(command: command, mounts: flags.list("mount"))
    run.network = flags.text("network")
    run.security = flags.text("security")
    if let network = run.network, !["default", "none", "host"].contains(network) {
      throw DockerfileError(
        Text("unsupported network mode \"\(network)\"", ko: "쓸 수 없는 네트워크입니다: \"\(network)\""),
        hint: Text("accepted: default, none, host", ko: "쓸 수 있는 값: default, none, host"))
    }
    if let security = run.security, !["sandbox", "insecure"].contains(security) {
      throw DockerfileError(
        Text("security \"\(security)\" is not valid", ko: "쓸 수 없는 보안 설정입니다: \"\(security)\""),
        hint: Text("accepted: sandbox, insecure", ko: "쓸 수 있는 값: sandbox, insecure"))
    }
    for mount in run.mounts { _ = try RunMount(parsing: mount, expand: nil) }
    return run
  }

  private func trigger() throws -> String {
    let (first, _) = try atLeastOne([text.arguments].filter { !$0.isEmpty })[0].splitAtSpace
    switch first.uppercased() {
    case "ONBUILD":
      throw DockerfileError(
        Text("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", ko: "ONBUILD를 겹쳐 쓸 수 없습니다"))
    case "FROM", "MAINTAINER":
      throw DockerfileError(
        Text(
          "\(first.uppercased()) isn't allowed as an ONBUILD trigger",
          ko: "\(first.uppercased())은(는) ONBUILD에 쓸 수 없습니다"))
    default: break
    }
    _ = try InstructionFlags(text.flags, known: [:])
    let documents = line.heredocs.map { "\n\($0.content)\($0.name)" }.joined()
    return text.arguments + documents
  }

  func stage() throws -> Stage {
    let words = text.arguments.words
    var name: String?
    if words.count == 3, words[1].uppercased() == "AS" {
      let lower = words[2].lowercased()
      let isName = lower.unicodeScalars.allSatisfy { scalar in
        scalar.isASCII
          && (("a"..."z").contains(scalar) || scalar.isDigit
            || "-_.".unicodeScalars.contains(scalar))
      }
      guard isName, let first = lower.unicodeScalars.first, ("a"..."z").contains(first) else {
        throw DockerfileError(
          Text(
            "invalid name for build stage: \"\(words[2])\", name can't start with a number or "
              + "contain symbols",
            ko: "빌드 단계의 이름으로 쓸 수 없습니다: \"\(words[2])\". 숫자로 시작하거나 기호를 넣을 수 없습니다"))
      }
      name = lower
    } else if words.count != 1 {
      throw DockerfileError(
        Text(
          "FROM requires either one or three arguments", ko: "FROM에는 인자가 하나 또는 셋이어야 합니다"),
        hint: Text("FROM IMAGE, or FROM IMAGE AS NAME", ko: "FROM 이미지, 또는 FROM 이미지 AS 이름"))
    }
    let flags = try InstructionFlags(text.flags, known: ["platform": .text])
    return Stage(
      base: words[0], name: name, spelledName: name == nil ? nil : words[2],
      platform: flags.text("platform"), keyword: text.keyword,
      asKeyword: name == nil ? nil : words[1], source: line.text.trimmed, range: line.range,
      comments: line.comments)
  }
}
