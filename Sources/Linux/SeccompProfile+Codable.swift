import Support

// The JSON of profiles: Docker's `--security-opt seccomp=FILE` and `linux.seccomp` of config.json
// (OCI runtime-spec, config-linux.md, "Seccomp") differ only in that the second has no conditions.
// What is wrong is reported with its place: `syscalls[3].args[0].op`.

extension SeccompProfile: Codable {
  package init(from decoder: any Decoder) throws {
    do {
      try self.init(reading: decoder.container(keyedBy: Key.self))
    } catch let error as DecodingError {
      throw error.asProfileError
    }
  }

  private init(reading container: KeyedDecodingContainer<Key>) throws {
    let listener = try container.decodeIfPresent(String.self, forKey: .listenerPath) ?? ""
    let metadata = try container.decodeIfPresent(String.self, forKey: .listenerMetadata)
    if metadata != nil && listener.isEmpty {
      throw unsupported(
        container.codingPath + [Key.listenerMetadata],
        Text("there is no listenerPath", ko: "listenerPath가 없습니다"))
    }
    try checkErrno(
      try container.decodeIfPresent(UInt32.self, forKey: .defaultErrnoRet),
      try container.decode(Action.self, forKey: .defaultAction),
      container.codingPath + [Key.defaultErrnoRet])
    self.init(
      defaultAction: try container.decode(Action.self, forKey: .defaultAction),
      defaultErrno: try container.decodeIfPresent(UInt32.self, forKey: .defaultErrnoRet),
      architectures: try container.decodeIfPresent([String].self, forKey: .architectures) ?? [],
      architectureMap: try container.decodeIfPresent([ArchitectureFamily].self, forKey: .archMap)
        ?? [],
      flags: try container.decodeIfPresent([String].self, forKey: .flags),
      rules: try container.decodeIfPresent([Rule].self, forKey: .syscalls) ?? [])
    listenerPath = listener.isEmpty ? nil : listener
    listenerMetadata = metadata
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(defaultAction, forKey: .defaultAction)
    try container.encodeIfPresent(defaultErrno, forKey: .defaultErrnoRet)
    if !architectures.isEmpty { try container.encode(architectures, forKey: .architectures) }
    if !architectureMap.isEmpty { try container.encode(architectureMap, forKey: .archMap) }
    try container.encodeIfPresent(flags, forKey: .flags)
    try container.encode(rules, forKey: .syscalls)
    try container.encodeIfPresent(listenerPath, forKey: .listenerPath)
    try container.encodeIfPresent(listenerMetadata, forKey: .listenerMetadata)
  }

  private enum Key: String, CodingKey {
    case defaultAction, defaultErrnoRet, architectures, archMap, flags, syscalls, listenerPath,
      listenerMetadata
  }
}

extension SeccompProfile.Rule: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    // Docker's first format had one "name" in each rule.
    let single = try container.decodeIfPresent(String.self, forKey: .name)
    let names = try container.decodeIfPresent([String].self, forKey: .names) ?? []
    guard single.map({ [$0] + names }) ?? names != [] else {
      throw DecodingError.keyNotFound(
        Key.names, .init(codingPath: container.codingPath, debugDescription: "no names"))
    }
    try checkErrno(
      try container.decodeIfPresent(UInt32.self, forKey: .errnoRet),
      try container.decode(SeccompProfile.Action.self, forKey: .action),
      container.codingPath + [Key.errnoRet])
    self.init(
      single.map { [$0] + names } ?? names,
      try container.decode(SeccompProfile.Action.self, forKey: .action),
      errno: try container.decodeIfPresent(UInt32.self, forKey: .errnoRet),
      arguments: try container.decodeIfPresent([SeccompProfile.Argument].self, forKey: .args)
        ?? [],
      includes: try container.decodeIfPresent(SeccompProfile.Condition.self, forKey: .includes)
        ?? .init(),
      excludes: try container.decodeIfPresent(SeccompProfile.Condition.self, forKey: .excludes)
        ?? .init())
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(names, forKey: .names)
    try container.encode(action, forKey: .action)
    try container.encodeIfPresent(errno, forKey: .errnoRet)
    if !arguments.isEmpty { try container.encode(arguments, forKey: .args) }
    if includes != .init() { try container.encode(includes, forKey: .includes) }
    if excludes != .init() { try container.encode(excludes, forKey: .excludes) }
  }

  private enum Key: String, CodingKey {
    case name, names, action, errnoRet, args, includes, excludes
  }
}

