// `RUN --mount=type=…`: what a step sees beside its own tree, and which leaves nothing in the layer.
//
//   bind    files of the context, or of another stage or image; writes are thrown away
//   cache   a directory that stays from build to build
//   tmpfs   memory
//   secret  a file or variable only this step sees
//   ssh     an agent's socket

import Support

/// One `--mount`.
package struct RunMount: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable { case bind, cache, tmpfs, secret, ssh }
  package enum Sharing: String, Sendable, CaseIterable { case shared, `private`, locked }

  package var kind = Kind.bind
  package var from: String?
  package var source: String?
  package var target: String?
  package var readOnly = true
  package var id: String?
  package var sharing: Sharing?
  package var required = false
  package var variable: String?
  package var size: Int64?
  package var mode: UInt32?
  package var user: UInt32?
  package var group: UInt32?

  /// Reads `text`. Without `expand` only its form is checked: variables have no value yet.
  package init(parsing text: String, expand: ((String) throws -> String)?) throws {
    var isReadOnly: Bool?
    for field in RunMount.fields(text) {
      let name = String(field.prefix { $0 != "=" })
      let key = name.lowercased()
      var value = field.contains("=") ? String(field.dropFirst(name.count + 1)) : nil
      if let expand {
        value = try value.map(expand)
      } else {
        guard key == "from", let from = value else { continue }
        guard !from.contains("$") else {
          throw RunMount.bad(
            "'from' doesn't support variable expansion, define alias stage instead",
            "'from'에는 변수를 쓸 수 없습니다. 그 이미지로 단계를 만들어 그 이름을 쓰세요")
        }
        continue
      }
      switch key {
      case "readonly", "ro": isReadOnly = try RunMount.boolean(key, value)
      case "readwrite", "rw": isReadOnly = try !RunMount.boolean(key, value)
      case "required":
        guard kind == .secret || kind == .ssh else { throw unexpected(key) }
        required = try RunMount.boolean(key, value)
      default:
        guard let value else {
          throw RunMount.bad(
            "invalid field '\(field)' must be a key=value pair", "'\(field)': 이름=값 꼴이어야 합니다")
        }
        try set(key, value, field)
      }
    }
    guard expand != nil else { return }
    readOnly = isReadOnly ?? (kind != .cache && kind != .tmpfs)
    try validate()
  }

  private mutating func set(_ key: String, _ value: String, _ field: String) throws {
    switch key {
    case "type":
      guard let known = Kind(rawValue: value.lowercased()) else {
        throw RunMount.choice("mount type", "마운트 종류", value, Kind.allCases.map(\.rawValue))
      }
      kind = known
    case "from": from = value
    case "source", "src": source = value
    case "target", "dst", "destination": target = value
    case "id": id = value
    case "env": variable = value
    case "sharing":
      guard let known = Sharing(rawValue: value.lowercased()) else {
        throw RunMount.choice("sharing value", "공유 방식", value, Sharing.allCases.map(\.rawValue))
      }
      sharing = known
    case "size":
      guard kind == .tmpfs else { throw unexpected(key) }
      guard let bytes = try? ByteSize.parseBinary(value) else { throw RunMount.value(key, value) }
      size = bytes
    case "mode":
      guard let number = UInt32(value, radix: 8) else { throw RunMount.value(key, value) }
      mode = number
    case "uid", "gid":
      guard let number = UInt32(value) else { throw RunMount.value(key, value) }
      if key == "uid" { user = number } else { group = number }
    default:
      throw RunMount.bad(
        "unexpected key '\(key)' in '\(field)'", "'\(field)': '\(key)'은(는) 모르는 이름입니다")
    }
  }

  private func validate() throws {
    let mayHaveOwner = kind == .secret || kind == .ssh || kind == .cache
    for (name, isSet) in [("mode", mode != nil), ("uid", user != nil), ("gid", group != nil)]
    where isSet && !mayHaveOwner {
      throw RunMount.bad(
        "\(name) not allowed for \"\(kind.rawValue)\" type mounts",
        "\(kind.rawValue) 마운트에는 \(name)을(를) 쓸 수 없습니다")
    }
    if sharing != nil && kind != .cache {
      throw RunMount.bad(
        "invalid cache sharing set for \(kind.rawValue) mount",
        "\(kind.rawValue) 마운트에는 sharing을 쓸 수 없습니다")
    }
    guard kind == .secret else { return }
    if from != nil {
      throw RunMount.bad("secret mount should not have a from", "secret 마운트에는 from을 쓸 수 없습니다")
    }
    if source == nil && target == nil && id == nil {
      throw RunMount.bad(
        "invalid secret mount. one of source, target required",
        "잘못된 secret 마운트입니다. source나 target이 필요합니다")
    }
    if source != nil && id != nil {
      throw RunMount.bad("both source and id can't be set", "source와 id를 함께 쓸 수 없습니다")
    }
  }

  /// Fields between commas, as in CSV: quotes keep a comma.
  private static func fields(_ text: String) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in text {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        fields.append("")
      } else {
        fields[fields.count - 1].append(character)
      }
    }
    return fields
  }

  private static func boolean(_ key: String, _ text: String?) throws -> Bool {
    switch text?.lowercased() {
    case nil, "1", "t", "true": return true
    case "0", "f", "false": return false
    case let other?: throw value(key, other)
    }
  }

  private func unexpected(_ key: String) -> DockerfileError {
    RunMount.bad(
      "unexpected key '\(key)' for mount type '\(kind.rawValue)'",
      "\(kind.rawValue) 마운트에는 '\(key)'을(를) 쓸 수 없습니다")
  }

  private static func value(_ key: String, _ value: String) -> DockerfileError {
    bad("invalid value for \(key): \(value)", "\(key)의 값이 잘못되었습니다: \(value)")
  }

  private static func choice(
    _ what: String, _ korean: String, _ value: String, _ known: [String]
  ) -> DockerfileError {
    let nearest = Suggestion.nearest(to: value, in: known)
    let suffix = nearest.map { " (did you mean \($0)?)" } ?? ""
    return DockerfileError(
      Text("unsupported \(what) \"\(value)\"\(suffix)", ko: "쓸 수 없는 \(korean)입니다: \"\(value)\""),
      hint: Text(
        "accepted: \(known.joined(separator: ", "))",
        ko: "쓸 수 있는 값: \(known.joined(separator: ", "))"
      ))
  }

  private static func bad(_ en: String, _ ko: String) -> DockerfileError {
    DockerfileError(Text(en, ko: ko))
  }
}
