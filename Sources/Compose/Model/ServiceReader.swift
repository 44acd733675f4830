import Documents
import Engine
import Images
import Networks
import Runtime
import Support

/// Reads one service of the finished tree. The tree is in long forms and has passed the schema, so what
/// is left to say is what a value means to the engine.
struct ServiceReader {
  let name: String
  let node: YAMLNode
  let project: Project
  var service: Service
  var warnings: [ComposeWarning] = []

  init(name: String, node: YAMLNode, project: Project) {
    self.name = name
    self.node = node
    self.project = project
    let image = node["image"]?.text ?? "\(project.name)-\(name)"
    service = Service(name: name, location: node.location, spec: ContainerSpec(image: image))
    service.namesImage = node["image"] != nil
  }

  mutating func read() throws -> Service {
    try readImage()
    try readProcess()
    try readScale()
    readDependencies()
    try readNetwork()
    try readPorts()
    try readMounts()
    try readFiles()
    try readLimits()
    try readSecurity()
    try readLogging()
    readHooks()
    readWatch()
    return service
  }

  /// An error at `node`, which is `services.NAME.KEY`.
  func problem(_ node: YAMLNode, _ key: String, _ message: Text, hint: Text? = nil) -> DklabError {
    node.error(
      "compose.value",
      Text(
        "services.\(name).\(key): \(message.en)", ko: "services.\(name).\(key): \(message.ko)"),
      hint: hint)
  }

  func refusal(_ node: YAMLNode, _ key: String, _ why: Text) -> DklabError {
    UnsupportedKeys.refusal(node, ComposePath(["services", name, key]), why)
  }

  private mutating func readImage() throws {
    if let platform = node["platform"], let text = platform.text {
      let parts = text.split(separator: "/").map(String.init)
      let wanted =
        parts.count > 1
        ? Platform(
          architecture: parts[1], os: parts[0], variant: parts.count > 2 ? parts[2] : nil)
        : Platform(architecture: parts.first ?? "", os: "linux")
      guard wanted.runsHere else {
        throw problem(
          platform, "platform",
          Text(
            "programs for \(text) do not run on this machine (\(Platform.current))",
            ko: "\(text)용 프로그램은 이 기계(\(Platform.current))에서 실행할 수 없습니다"))
      }
    }
    if let policy = node["pull_policy"], let text = policy.text {
      guard let known = Service.PullPolicy(rawValue: text) else {
        throw problem(
          policy, "pull_policy",
          Text("unsupported value `\(text)`", ko: "쓸 수 없는 값 `\(text)`"),
          hint: Text(
            "accepted: always, missing, if_not_present, never, build",
            ko: "쓸 수 있는 값: always, missing, if_not_present, never, build"))
      }
      service.pullPolicy = known
    }
    if let build = node["build"] { service.build = try readBuild(build) }
  }

  private mutating func readProcess() throws {
    var config = ContainerConfig()
    config.cmd = node["command"]?.sequence.map { $0.map { $0.text ?? "" } }
    if config.cmd?.isEmpty == true { config.cmd = nil }
    config.entrypoint = node["entrypoint"]?.sequence.map { $0.map { $0.text ?? "" } }
    config.env = node["environment"].map { variables in
      // A name without a value removes the image's.
      variables.members.map { $1.isNull ? $0 : "\($0)=\($1.text ?? "")" }
    }
    config.labels = node["labels"]?.strings
    config.user = node["user"]?.text
    config.workingDirectory = node["working_dir"]?.text
    config.stopSignal = node["stop_signal"]?.text
    config.healthcheck = healthcheck()
    for exposed in node["expose"]?.sequence ?? [] {
      do {
        config.exposedPorts += try PortRequest.parseExposed(exposed.text ?? "").map {
          "\($0.port)/\($0.protocol.rawValue)"
        }
      } catch let error as DklabError {
        throw problem(exposed, "expose", error.message, hint: error.hint)
      }
    }
    service.spec.config = config
    service.spec.hostname = node["hostname"]?.text
    service.spec.domainname = node["domainname"]?.text
    service.spec.tty = node["tty"]?.isTrue ?? false
    service.spec.openStdin = node["stdin_open"]?.isTrue ?? false
    service.spec.host.usesInit = node["init"]?.isTrue ?? false
    service.attaches = node["attach"]?.isTrue ?? true
    service.containerName = node["container_name"]?.text
    if let grace = node["stop_grace_period"]?.text.flatMap(ComposeDuration.init) {
      // Rounded up: a part of a second is not no time at all.
      service.spec.stopTimeout = Int((grace.nanoseconds + 999_999_999) / 1_000_000_000)
    }
    service.spec.host.restart = try restartPolicy()
    if let path = config.workingDirectory, !path.hasPrefix("/") {
      throw problem(
        node["working_dir"] ?? node, "working_dir",
        Text("`\(path)` is not an absolute path", ko: "`\(path)`이(가) 절대 경로가 아닙니다"))
    }
  }

