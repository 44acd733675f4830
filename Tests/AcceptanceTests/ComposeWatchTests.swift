import Glibc
import Linux
import Testing

@Suite("compose watch", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct ComposeWatchTests {
  private static let text = """
    services:
      web:
        build: .
        command: sh -c 'cat /proc/sys/kernel/random/uuid > /started; sleep 1000'
        stop_signal: SIGKILL
        volumes: ["./mounted:/mounted"]
        develop:
          watch:
            - {action: sync, path: ./src, target: /app/src, ignore: [node_modules/, "*.log"]}
            - {action: sync, path: ./only, target: /only, include: ["*.txt"]}
            - {action: sync, path: ./mounted, target: /elsewhere}
            - {action: sync+restart, path: ./app.conf, target: /etc/app.conf}
            - {action: rebuild, path: ./hello.txt}

    """

  @Test("brings changes in as each rule says, survives a failed build, and ends with Ctrl-C")
  func rules() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let project = try ComposeProject(sandbox, Self.text)
    defer { project.close() }
    func put(_ path: String, _ text: String) throws {
      let parent = "\(project.folder)/\(path)".split(separator: "/").dropLast().joined(
        separator: "/")
      try Directory.make("/" + parent)
      try File.replace("\(project.folder)/\(path)", text, durable: false)
    }
    let dockerfile = "FROM busybox\nCOPY . /app\n"
    try put("Dockerfile", dockerfile)
    try put(".dockerignore", "compose.yaml\nlog\nsrc/secret*\n")
    for name in ["src/a", "only/a.txt", "mounted/m", "app.conf", "hello.txt"] { try put(name, "1") }
    let (pid, log) = try start(["watch"], project, sandbox)
    defer {
      kill(pid, SIGKILL)
      unlink(log)
    }
    func said(_ words: String) -> Bool {
      eventually(within: 60) { ((try? File.text(log)) ?? "").contains(words) }
    }
    func inside(_ script: String) -> String {
      project.compose(["exec", "-T", "web", "sh", "-c", script]).text
    }
    try #require(said("Watch enabled"), "\((try? File.text(log)) ?? "")")
    #expect(said("mounted' also declared by a bind mount volume, this path won't be monitored!"))
    // What is left out is there before what is waited for.
    for name in [
      "src/node_modules/n", "src/x.log", "src/secret1", "src/.b.swp", "only/y.bin", "mounted/z",
    ] {
      try put(name, "2")
    }
    try put("only/b.txt", "2")
    try put("src/b", "2")
    #expect(eventually { inside("ls -A /app/src /only") == "/app/src:\na\nb\n\n/only:\nb.txt" })
    #expect(inside("ls /elsewhere 2>&1").contains("No such file"))
    unlink(project.folder + "/src/a")
    #expect(eventually { inside("ls -A /app/src") == "b" })
    let run = inside("cat /started")
    try put("app.conf", "2")
    #expect(said("service(s) [\"web\"] restarted"))
    #expect(inside("cat /etc/app.conf") == "2")
    #expect(eventually { ![run, ""].contains(inside("cat /started")) })
    try put("Dockerfile", "FROM busybox\nCOPY missing /\n")
    try put("hello.txt", "2")
    #expect(said("Error handling changed files for service web"))
    try put("Dockerfile", dockerfile)
    try put("hello.txt", "3")
    #expect(said("service(s) [\"web\"] successfully built"))
    #expect(eventually(within: 60) { inside("cat /app/hello.txt") == "3" })
    // The image that it takes the place of goes when its container has gone.
    #expect(eventually { sandbox.run("images -q -f dangling=true").text.isEmpty })
    kill(pid, SIGINT)
    #expect(
      eventually(within: 60) { ProcessStat(of: pid).map { $0.state == "Z" } ?? true },
      "it does not end")
    #expect(project.compose("down").status == 0)
  }

  private func start(
    _ arguments: [String], _ project: ComposeProject, _ sandbox: Sandbox
  ) throws -> (pid: pid_t, log: String) {
    let log = project.folder + ".log"
    let command =
      "compose --project-directory \(project.folder) -f \(project.folder)/compose.yaml"
    let started = Sandbox.run(
      [
        "-c",
        "log=$1; shift; exec \(Sandbox.binary) \(command) \"$@\" >$log 2>&1 </dev/null & echo $!",
        "sh", log,
      ] + arguments, program: "/bin/sh", environment: sandbox.environment)
    return (try #require(pid_t(started.text)), log)
  }

  private static let others = """
    services:
      web:
        build: .
        command: sh -c 'cat /proc/sys/kernel/random/uuid > /started; sleep 1000'
        stop_signal: SIGKILL
        develop:
          watch:
            - {action: sync, path: ./first, target: /first, initial_sync: true, ignore: skipped}
            - {action: restart, path: ./again}
            - {action: rebuild, path: ./hello.txt}
            - action: sync+exec
              path: ./conf
              target: /etc/conf
              exec:
                command: sh -c 'echo "$$WORD $$(id -u) $$(pwd)"; exit 3'
                user: "5"
                working_dir: /tmp
                environment: [WORD=hello]
      other: {image: busybox, command: sleep 1000, stop_signal: SIGKILL}

    """

  @Test("up --watch syncs what is there, restarts, runs commands, and keeps the images of before")
  func attached() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let project = try ComposeProject(sandbox, Self.others)
    defer { project.close() }
    func put(_ path: String, _ text: String) throws {
      try File.replace("\(project.folder)/\(path)", text, durable: false)
    }
    try Directory.make(project.folder + "/first")
    try put("Dockerfile", "FROM busybox\nCOPY hello.txt /\n")
    for name in ["first/a", "first/skipped", "again", "conf", "hello.txt"] { try put(name, "1") }
    let (pid, log) = try start(["up", "--watch"], project, sandbox)
    defer {
      kill(pid, SIGKILL)
      unlink(log)
    }
    func said(_ words: String) -> Bool {
      eventually(within: 60) { ((try? File.text(log)) ?? "").contains(words) }
    }
    func inside(_ script: String) -> String {
      project.compose(["exec", "-T", "web", "sh", "-c", script]).text
    }
    try #require(said("Watch enabled"), "\((try? File.text(log)) ?? "")")
    #expect(inside("ls /first") == "a")
    try put("first/b", "2")
    #expect(eventually { inside("ls /first") == "a\nb" })
    let run = inside("cat /started")
    try put("conf", "2")
    #expect(said("hello 5 /tmp"))
    #expect(said("Error handling changed files for service web: exit status 3"))
    #expect(inside("cat /etc/conf; cat /started") == "2" + run)
    try put("again", "2")
    #expect(said("service(s) [\"web\"] restarted"))
    #expect(eventually { ![run, ""].contains(inside("cat /started")) })
    let label = "{{index .Config.Labels \"com.docker.compose.project\"}}"
    let name = project.compose(["config", "--images"]).lines.first { $0.hasSuffix("-web") }
    let image = try #require(name)
    let labels = sandbox.run(["inspect", "-f", label, image]).text
    #expect(image == labels + "-web", "\(labels)")
    // A container of that image is none of the project's for all that.
    #expect(sandbox.run(["run", "--name", "stranger", image, "true"]).status == 0)
    #expect(!project.compose(["ps", "-a", "--format", "{{.Name}}"]).lines.contains("stranger"))
    #expect(sandbox.run("rm stranger").status == 0)
    try put("hello.txt", "2")
    #expect(said("service(s) [\"web\"] successfully built"))
    #expect(eventually(within: 60) { inside("cat /hello.txt") == "2" })
    #expect(sandbox.run("images -q -f dangling=true").lines.count == 1)
    kill(pid, SIGINT)
    #expect(
      eventually(within: 60) { ProcessStat(of: pid).map { $0.state == "Z" } ?? true },
      "it does not end")
    #expect(project.compose("down").status == 0)
  }

  @Test("what contradicts itself is refused")
  func refusals() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let rule = "{action: sync+exec, path: ./x, target: /x}"
    let project = try ComposeProject(
      sandbox, "services: {web: {image: busybox, develop: {watch: [\(rule)]}}}\n")
    defer { project.close() }
    #expect(
      project.compose(["watch", "--no-up"]).errors.contains(
        "can't watch with action \"sync+exec\" on service web without a command"))
    #expect(
      project.compose(["up", "-d", "--watch"]).errors.contains("--detach cannot be combined with"))
    #expect(
      project.compose(["up", "--wait", "--watch"]).errors.contains("--wait cannot be combined with")
    )
    #expect(
      project.compose(["up", "--no-build", "--watch"]).errors.contains(
        "--no-build and --watch are incompatible"))
    #expect(sandbox.run("ps -aq").text.isEmpty)
  }
}
