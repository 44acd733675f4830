import Documents
import Glibc
import Linux
import Runtime
import Support

/// `create` and `run`.
enum OCICreate {
  private static let flags = [
    "b bundle=", "console-socket=", "pid-file=", "no-pivot", "no-new-keyring", "preserve-fds=",
    "f config=", "no-subreaper", "explain",
  ]

  static let create = OCIVerb(
    name: "create", synopsis: "[OPTIONS] CONTAINER",
    abstract: Text("Create a container from a bundle", ko: "번들로 컨테이너를 만듭니다"), count: 1...1,
    flags: flags, entersContainer: true
  ) { line, log in
    var creation = try ContainerCreation(request(line), in: line.store)
    if line.isOn("explain") { return explain(try creation.plan()) }
    try checkTerminal(creation, line, detached: true)
    _ = try creation.create { _ in }
    log.warn(creation.warnings)
    return 0
  }

  static let run = OCIVerb(
    name: "run", synopsis: "[OPTIONS] CONTAINER",
    abstract: Text(
      "Create a container, start it, and wait for its end", ko: "컨테이너를 만들어 시작하고 끝날 때까지 기다립니다"),
    count: 1...1, flags: flags + ["d detach", "keep"], entersContainer: true
  ) { line, log in
    let detached = line.isOn("detach")
    var creation = try ContainerCreation(request(line), in: line.store)
    if line.isOn("explain") { return explain(try creation.plan()) }
    try checkTerminal(creation, line, detached: detached)
    var master: Int32 = -1
    let held = try creation.hold { master = try ForegroundProcess.adopt(terminal: $0) }
    let container = held.container
    log.warn(creation.warnings)
    let store = line.store
    do {
      log.warn(try held.start(in: store))
    } catch {
      _ = try? store.delete(container.id, force: true)
      throw error
    }
    if detached { return 0 }
    let code = try ForegroundProcess(pid: container.process.pid, terminal: master).wait()
    if !line.isOn("keep") {
      log.warn(try store.delete(container.id, force: true, knowing: container))
    }
    return code
  }

  private static func explain(_ plan: LaunchPlan) -> Int32 {
    print(plan.text(), terminator: "")
    return 0
  }

  private static func request(_ line: OCICommandLine) throws -> CreationRequest {
    var request = CreationRequest(
      id: line.arguments[0], bundle: try OCICommandLine.absolute(line.value("bundle") ?? "."))
    request.configuration = line.value("config").flatMap { $0.isEmpty ? nil : $0 }
    request.pidFile = line.value("pid-file").flatMap { $0.isEmpty ? nil : $0 }
    request.consoleSocket = line.value("console-socket").flatMap { $0.isEmpty ? nil : $0 }
    request.preservedDescriptors = try line.preservedDescriptors()
    request.pivotsRoot = !line.isOn("no-pivot")
    request.makesKeyring = !line.isOn("no-new-keyring")
    return request
  }

  /// A terminal needs somebody who holds its other end.
  private static func checkTerminal(
    _ creation: ContainerCreation, _ line: OCICommandLine, detached: Bool
  ) throws {
    let hasSocket = !(line.value("console-socket") ?? "").isEmpty
    if creation.wantsTerminal && detached && !hasSocket {
      throw DklabError(
        .invalid, id: "oci.console",
        Text(
          "cannot allocate tty if the runtime will detach without setting console socket",
          ko: "--console-socket 없이 떨어져 나가면 터미널을 줄 수 없습니다"),
        hint: Text(
          "set process.terminal to false, or use `run`",
          ko: "process.terminal을 false로 두거나 `run`을 쓰세요"))
    }
    if hasSocket && !(creation.wantsTerminal && detached) {
      throw DklabError(
        .invalid, id: "oci.console",
        Text(
          "cannot use console socket if the runtime will not detach or allocate tty",
          ko: "떨어져 나가지 않거나 터미널이 없으면 --console-socket을 쓸 수 없습니다"))
    }
  }
}
