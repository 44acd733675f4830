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
    let log = project.folder + ".log"
    defer { unlink(log) }
    let started = Sandbox.run(
      [
        "-c",
        "\(Sandbox.binary) compose --project-directory \(project.folder) -f \(project.folder)/compose.yaml watch >\(log) 2>&1 </dev/null & echo $!",
      ], program: "/bin/sh", environment: sandbox.environment)
    let pid = try #require(pid_t(started.text))
    defer { kill(pid, SIGKILL) }
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
    kill(pid, SIGINT)
    #expect(
      eventually(within: 60) { ProcessStat(of: pid).map { $0.state == "Z" } ?? true },
      "it does not end")
    #expect(project.compose("down").status == 0)
  }
}