extension SeccompProfile.Action: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let action = Self(rawValue: text) else {
      throw unknown(text, among: Self.allCases.map(\.rawValue), at: decoder.codingPath)
    }
    self = action
  }
}

extension SeccompProfile.Comparison: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let comparison = Self(rawValue: text) else {
      throw unknown(text, among: Self.allCases.map(\.rawValue), at: decoder.codingPath)
    }
    self = comparison
  }
}

extension SeccompProfile.Argument {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let index = try container.decode(UInt32.self, forKey: .index)
    guard index < 6 else {
      throw unknown(
        String(index), among: (0..<6).map(String.init),
        at: container.codingPath + [CodingKeys.index])
    }
    self.init(
      index, try container.decode(SeccompProfile.Comparison.self, forKey: .comparison),
      try container.decode(UInt64.self, forKey: .value),
      try container.decodeIfPresent(UInt64.self, forKey: .valueTwo) ?? 0)
  }
}

extension SeccompProfile.Condition {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      capabilities: try container.decodeIfPresent([String].self, forKey: .capabilities) ?? [],
      architectures: try container.decodeIfPresent([String].self, forKey: .architectures) ?? [],
      minimumKernel: try container.decodeIfPresent(String.self, forKey: .minimumKernel))
  }
}

extension SeccompProfile.ArchitectureFamily {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decode(String.self, forKey: .native),
      try container.decodeIfPresent([String].self, forKey: .others) ?? [])
  }
}

/// Only of two actions the program sees a number.
private func checkErrno(
  _ number: UInt32?, _ action: SeccompProfile.Action, _ path: [any CodingKey]
) throws {
  guard number != nil, action != .errno, action != .trace else { return }
  throw unsupported(
    path,
    Text("\(action.rawValue) returns no errno", ko: "\(action.rawValue)은(는) errno를 돌려주지 않습니다"))
}

/// `syscalls[3].args[0].op`
private func place(_ path: [any CodingKey]) -> String {
  path.reduce("") { text, key in
    if let index = key.intValue { return "\(text)[\(index)]" }
    return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
  }
}

private func unknown(_ word: String, among accepted: [String], at path: [any CodingKey])
  -> DklabError
{
  DklabError(
    .invalid, id: "seccomp.profile",
    Text(
      "seccomp profile: \(place(path)): unknown value \"\(word)\"",
      ko: "seccomp 프로파일: \(place(path)): 알 수 없는 값 \"\(word)\""),
    hint: Text(
      "accepted: \(accepted.joined(separator: ", "))",
      ko: "쓸 수 있는 값: \(accepted.joined(separator: ", "))"))
}

private func unsupported(_ path: [any CodingKey], _ why: Text) -> DklabError {
  let field = place(path)
  return DklabError(
    .unsupported, id: "seccomp.profile",
    Text("seccomp profile: \(field): \(why.en)", ko: "seccomp 프로파일: \(field): \(why.ko)"))
}

extension DecodingError {
  fileprivate var asProfileError: DklabError {
    let (path, en, ko) =
      switch self {
      case .keyNotFound(let key, let context):
        (context.codingPath + [key], "is missing", "값이 없습니다")
      case .valueNotFound(_, let context): (context.codingPath, "is missing", "값이 없습니다")
      case .typeMismatch(let type, let context):
        (context.codingPath, "is not a \(type)", "\(type) 형식이 아닙니다")
      case .dataCorrupted(let context):
        (context.codingPath, context.debugDescription, "잘못된 값입니다")
      @unknown default: ([], "cannot be read", "읽을 수 없습니다")
      }
    return DklabError(
      .invalid, id: "seccomp.profile",
      Text("seccomp profile: \(place(path)): \(en)", ko: "seccomp 프로파일: \(place(path)): \(ko)"))
  }
}
