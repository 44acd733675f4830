import Support

/// The flags of one instruction, checked against those it has.
struct InstructionFlags {
  enum Kind {
    case text, list, toggle
  }

  private var values: [String: [String]] = [:]

  /// Reads `flags` (`--name=value`); `known` are the names the instruction has.
  init(_ flags: [String], known: [String: Kind]) throws {
    for flag in flags {
      let name = String(flag.dropFirst(2).prefix { $0 != "=" })
      let hasValue = flag.contains("=")
      let value = hasValue ? String(flag.dropFirst(name.count + 3)) : ""
      guard let kind = known[name] else {
        throw InstructionFlags.unknown(name, known: known.keys.sorted())
      }
      guard kind == .list || values[name] == nil else {
        throw DockerfileError(
          Text("duplicate flag specified: --\(name)", ko: "플래그를 두 번 썼습니다: --\(name)"))
      }
      if kind == .toggle {
        guard !hasValue || !value.isEmpty else { throw InstructionFlags.missing(name) }
        guard ["", "true", "false"].contains(value.lowercased()) else {
          throw DockerfileError(
            Text(
              "expecting boolean value for flag --\(name), not: \(value)",
              ko: "--\(name)에는 true나 false를 써야 합니다: \(value)"))
        }
        values[name] = [value.lowercased() == "false" ? "false" : "true"]
      } else {
        guard hasValue else { throw InstructionFlags.missing(name) }
        values[name, default: []].append(value)
      }
    }
  }

  func text(_ name: String) -> String? {
    values[name]?.first.flatMap { $0.isEmpty ? nil : $0 }
  }

  func list(_ name: String) -> [String] { values[name] ?? [] }

  func toggle(_ name: String) -> Bool? { values[name].map { $0 == ["true"] } }

  private static func unknown(_ name: String, known: [String]) -> DockerfileError {
    let nearest = Suggestion.nearest(to: name, in: known)
    let suffix = nearest.map { " (did you mean \($0)?)" } ?? ""
    let korean = nearest.map { " (\($0)입니까?)" } ?? ""
    return DockerfileError(
      Text("unknown flag: --\(name)\(suffix)", ko: "모르는 플래그입니다: --\(name)\(korean)"),
      hint: known.isEmpty
        ? nil
        : Text(
          "accepted: " + known.map { "--\($0)" }.joined(separator: " "),
          ko: "쓸 수 있는 것: " + known.map { "--\($0)" }.joined(separator: " ")))
  }

  private static func missing(_ name: String) -> DockerfileError {
    DockerfileError(
      Text("missing a value on flag: --\(name)", ko: "플래그에 값이 없습니다: --\(name)"))
  }
}
