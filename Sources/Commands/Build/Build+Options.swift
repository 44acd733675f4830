import Builder
import Glibc
import Images
import Linux
import Support

extension Build {
  /// The flags that decide what is built.
  func options() throws -> BuildOptions {
    var options = BuildOptions()
    for text in buildArg {
      let variable = try EnvironmentOption.variable(text)
      // A name alone takes the caller's value; without one it is as if it were not given.
      guard let equals = variable.firstIndex(of: "=") else { continue }
      options.arguments[String(variable[..<equals])] = String(
        variable[variable.index(after: equals)...])
    }
    for text in label {
      let (key, value) = try EnvironmentOption.label(text)
      options.labels[key] = value
    }
    for text in buildContext {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw GoValue.invalid("invalid context value: \(text), expected key=value")
      }
      let path = String(text[text.index(after: equals)...])
      options.namedContexts[String(text[..<equals])] =
        NamedContext.image(path) == nil ? try absolutePath(path) : path
    }
    if let platform { options.platform = try Build.platform(platform) }
    guard ["default", "none", "host"].contains(network) else {
      throw DklabError(
        .unsupported, id: "build.network",
        Text("network mode \"\(network)\" not supported", ko: "쓸 수 없는 네트워크입니다: \"\(network)\""),
        hint: Text("accepted: default, none, host", ko: "쓸 수 있는 값: default, none, host"))
    }
    options.network = network
    options.target = target.flatMap { $0.isEmpty ? nil : $0 }
    options.ignoresCache = noCache
    options.uncachedStages = Set(
      noCacheFilter.flatMap { $0.split(separator: ",").map(String.init) })
    options.sourceDate = try sourceDate(options.arguments)
    return options
  }

  private func sourceDate(_ arguments: [String: String]) throws -> Int64? {
    let name = "SOURCE_DATE_EPOCH"
    let text = arguments[name] ?? EnvironmentOption.environmentVariable(name) ?? ""
    guard !text.isEmpty else { return nil }
    guard let seconds = Int64(text), seconds >= 0 else {
      throw GoValue.invalid("invalid SOURCE_DATE_EPOCH: \(text)")
    }
    return seconds
  }

  /// `linux/amd64`, `linux/arm/v7`.
  private static func platform(_ text: String) throws -> Platform {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else {
      throw GoValue.invalid("\"\(text)\" is an invalid platform: expected os/arch[/variant]")
    }
    let platform = Platform(
      architecture: parts[1], os: parts[0], variant: parts.count > 2 ? parts[2] : nil)
    guard platform.runsHere else {
      throw DklabError(
        .unsupported, id: "build.platform",
        Text(
          "cannot build for \(text) on this machine (\(Platform.current))",
          ko: "이 기계(\(Platform.current))에서는 \(text) 이미지를 빌드할 수 없습니다"))
    }
    return platform
  }

  /// The flags that decide how steps run.
  func settings() throws -> BuildSettings {
    let number = { (flag: String, text: String?) in
      try text.map { try flagValue(flag, $0, GoValue.int) } ?? 0
    }
    var settings = BuildSettings()
    settings.extraHosts = addHost.map { $0.contains(":") ? $0 : $0.replacingFirstEquals }
    settings.shmSize = try shmSize.map { try flagValue("--shm-size", $0, ByteSize.parseBinary) }
    settings.memory =
      try memory.map { try flagValue("-m, --memory", $0, ByteSize.parseBinary) } ?? 0
    settings.memorySwap =
      try memorySwap.map { try flagValue("--memory-swap", $0, ResourceOption.memorySwap) } ?? 0
    settings.cpuShares = try number("-c, --cpu-shares", cpuShares)
    settings.cpuQuota = try number("--cpu-quota", cpuQuota)
    settings.cpuPeriod = try number("--cpu-period", cpuPeriod)
    settings.cpusetCpus = cpusetCpus
    settings.cpusetMems = cpusetMems
    settings.parallelSteps = max(2, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    for text in secret {
      let (id, secret) = try Build.secret(text)
      settings.secrets[id] = secret
    }
    for text in ssh {
      let (id, path) = try Build.agent(text)
      settings.agents[id] = path
    }
    return settings
  }

  /// `default`, `NAME=SOCKET`: an agent's socket for `RUN --mount=type=ssh`.
  private static func agent(_ text: String) throws -> (String, String) {
    let equals = text.firstIndex(of: "=")
    let id = String(text[..<(equals ?? text.endIndex)])
    let given = equals.map { String(text[text.index(after: $0)...]) }
    guard let path = given ?? EnvironmentOption.environmentVariable("SSH_AUTH_SOCK"), !path.isEmpty
    else {
      throw DklabError(
        .notFound, id: "build.ssh",
        Text(
          "invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set",
          ko: "SSH 에이전트의 소켓이 없습니다: SSH_AUTH_SOCK이 비어 있습니다"),
        hint: Text("eval $(ssh-agent); ssh-add", ko: "eval $(ssh-agent); ssh-add"))
    }
    let socket = try absolutePath(path)
    var info = stat()
    guard stat(socket, &info) == 0, info.st_mode & S_IFMT == S_IFSOCK else {
      throw DklabError(
        .unsupported, id: "build.ssh",
        Text("\(path): not the socket of an SSH agent", ko: "\(path): SSH 에이전트의 소켓이 아닙니다"),
        hint: Text(
          "give the key to an agent (ssh-add \(path)), and its socket to --ssh",
          ko: "키를 에이전트에 넣고(ssh-add \(path)) 그 소켓을 --ssh에 지정하세요"))
    }
    return (id, socket)
  }

  /// `id=NAME,src=FILE`, `id=NAME,env=VARIABLE`, `id=NAME`.
  private static func secret(_ text: String) throws -> (String, BuildSecret) {
    var fields: [String: String] = [:]
    for field in text.split(separator: ",") {
      guard let equals = field.firstIndex(of: "=") else {
        throw GoValue.invalid("invalid field '\(field)' must be a key=value pair")
      }
      let key = field[..<equals].lowercased()
      guard ["id", "src", "source", "env", "type"].contains(key) else {
        throw GoValue.invalid("unexpected key '\(key)' in '\(field)'")
      }
      fields[key] = String(field[field.index(after: equals)...])
    }
    guard let id = fields["id"] ?? (fields["src"] ?? fields["source"]), !id.isEmpty else {
      throw GoValue.invalid("invalid secret: id is missing: \(text)")
    }
    if let name = fields["env"] { return (id, .variable(name)) }
    if let path = fields["src"] ?? fields["source"] {
      if fields["type"] == "env" { return (id, .variable(path)) }
      let absolute = try absolutePath(path)
      guard File.exists(absolute) else {
        throw DklabError(
          .notFound, id: "build.secret",
          Text(
            "failed to stat \(path): stat \(path): no such file or directory",
            ko: "비밀 파일이 없습니다: \(path)"))
      }
      return (id, .file(absolute))
    }
    return (id, getenv(id) != nil ? .variable(id) : .file(try absolutePath(id)))
  }

  /// How the progress is shown.
  func display() throws -> any BuildProgress {
    let name =
      progress ?? EnvironmentOption.environmentVariable("BUILDKIT_PROGRESS") ?? "auto"
    if quiet || check || dryRun { return QuietProgress() }
    switch name {
    case "auto", "":
      return TerminalFacts.standardError.redraws ? TerminalProgress() : PlainProgress()
    case "tty":
      guard TerminalFacts.standardError.isTerminal else {
        throw DklabError(
          .invalid, id: "build.progress",
          Text(
            "failed to get console: provided file is not a console",
            ko: "--progress=tty는 터미널에서만 쓸 수 있습니다"))
      }
      return TerminalProgress()
    case "plain": return PlainProgress()
    case "classic": return ClassicProgress()
    case "quiet", "none": return QuietProgress()
    default:
      throw DklabError(
        .invalid, id: "build.progress",
        Text("invalid progress mode \(name)", ko: "쓸 수 없는 진행 표시입니다: \(name)"),
        hint: Text("accepted: auto, plain, tty, quiet", ko: "쓸 수 있는 값: auto, plain, tty, quiet"))
    }
  }
}

/// `path` from the root: a build may change its working directory.
func absolutePath(_ path: String) throws -> String {
  if path.hasPrefix("/") { return PathText.clean(path) }
  guard let buffer = getcwd(nil, 0) else { throw SyscallError("getcwd", path) }
  defer { free(buffer) }
  return PathText.join(String(cString: buffer), path)
}

extension String {
  /// `host=ip`, which newer docker takes too.
  fileprivate var replacingFirstEquals: String {
    guard let equals = firstIndex(of: "=") else { return self }
    return self[..<equals] + ":" + self[index(after: equals)...]
  }
}
