import Builder
import Compose
import Engine
import Glibc
import Linux
import Support

/// `develop.watch`: looks at the files of a project twice a second and brings what changed into the
/// containers, as each rule says.
final class WatchLoop {
  private let session: ComposeSession
  private let quiet: Bool
  private var watched: [Watched] = []

  /// One rule with what its files were like.
  private struct Watched {
    var service: String
    var rule: WatchRule
    var ignore: IgnoreFile?
    var files: [String: Stamp]
  }

  /// What tells that a file changed.
  private struct Stamp: Equatable {
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
    var mode: UInt32
  }

  /// - Throws: ``DklabError`` when no service has a rule.
  init(_ session: ComposeSession, _ services: [String], quiet: Bool = false) throws {
    self.session = session
    self.quiet = quiet
    for service in session.model.services
    where services.isEmpty || services.contains(service.name) {
      for rule in service.watch {
        let ignore =
          rule.ignore.isEmpty
          ? nil
          : try IgnoreFile(
            parsing: rule.ignore.joined(separator: "\n"))
        var entry = Watched(service: service.name, rule: rule, ignore: ignore, files: [:])
        entry.files = rule.initialSync ? [:] : Self.scan(entry)
        watched.append(entry)
      }
    }
    guard !watched.isEmpty else {
      throw DklabError(
        .invalid, id: "compose.no-watch",
        Text(
          "none of the selected services is configured for watch",
          ko: "watch 설정이 있는 서비스가 없습니다"),
        hint: Text(
          "add a develop.watch section with path, action and target",
          ko: "develop.watch에 path, action, target을 쓰세요"), exitStatus: 1)
    }
  }

  /// Watches until Ctrl-C.
  func run() throws {
    InterruptFlag.install()
    if !quiet { StandardError.print(Text("Watch enabled", ko: "파일을 지켜봅니다")()) }
    while InterruptFlag.count == 0 {
      try poll()
      usleep(500_000)
    }
  }

  /// Looks once, and acts on what has changed.
  func poll() throws {
    for index in watched.indices {
      let now = Self.scan(watched[index])
      let before = watched[index].files
      guard now != before else { continue }
      watched[index].files = now
      let changed = now.filter { before[$0.key] != $0.value }.keys.sorted()
      let gone = before.keys.filter { now[$0] == nil }.sorted()
      try act(watched[index], changed, gone)
    }
  }

  private func act(_ entry: Watched, _ changed: [String], _ gone: [String]) throws {
    let rule = entry.rule
    let count = changed.count + gone.count
    say(
      Text(
        "\(entry.service): \(count) file\(count == 1 ? "" : "s") changed: \(rule.action.rawValue)",
        ko: "\(entry.service): 파일 \(count)개 변경: \(rule.action.rawValue)"))
    switch rule.action {
    case .rebuild: try rebuild(entry.service)
    case .restart: try restart(entry.service)
    case .sync: try sync(entry, changed, gone)
    case .syncRestart:
      try sync(entry, changed, gone)
      try restart(entry.service)
    case .syncExec:
      try sync(entry, changed, gone)
      guard let hook = rule.exec else { return }
      for record in try running(entry.service) {
        var wish = ExecWish(arguments: hook.command)
        wish.environment = hook.environment
        wish.user = hook.user
        wish.workingDirectory = hook.workingDirectory
        _ = try session.engine.execAndWait(record, wish)
      }
    }
  }

  private func running(_ service: String) throws -> [ContainerRecord] {
    try session.records([service]).filter(\.state.isActive)
  }

  private func sync(_ entry: Watched, _ changed: [String], _ gone: [String]) throws {
    let rule = entry.rule
    guard let target = rule.target else { return }
    let isDirectory = File.isDirectory(rule.path)
    for record in try running(entry.service) {
      for path in changed {
        let inside = isDirectory ? PathText.join(target, path) : target
        var wish = CopyWish(
          direction: .intoContainer,
          hostPath: isDirectory ? "\(rule.path)/\(path)" : rule.path, containerPath: inside)
        wish.makesParents = true
        try session.engine.copy(record, wish)
      }
      let places = gone.map { isDirectory ? PathText.join(target, $0) : target }
      if !places.isEmpty {
        _ = try session.engine.execAndWait(
          record, ExecWish(arguments: ["rm", "-rf"] + places))
      }
    }
  }

  private func restart(_ service: String) throws {
    try session.execute(
      LifePlanner.plan(
        .restart(seconds: nil), [service], session.model, try session.observe()))
  }

  private func rebuild(_ service: String) throws {
    guard let found = session.model[service] else { return }
    try ComposeImageWork(session: session).build(found)
    var options = UpOptions()
    options.services = [service]
    options.skipsDependencies = true
    try session.execute(UpPlanner.plan(session.model, try session.observe(), options))
  }

  private func say(_ text: Text) {
    if !quiet { StandardError.print("⦿ \(text())") }
  }

  /// The files of a rule, by path below it, that are not ignored.
  private static func scan(_ entry: Watched) -> [String: Stamp] {
    var files: [String: Stamp] = [:]
    var pending = [""]
    while let folder = pending.popLast() {
      let full = folder.isEmpty ? entry.rule.path : "\(entry.rule.path)/\(folder)"
      guard File.isDirectory(full) else {
        if folder.isEmpty, let stamp = stamp(full) { files[""] = stamp }
        continue
      }
      for name in (try? Directory.list(full)) ?? [] {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        if entry.ignore?.ignores(path) ?? false { continue }
        guard let stamp = stamp("\(entry.rule.path)/\(path)") else { continue }
        if stamp.mode & UInt32(S_IFMT) == UInt32(S_IFDIR) {
          pending.append(path)
        } else {
          files[path] = stamp
        }
      }
    }
    return files
  }

  private static func stamp(_ path: String) -> Stamp? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return Stamp(
      size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec, mode: status.st_mode)
  }
}