  private func healthcheck() -> ContainerConfig.Healthcheck? {
    guard let check = node["healthcheck"] else { return nil }
    if check["disable"]?.isTrue ?? false { return ContainerConfig.Healthcheck(test: ["NONE"]) }
    var result = ContainerConfig.Healthcheck(
      test: (check["test"]?.sequence ?? []).map { $0.text ?? "" })
    if result.test?.isEmpty == true { result.test = nil }
    func duration(_ key: String) -> Int64? {
      check[key]?.text.flatMap(ComposeDuration.init)?.nanoseconds
    }
    result.interval = duration("interval")
    result.timeout = duration("timeout")
    result.startPeriod = duration("start_period")
    result.startInterval = duration("start_interval")
    result.retries = check["retries"]?.text.flatMap { Int($0) }
    return result
  }

  /// `restart`, or `deploy.restart_policy`, which wins.
  private func restartPolicy() throws -> RestartPolicy {
    if let policy = node["deploy"]?["restart_policy"] {
      let attempts = policy["max_attempts"]?.text.flatMap { Int($0) } ?? 0
      switch policy["condition"]?.text ?? "any" {
      case "none", "no": return .no
      case "on-failure": return .onFailure(maximum: attempts)
      case "any", "always": return .always
      case "unless-stopped": return .unlessStopped
      case let word:
        throw problem(
          policy, "deploy.restart_policy.condition",
          Text("unknown condition `\(word)`", ko: "알 수 없는 조건 `\(word)`"),
          hint: Text("accepted: none, on-failure, any", ko: "쓸 수 있는 값: none, on-failure, any"))
      }
    }
    guard let restart = node["restart"], let text = restart.text else { return .no }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    switch (parts.first ?? "", parts.count) {
    case ("no", 1), ("", 1): return .no
    case ("always", 1): return .always
    case ("unless-stopped", 1): return .unlessStopped
    case ("on-failure", 1): return .onFailure(maximum: 0)
    case ("on-failure", 2):
      if let count = Int(parts[1]), count >= 0 { return .onFailure(maximum: count) }
    default: break
    }
    throw problem(
      restart, "restart",
      Text("unknown restart policy `\(text)`", ko: "알 수 없는 재시작 정책 `\(text)`"),
      hint: Text(
        "accepted: \"no\", always, on-failure[:N], unless-stopped",
        ko: "쓸 수 있는 값: \"no\", always, on-failure[:N], unless-stopped"))
  }

  private mutating func readScale() throws {
    if let mode = node["deploy"]?["mode"], let text = mode.text, text != "replicated" {
      throw refusal(
        mode, "deploy.mode",
        Text(
          "`\(text)` needs a cluster; here there is replicated",
          ko: "`\(text)`에는 클러스터가 필요합니다. 여기서는 replicated만 쓸 수 있습니다"))
    }
    guard let scale = node["scale"] ?? node["deploy"]?["replicas"] else { return }
    service.replicas = Int(scale.text ?? "") ?? 1
    service.declaresReplicas = true
  }

  private mutating func readDependencies() {
    service.dependencies = (node["depends_on"]?.members ?? []).map { key, value in
      Service.Dependency(
        service: key,
        condition: Service.Condition(rawValue: value["condition"]?.text ?? "") ?? .started,
        restart: value["restart"]?.isTrue ?? false, required: value["required"]?.isTrue ?? true)
    }
  }

  private mutating func readHooks() {
    service.postStart = (node["post_start"]?.sequence ?? []).map(Self.hook)
    service.preStop = (node["pre_stop"]?.sequence ?? []).map(Self.hook)
  }

  static func hook(_ node: YAMLNode) -> Hook {
    var command = (node["command"]?.sequence ?? []).map { $0.text ?? "" }
    if command.isEmpty, let text = node["command"]?.text {
      command = (try? ShellWords.split(text)) ?? [text]
    }
    var hook = Hook(command: command)
    hook.user = node["user"]?.text
    hook.workingDirectory = node["working_dir"]?.text
    hook.privileged = node["privileged"]?.isTrue ?? false
    hook.environment = (node["environment"]?.members ?? []).map { "\($0)=\($1.text ?? "")" }
    return hook
  }

  private mutating func readWatch() {
    service.watch = (node["develop"]?["watch"]?.sequence ?? []).compactMap { rule in
      guard let action = WatchRule.Action(rawValue: rule["action"]?.text ?? "") else { return nil }
      var result = WatchRule(action: action, path: rule["path"]?.text ?? "")
      result.target = rule["target"]?.text
      result.ignore = (rule["ignore"]?.sequence ?? []).compactMap(\.text)
      result.include = (rule["include"]?.sequence ?? []).compactMap(\.text)
      result.initialSync = rule["initial_sync"]?.isTrue ?? false
      result.exec = rule["exec"].map(Self.hook)
      return result
    }
  }

  private mutating func readLogging() throws {
    guard let logging = node["logging"] else { return }
    let driver = logging["driver"]?.text.flatMap { $0.isEmpty ? nil : $0 }
    if let driver, let node = logging["driver"], !["json-file", "local", "none"].contains(driver) {
      throw refusal(
        node, "logging.driver",
        Text("accepted: json-file, local, none", ko: "쓸 수 있는 값: json-file, local, none"))
    }
    var options: [String: String] = [:]
    for (key, value) in logging["options"]?.members ?? [] { options[key] = value.text ?? "" }
    do {
      try LogPolicy.check(driver: driver ?? "json-file", options)
    } catch let problem as DklabError {
      throw refusal(logging["options"] ?? logging, "logging.options", problem.message)
    }
    service.spec.host.logDriver = driver
    service.spec.host.logOptions = options.isEmpty ? nil : options
  }
}
