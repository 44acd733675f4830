import Engine
import Support

/// One `--mount`: `type=bind,source=/a,target=/b,readonly`.
package enum MountOption {
  /// Reads one value by docker's rules. A source that starts with `.` is a path below `directory`.
  package static func parse(
    _ text: String, in directory: String = currentDirectory()
  ) throws -> MountWish {
    var kindName = "volume"
    var wish = MountWish(kind: .volume, source: nil, target: "")
    wish.isLongForm = true
    var groups: [String] = []
    for field in try CommaFields.split(text) {
      let (key, value) = split(field)
      guard value != nil || ["readonly", "ro", "volume-nocopy", "bind-nonrecursive"].contains(key)
      else {
        throw error("invalid field '\(field)' must be a key=value pair")
      }
      let text = value ?? "true"
      if let dash = key.firstIndex(of: "-") { groups.append(String(key[..<dash])) }
      switch key {
      case "type": kindName = text.lowercased()
      case "source", "src":
        wish.source = text.hasPrefix(".") ? absolute(text, in: directory) : text
      case "target", "dst", "destination": wish.target = text
      case "readonly", "ro": wish.readOnly = try boolean(key, text)
      case "bind-propagation": wish.propagation = text.lowercased()
      case "bind-nonrecursive":
        if try boolean(key, text) { wish.recursion = "disabled" }
      case "bind-recursive": wish.recursion = try recursion(text)
      case "volume-subpath": wish.subpath = text
      case "volume-label":
        let pair = text.split(separator: "=", maxSplits: 1).map(String.init)
        wish.labels = (wish.labels ?? [:]).merging(
          [pair.first ?? "": pair.count > 1 ? pair[1] : ""]) { $1 }
      case "volume-driver":
        guard text == "local" else { throw error("volume driver \"\(text)\" not found") }
      case "volume-opt":
        let pair = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard pair.count == 2 else { throw error("invalid value for \(key): \(text)") }
        wish.volumeOptions = (wish.volumeOptions ?? [:]).merging([pair[0]: pair[1]]) { $1 }
      case "volume-nocopy": wish.noCopy = try boolean(key, text)
      case "tmpfs-size":
        guard let size = try? ByteSize.parseBinary(text) else {
          throw error("invalid value for \(key): \(text)")
        }
        wish.options.append("size=\(size)")
      case "tmpfs-mode":
        guard UInt32(text, radix: 8) != nil else {
          throw error("invalid value for \(key): \(text)")
        }
        wish.options.append("mode=\(text)")
      case "consistency": break
      default: throw error("unexpected key '\(key)' in '\(field)'")
      }
    }
    guard let kind = MountWish.Kind(rawValue: kindName) else {
      throw error(
        "invalid mount config for type \"\(kindName)\": mount type unknown",
        hint: Text("types are bind, volume and tmpfs", ko: "종류는 bind, volume, tmpfs입니다"))
    }
    wish.kind = kind
    for group in groups where group != kindName {
      throw error("cannot mix '\(group)-*' options with mount type '\(kindName)'")
    }
    try check(&wish)
    return wish
  }

  private static func check(_ wish: inout MountWish) throws {
    let kind = wish.kind.rawValue
    let config = { (reason: String) in
      error("invalid mount config for type \"\(kind)\": \(reason)")
    }
    guard !wish.target.isEmpty else { throw error("target is required") }
    guard wish.target.hasPrefix("/") else {
      throw config("invalid mount path: '\(wish.target)' mount path must be absolute")
    }
    wish.target = cleanPath(wish.target)
    guard wish.target != "/" else {
      throw config("invalid specification: destination can't be '/'")
    }
    switch (wish.kind, wish.source ?? "") {
    case (.bind, ""): throw config("field Source must not be empty")
    case (.bind, let source) where !source.hasPrefix("/"):
      throw config("invalid mount path: '\(source)' mount path must be absolute")
    case (.tmpfs, let source) where !source.isEmpty:
      throw config("field Source must not be specified")
    case (.volume, ""): wish.source = nil
    case (.volume, let source): try Engine.checkVolumeName(source)
    default: break
    }
    let known = ["", "private", "rprivate", "shared", "rshared", "slave", "rslave"]
    guard known.contains(wish.propagation ?? "") else {
      throw config("invalid propagation mode: \(wish.propagation ?? "")")
    }
  }

  /// What becomes of mounts below the source.
  private static func recursion(_ text: String) throws -> String? {
    switch text {
    case "enabled", "true", "1": return nil
    case "disabled", "false", "0": return "disabled"
    case "writable", "readonly": return text
    default:
      throw error(
        "invalid value for bind-recursive: \(text) (must be \"enabled\", \"disabled\", "
          + "\"writable\", or \"readonly\")")
    }
  }

  private static func split(_ field: String) -> (key: String, value: String?) {
    guard let equals = field.firstIndex(of: "=") else { return (field.lowercased(), nil) }
    return (field[..<equals].lowercased(), String(field[field.index(after: equals)...]))
  }

  private static func boolean(_ key: String, _ text: String) throws -> Bool {
    guard let value = GoValue.bool(text) else { throw error("invalid value for \(key): \(text)") }
    return value
  }

  static func error(_ message: String, hint: Text? = nil) -> DklabError {
    DklabError(
      .invalid, id: "mount.invalid", Text(message, ko: "잘못된 마운트 지정입니다: \(message)"), hint: hint)
  }
}

/// Values between commas, where double quotes keep a comma (one line of CSV).
enum CommaFields {
  static func split(_ text: String) throws -> [String] {
    var fields: [String] = []
    var field = ""
    var quoted = false
    var rest = text[...]
    while let character = rest.popFirst() {
      if quoted {
        if character != "\"" {
          field.append(character)
        } else if rest.first == "\"" {
          field.append(rest.removeFirst())
        } else {
          quoted = false
        }
      } else if character == "\"", field.isEmpty {
        quoted = true
      } else if character == "," {
        fields.append(field)
        field = ""
      } else {
        field.append(character)
      }
    }
    if quoted { throw MountOption.error("extraneous or missing \" in quoted-field") }
    return fields + [field]
  }
}
