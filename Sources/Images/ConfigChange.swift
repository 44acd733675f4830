// `--change` of `docker import` and `docker commit`: one Dockerfile instruction that changes how
// containers of an image run (Dockerfile reference).

import Documents
import Support

extension ContainerConfig {
  /// The instructions that may be a change.
  package static let changeInstructions = [
    "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "STOPSIGNAL", "USER",
    "VOLUME",
    "WORKDIR",
  ]

  /// Carries out one instruction, such as `ENV A=1 B="two words"`.
  package mutating func apply(change: String) throws {
    let text = change.trimmed
    let name = text.prefix { !$0.isWhitespace }.uppercased()
    let rest = String(text.dropFirst(name.count)).trimmed
    guard ContainerConfig.changeInstructions.contains(name) else {
      throw ContainerConfig.badChange(
        change, Text("\(name) is not a valid change command", ko: "\(name)은(는) 쓸 수 없는 명령입니다"),
        hint: ContainerConfig.changeInstructions.joined(separator: ", "))
    }
    guard !rest.isEmpty else {
      throw ContainerConfig.badChange(
        change, Text("\(name) requires at least one argument", ko: "\(name)에 인자가 필요합니다"))
    }
    switch name {
    case "CMD": cmd = try ContainerConfig.command(rest, change)
    case "ENTRYPOINT": entrypoint = try ContainerConfig.command(rest, change)
    case "ENV": try setEnvironment(rest, change)
    case "EXPOSE": try expose(rest, change)
    case "HEALTHCHECK": try setHealthcheck(rest, change)
    case "LABEL":
      for (key, value) in try ContainerConfig.pairs(rest, change) {
        labels = labels ?? [:]
        labels?[key] = value
      }
    case "ONBUILD": onBuild = (onBuild ?? []) + [rest]
    case "STOPSIGNAL": stopSignal = rest
    case "USER": user = rest
    case "VOLUME":
      let paths = try ContainerConfig.list(rest, change) ?? ContainerConfig.words(rest, change)
      volumes = Set(volumes + paths).sorted()
    default:
      let isAbsolute = rest.hasPrefix("/")
      let above = workingDirectory ?? "/"
      workingDirectory = isAbsolute ? rest : (above.hasSuffix("/") ? above : above + "/") + rest
    }
  }

  private mutating func setEnvironment(_ text: String, _ change: String) throws {
    for (key, value) in try ContainerConfig.pairs(text, change) {
      var list = env ?? []
      if let index = list.firstIndex(where: { $0.hasPrefix("\(key)=") }) {
        list[index] = "\(key)=\(value)"
      } else {
        list.append("\(key)=\(value)")
      }
      env = list
    }
  }

  private mutating func expose(_ text: String, _ change: String) throws {
    for word in try ContainerConfig.words(text, change) {
      let parts = word.split(separator: "/", omittingEmptySubsequences: false)
      let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
      let transport = parts.count > 1 ? parts[1].lowercased() : "tcp"
      guard parts.count <= 2, ["tcp", "udp", "sctp"].contains(transport),
        let first = UInt16(ends[0]), let last = UInt16(ends[ends.count - 1]), ends.count <= 2,
        first > 0, first <= last
      else {
        throw ContainerConfig.badChange(
          change, Text("invalid port \"\(word)\"", ko: "잘못된 포트입니다: \"\(word)\""),
          hint: "80, 80/tcp, 53/udp, 8000-8010")
      }
      exposedPorts = Set(exposedPorts + (first...last).map { "\($0)/\(transport)" }).sorted()
    }
  }

  /// A command as a JSON list, or as a line for the shell.
  private static func command(_ text: String, _ change: String) throws -> [String] {
    try list(text, change) ?? ["/bin/sh", "-c", text]
  }

  /// A JSON list of strings; nil when `text` is none.
  static func list(_ text: String, _ change: String) throws -> [String]? {
    guard text.hasPrefix("["), let items = try? JSONValue.parse(text).array else { return nil }
    return try items.map { item in
      guard let string = item.string else {
        throw badChange(change, Text("a list of strings is needed", ko: "문자열 목록이어야 합니다"))
      }
      return string
    }
  }

  /// `KEY=value KEY="a value"`, or the old form `KEY value with spaces`.
  private static func pairs(_ text: String, _ change: String) throws -> [(String, String)] {
    let words = try words(text, change)
    guard let first = words.first, first.contains("=") else {
      let key = text.prefix { !$0.isWhitespace }
      let value = String(text.dropFirst(key.count)).trimmed
      guard !value.isEmpty else {
        throw badChange(
          change, Text("\(key) must have a value", ko: "\(key)에 값이 필요합니다"), hint: "KEY=VALUE")
      }
      return [(String(key), value)]
    }
    return try words.map { word in
      guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
        throw badChange(
          change, Text("\"\(word)\" is not KEY=VALUE", ko: "\"\(word)\"은(는) KEY=VALUE 꼴이 아닙니다"))
      }
      return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }
  }

  /// Words as a shell would split them: quotes keep spaces, a backslash keeps the next character.
  private static func words(_ text: String, _ change: String) throws -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var rest = text[...]
    while let character = rest.popFirst() {
      if let open = quote, character == open {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character == "\\", quote != "'", let next = rest.popFirst() {
        word = (word ?? "") + String(next)
      } else if quote == nil, character.isWhitespace {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else {
      throw badChange(change, Text("a quote is not closed", ko: "따옴표가 닫히지 않았습니다"))
    }
    return words + [word].compactMap { $0 }
  }

  static func badChange(_ change: String, _ why: Text, hint: String? = nil) -> DklabError {
    DklabError(
      .invalid, id: "image.invalid-change",
      Text("invalid change \"\(change)\": \(why.en)", ko: "잘못된 변경 \"\(change)\": \(why.ko)"),
      hint: hint.map { Text("accepted: \($0)", ko: "쓸 수 있는 값: \($0)") })
  }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    let start = self[...].drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
