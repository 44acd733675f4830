import ArgumentParser
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
  private let prunes: Bool
  private var watched: [Watched] = []

  /// One rule with what its files were like.
  private struct Watched {
    var service: String
    var rule: WatchRule
    var place: WatchedFiles
    var files: [String: WatchedFiles.Stamp]
  }

  /// - Throws: ``DklabError`` when no service has a rule, or one would rebuild what is not built.
  init(_ session: ComposeSession, _ services: [String], prunes: Bool = false) throws {
    self.session = session
    self.prunes = prunes
    for service in session.model.services
    where services.isEmpty || services.contains(service.name) {
      for rule in service.watch {
        if rule.action == .rebuild, service.build == nil { throw Self.nothingToBuild(service) }
        if rule.action == .syncExec, rule.exec?.command.isEmpty ?? true {
          throw Self.nothingToExecute(service)
        }
        if Self.isMounted(rule, service) {
          StandardError.print(
            Text(
              "path '\(rule.path)' also declared by a bind mount volume, this path won't be monitored!",
              ko: "'\(rule.path)'은(는) 바인드 마운트로도 선언되어 있어 지켜보지 않습니다")())
          continue
        }
        let place = try WatchedFiles(rule, build: service.build)
        watched.append(
          Watched(
            service: service.name, rule: rule, place: place, files: place.scan()))
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

  private static func nothingToBuild(_ service: Service) -> DklabError {
    DklabError(
      .invalid, id: "compose.watch-build",
      Text(
        "can't watch service \"\(service.name)\" with action rebuild without a build context",
        ko: "\(service.name) 서비스에 build가 없어 rebuild로 지켜볼 수 없습니다"),
      at: service.location, exitStatus: 1)
  }

  private static func nothingToExecute(_ service: Service) -> DklabError {
    DklabError(
      .invalid, id: "compose.watch-exec",
      Text(
        "can't watch with action \"sync+exec\" on service \(service.name) without a command",
        ko: "\(service.name) 서비스의 sync+exec에 exec.command가 없어 지켜볼 수 없습니다"),
      at: service.location, exitStatus: 1)
  }

  /// What is mounted is there already.
  private static func isMounted(_ rule: WatchRule, _ service: Service) -> Bool {
    guard rule.action.syncs else { return false }
    return service.spec.host.mounts.contains { mount in
      guard mount.kind == .bind, let source = mount.source else { return false }
      return rule.path == source || rule.path.hasPrefix(source + "/")
    }
  }

  /// Watches until Ctrl-C.
  func run() throws {
    InterruptFlag.install()
    begin()
    while InterruptFlag.count == 0 {
      try poll()
      usleep(500_000)
    }
  }

  /// `initial_sync`: brings in what is there, once the containers run.
  func begin() {
    for entry in watched where entry.rule.initialSync {
      guard [.sync, .syncRestart].contains(entry.rule.action) else { continue }
      attempt(entry.service) { try sync(entry, entry.files.keys.sorted(), []) }
    }
    say(Text("Watch enabled", ko: "파일을 지켜봅니다"))
  }

  /// Looks once, and acts on what has changed: each service is built and restarted once, whatever
  /// number of rules say so.
  func poll() throws {
    var changes: [Change] = []
    for index in watched.indices {
      let now = watched[index].place.scan()
      let before = watched[index].files
      guard now != before else { continue }
      watched[index].files = now
      changes.append(
        Change(
          entry: watched[index], changed: now.filter { before[$0.key] != $0.value }.keys.sorted(),
          gone: before.keys.filter { now[$0] == nil }.sorted()))
    }
    for service in services(of: changes, [.rebuild]) { try build(service) }
    // What could not be brought in is no reason to start anything on it.
    var failed: Set<String> = []
    for change in changes where change.entry.rule.action.syncs {
      let service = change.entry.service
      if !attempt(service, { try sync(change.entry, change.changed, change.gone) }) {
        failed.insert(service)
      }
    }
    for service in services(of: changes, [.restart, .syncRestart]) where !failed.contains(service) {
      attempt(service) { try restart(service) }
    }
    for change in changes where change.entry.rule.action == .syncExec {
      let service = change.entry.service
      guard let hook = change.entry.rule.exec, !failed.contains(service) else { continue }
      attempt(service) { try execute(hook, service) }
    }
  }

  private struct Change {
    var entry: Watched
    var changed: [String]
    var gone: [String]
  }

  private func services(of changes: [Change], _ actions: [WatchRule.Action]) -> [String] {
    var result: [String] = []
    for change in changes where actions.contains(change.entry.rule.action) {
      if !result.contains(change.entry.service) { result.append(change.entry.service) }
    }
    return result
  }

  private func build(_ service: String) throws {
    say(
      Text(
        "Rebuilding service(s) [\"\(service)\"] after changes were detected...",
        ko: "변경을 발견하여 서비스 [\"\(service)\"]을(를) 다시 빌드합니다..."))
    do {
      try rebuild(service)
    } catch let status as ExitCode where status.rawValue == 130 {
      // Ctrl-C: the build has taken the signal.
      throw status
    } catch {
      tell(error, of: service)
    }
  }

  /// A program that does not compile is no reason to look no further: the next change mends it. Whether
  /// `body` did what it should.
  @discardableResult
  private func attempt(_ service: String, _ body: () throws -> Void) -> Bool {
    do {
      try body()
      return true
    } catch {
      tell(error, of: service)
      return false
    }
  }

  private func tell(_ error: any Error, of service: String) {
    let status = (error as? ExitCode).map { "exit status \($0.rawValue)" }
    let message = (error as? DklabError)?.message() ?? status ?? "\(error)"
    StandardError.print(
      Text(
        "Error handling changed files for service \(service): \(message)",
        ko: "\(service) 서비스의 변경을 처리하지 못했습니다: \(message)")())
  }

  private func execute(_ hook: Hook, _ service: String) throws {
    for record in try running(service) {
      var wish = ExecWish(arguments: hook.command)
      wish.environment = hook.environment
      wish.user = hook.user
      wish.workingDirectory = hook.workingDirectory
      wish.privileged = hook.privileged
      let status = try session.engine.execAndWait(record, wish)
      if status != 0 { throw ExitCode(status) }
    }
  }

  private func running(_ service: String) throws -> [ContainerRecord] {
    try session.records([service]).filter(\.state.isActive)
  }

  private func sync(_ entry: Watched, _ changed: [String], _ gone: [String]) throws {
    let rule = entry.rule
    guard let target = rule.target else { return }
    let count = changed.count + gone.count
    say(
      Text(
        "Syncing service \"\(entry.service)\" after \(count) changes were detected",
        ko: "변경 \(count)개를 서비스 \"\(entry.service)\"에 반영합니다"))
    let isDirectory = File.isDirectory(rule.path)
    var failure: (any Error)?
    for record in try running(entry.service) {
      for path in changed {
        let hostPath = isDirectory ? "\(rule.path)/\(path)" : rule.path
        // What has gone meanwhile, an editor's passing file, is found to be gone at the next look.
        var info = stat()
        guard lstat(hostPath, &info) == 0 else { continue }
        let inside = isDirectory ? PathText.join(target, path) : target
        var wish = CopyWish(
          direction: .intoContainer, hostPath: hostPath, containerPath: inside)
        wish.makesParents = true
        // One that cannot be copied must not keep the others from it: they will not change again.
        do { try session.engine.copy(record, wish) } catch { failure = failure ?? error }
      }
      let places = gone.map { isDirectory ? PathText.join(target, $0) : target }
      if !places.isEmpty {
        _ = try session.engine.execAndWait(
          record, ExecWish(arguments: ["rm", "-rf"] + places))
      }
    }
    if let failure { throw failure }
  }

  private func restart(_ service: String) throws {
    try session.execute(
      LifePlanner.plan(
        .restart(seconds: nil), [service], session.model, try session.observe()))
    say(Text("service(s) [\"\(service)\"] restarted", ko: "서비스 [\"\(service)\"]을(를) 다시 시작했습니다"))
  }

  private func rebuild(_ service: String) throws {
    guard let found = session.model[service] else { return }
    let work = ComposeImageWork(session: session)
    try work.build(found)
    say(
      Text("service(s) [\"\(service)\"] successfully built", ko: "서비스 [\"\(service)\"]을(를) 빌드했습니다"))
    var options = UpOptions()
    options.services = [service]
    options.skipsDependencies = true
    // What was brought into the container since it was made is in the image now, or should be gone.
    options.recreation = .force
    let state = try session.observe()
    // As many as there are, which `--scale` may have made.
    let replicas = state.containers(of: service).count
    if replicas > 0 { options.scale[service] = replicas }
    try session.execute(UpPlanner.plan(session.model, state, options))
    // Only now does no container use the former image.
    if prunes { try work.prune() }
  }

  private func say(_ text: Text) {
    StandardError.print("⦿ \(text())")
  }
}

extension WatchRule.Action {
  fileprivate var syncs: Bool { [.sync, .syncRestart, .syncExec].contains(self) }
}
