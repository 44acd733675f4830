import Glibc
import Linux
import Testing

/// The built binary with an engine instance of its own. Base images are made once, in a root the
/// sandboxes share; everything else ends with the sandbox, and `close` looks whether it did.
final class Sandbox {
  static let binary: String = {
    // The test bundle lies in the same directory as the product.
    let own = CommandLine.arguments[0]
    let directory = own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex)
    let beside = "\(directory)/dklab"
    return File.exists(beside)
      ? beside
      : String(
        #filePath.prefix(while: { _ in true }).dropLast(
          "Tests/AcceptanceTests/Sandbox.swift".count)) + ".build/debug/dklab"
  }()

  static let root =
    String(#filePath.dropLast("Tests/AcceptanceTests/Sandbox.swift".count))
    + ".build/acceptance"

  /// Makes the base images the tests use; says what it printed when that failed.
  static let images: Result<Void, Failure> = {
    let result = run(["images", "bootstrap", "--quick"], environment: ["DKLAB_ROOT": root])
    return result.status == 0
      ? .success(()) : .failure(Failure(description: result.output + result.errors))
  }()

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  let instance: String
  var environment: [String: String]

  init(_ name: String = #function, environment: [String: String] = [:]) throws {
    try Sandbox.images.get()
    let plain = name.prefix { $0.isLetter || $0.isNumber }
    instance = "test-\(plain)-\(UInt32.random(in: 0 ... .max))"
    self.environment = [
      "DKLAB_ROOT": Sandbox.root, "DKLAB_INSTANCE": instance, "DKLAB_UPLINK": "none",
      "DKLAB_OFFLINE": "1",
      "DKLAB_LANG": "en",
    ].merging(environment) { $1 }
  }

  /// Ends the instance and checks that nothing of it is left: processes, mounts, control groups.
  func close() {
    let reset = run(["system", "reset", "--yes"])
    #expect(reset.status == 0, "\(reset.errors)")
    let processes = (try? Directory.list("/proc"))?.filter { name in
      guard Int(name) != nil, let line = try? File.text("/proc/\(name)/cmdline") else {
        return false
      }
      return line.contains(instance)
    }
    #expect(processes == [], "processes left behind")
    let mounts = (try? File.text("/proc/self/mountinfo")) ?? ""
    #expect(!mounts.contains(instance), "mounts left behind")
    for hierarchy in CgroupLayout.observe().hierarchies {
      #expect(!File.exists("\(hierarchy.base)/dklab/\(instance)"), "control group left behind")
    }
    #expect(!File.exists("\(Sandbox.root)/instances/\(instance)"), "files left behind")
  }

  struct Output: CustomStringConvertible {
    var status: Int32
    var output: String
    var errors: String
    /// Standard output without its last line end.
    var text: String { output.hasSuffix("\n") ? String(output.dropLast()) : output }
    var lines: [String] { output.split(separator: "\n").map(String.init) }
    var description: String { "status \(status)\nout: \(output)\nerr: \(errors)" }
  }

  /// Runs `dklab` with `arguments`; kills it after `seconds`.
  @discardableResult
  func run(_ arguments: [String], input: String = "", seconds: Int = 60) -> Output {
    Sandbox.run(arguments, input: input, environment: environment, seconds: seconds)
  }

  /// The same, split at spaces.
  @discardableResult
  func run(_ line: String, input: String = "", seconds: Int = 60) -> Output {
    run(line.split(separator: " ").map(String.init), input: input, seconds: seconds)
  }

  static func run(
    _ arguments: [String], program: String = Sandbox.binary, input: String = "",
    environment: [String: String], seconds: Int = 60
  ) -> Output {
    var variables = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    variables["HOME"] = "/root"
    variables.merge(environment) { $1 }
    guard let pipes = try? (FileDescriptor.pipe().split(), FileDescriptor.pipe().split()),
      let inputPipe = try? FileDescriptor.pipe().split()
    else { return Output(status: -1, output: "", errors: "no pipes") }
    let (outputPipe, errorPipe) = pipes
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, inputPipe.read, 0)
    posix_spawn_file_actions_adddup2(&actions, outputPipe.write, 1)
    posix_spawn_file_actions_adddup2(&actions, errorPipe.write, 2)
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    var pid: pid_t = 0
    // The test runner's threads block signals, and a shell that cannot get SIGCHLD waits for ever.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let spawned = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
    for pointer in argv + envp { free(pointer) }
    posix_spawn_file_actions_destroy(&actions)
    for fd in [inputPipe.read, outputPipe.write, errorPipe.write] { Glibc.close(fd) }
    defer { for fd in [outputPipe.read, errorPipe.read] { Glibc.close(fd) } }
    guard spawned == 0 else { return Output(status: -1, output: "", errors: "cannot start") }
    signal(SIGPIPE, SIG_IGN)
    try? writeAll(inputPipe.write, input)
    Glibc.close(inputPipe.write)
    let (output, errors) = collect(outputPipe.read, errorPipe.read, pid, seconds)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return Output(status: ExitStatus(waitStatus: status).code, output: output, errors: errors)
  }

  /// Reads both pipes until both end. A detached container must not hold them open: if they are
  /// still open at the deadline, that shows as status 137.
  private static func collect(
    _ output: Int32, _ errors: Int32, _ pid: pid_t, _ seconds: Int
  ) -> (String, String) {
    var texts: [Int32: [UInt8]] = [output: [], errors: []]
    var open = [output, errors]
    let deadline = monotonicMilliseconds() + Int64(seconds) * 1000
    while !open.isEmpty {
      var entries = open.map { PollEntry(fd: $0, events: .readable) }
      let rest = deadline - monotonicMilliseconds()
      guard rest > 0, (try? pollDescriptors(&entries, timeout: Int32(clamping: rest))) ?? 0 > 0
      else {
        kill(pid, SIGKILL)
        break
      }
      for entry in entries where !entry.ready.isEmpty {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(entry.fd, &buffer, buffer.count)
        if count > 0 { texts[entry.fd]?.append(contentsOf: buffer[..<count]) }
        if count <= 0 { open.removeAll { $0 == entry.fd } }
      }
    }
    return (
      String(decoding: texts[output] ?? [], as: UTF8.self),
      String(decoding: texts[errors] ?? [], as: UTF8.self)
    )
  }
}

/// Waits until `condition` holds, up to `seconds`. Returns whether it did.
func eventually(within seconds: Int = 20, _ condition: () -> Bool) -> Bool {
  let deadline = monotonicMilliseconds() + Int64(seconds) * 1000
  while monotonicMilliseconds() < deadline {
    if condition() { return true }
    usleep(20_000)
  }
  return condition()
}

/// Why a test of containers cannot run here; nil when it can.
let containerObstacle: String? =
  geteuid() == 0 ? nil : "needs root (the rootless suite runs without)"
