import Glibc
import Linux
import Testing

@Suite("The Docker Engine API")
struct DockerAPITests {
  private static let fixtures = String(
    #filePath.dropLast("DockerAPITests.swift".count) + "Fixtures/docker-api/")

  @Test(
    "the genuine docker does with it what it does with dockerd, line by line",
    .enabled(if: APIPeers.hasDocker, "needs root and the docker client at /usr/local/bin"))
  func transcript() throws {
    let sandbox = try Sandbox()
    sandbox.run("pull busybox")
    sandbox.run("tag busybox bb")
    sandbox.run("rmi busybox")
    let server = try APIServer(sandbox)
    defer { server.close() }
    let played = server.shell(DockerAPITests.fixtures + "play.sh", seconds: 600)
    let ours = DockerAPITests.blocks(played.output)
    let theirs = DockerAPITests.blocks(try File.text(DockerAPITests.fixtures + "dockerd.txt"))
    #expect(ours.map(\.line) == theirs.map(\.line), "record again with dockerd.sh")
    #expect(ours.count >= 150)
    // Each line that differs stands in differences.md with its reason, and no other line does.
    let listed = Set(
      try File.text(DockerAPITests.fixtures + "differences.md").split(separator: "\n")
        .filter { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) })
    for (mine, their) in zip(ours, theirs) {
      if listed.contains(mine.line) {
        #expect(mine.text != their.text, "no longer differs: \(mine.line)")
      } else {
        #expect(mine.text == their.text, "$ \(mine.line)")
      }
    }
    #expect(listed.subtracting(ours.map(\.line)) == [], "differences of lines that are not played")
  }

  private static func blocks(_ text: String) -> [(line: String, text: String)] {
    var blocks: [(line: String, text: String)] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("$ ") {
        blocks.append((String(line.dropFirst(2)), ""))
      } else if !blocks.isEmpty {
        blocks[blocks.count - 1].text += line + "\n"
      }
    }
    return blocks
  }

  @Test(
    "containers outlive the server, also one that is killed, and the next one finds them",
    .enabled(if: APIPeers.hasDocker, "needs root and the docker client at /usr/local/bin"))
  func outlive() throws {
    let sandbox = try Sandbox()
    sandbox.run("pull busybox")
    let server = try APIServer(sandbox)
    defer { server.close() }
    let script = "while echo tick; do sleep 0.1; done"
    #expect(
      server.docker("run", "-d", "--name", "lives", "busybox", "sh", "-c", script).status == 0)
    sandbox.run(["run", "-d", "--name", "typed", "busybox", "sleep", "1000"])
    let before = server.docker("inspect", "-f", "{{.State.Pid}}", "lives", "typed")
    server.stop(SIGKILL)
    let lines = { sandbox.run("logs lives").lines.count }
    let count = lines()
    #expect(eventually { lines() > count }, "its log goes on without a server")
    #expect(server.docker("ps").errors.contains("Cannot connect to the Docker daemon"))
    try server.start()
    #expect(server.docker("ps", "--format", "{{.Names}}").lines.sorted() == ["lives", "typed"])
    #expect(server.docker("inspect", "-f", "{{.State.Pid}}", "lives", "typed").text == before.text)
    #expect(server.docker("exec", "lives", "echo", "still").text == "still")
    let removed = server.docker("rm", "-f", "lives", "typed")
    #expect(removed.status == 0, "\(removed)")
    #expect(sandbox.run("ps -aq").text == "")
  }

  @Test(
    "its list is what other processes have just made of the containers, also when they kill",
    .enabled(if: APIPeers.hasDocker, "needs root and the docker client at /usr/local/bin"))
  func listFollows() throws {
    let sandbox = try Sandbox()
    sandbox.run("pull busybox")
    let server = try APIServer(sandbox)
    defer { server.close() }
    let list = {
      server.docker("ps", "-a", "--format", "{{.Names}} {{.Image}} {{.State}}").lines.sorted()
    }
    sandbox.run("create --name made busybox true")
    #expect(list() == ["made busybox created"])
    sandbox.run("run -d --name runs busybox sleep 1000")
    #expect(list() == ["made busybox created", "runs busybox running"])
    sandbox.run("rename made named")
    sandbox.run("tag busybox other")
    sandbox.run("rmi busybox")
    let id = sandbox.run(["inspect", "-f", "{{.Image}}", "named"]).text.dropFirst(7).prefix(12)
    #expect(list() == ["named \(id) created", "runs \(id) running"])
    sandbox.run("tag other busybox")
    #expect(list() == ["named busybox created", "runs busybox running"])
    func monitor() throws -> pid_t {
      let found = ((try? Directory.list("/proc")) ?? []).first { name in
        let line = (try? File.text("/proc/\(name)/cmdline")) ?? ""
        return line.contains("__monitor") && line.contains(sandbox.instance)
      }
      return try #require(found.flatMap { pid_t($0) })
    }
    kill(try monitor(), SIGKILL)
    #expect(eventually { list() == ["named busybox created", "runs busybox exited"] })
    #expect(server.docker("ps", "-aq", "--filter", "exited=137").lines.count == 1)
    // A look at that one is enough, too.
    sandbox.run("start runs")
    #expect(server.docker("inspect", "-f", "{{.State.Status}}", "runs").text == "running")
    kill(try monitor(), SIGKILL)
    #expect(
      eventually { server.docker("inspect", "-f", "{{.State.Status}}", "runs").text == "exited" })
    // So is waiting, and nobody waits for ever.
    sandbox.run("start runs")
    let killing = "(sleep 0.5; kill -9 \(try monitor())) & "
    #expect(server.shell(killing + "docker wait runs", seconds: 30).text == "137")
    let attached = "docker run --rm --name gone busybox sleep 1000 & p=$!; sleep 2; "
    let line = "kill -9 $(pgrep -f \"$(docker inspect -f {{.Id}} gone)$\"); wait $p; echo $?"
    #expect(server.shell(attached + line, seconds: 30).text == "137")
    sandbox.run("rm named runs")
    #expect(list() == [])
  }

  @Test("its socket is for its owner and group, and another server may not take it")
  func socket() throws {
    let server = try APIServer(try Sandbox())
    defer { server.close() }
    var info = stat()
    #expect(stat(server.socket, &info) == 0)
    #expect(info.st_mode & 0o777 == 0o660)
    let second = server.sandbox.run(["serve", "-H", "unix://\(server.socket)"])
    #expect(second.status != 0)
    #expect(second.errors.contains("another server answers there already"))
    let open = server.sandbox.run(["serve", "-H", "tcp://0.0.0.0:0"])
    #expect(open.errors.contains("needs --tlscert"))
  }

  @Test(
    "fifty runs at a time leave nothing behind, and the server does not grow with them",
    .enabled(if: APIPeers.hasDocker, "needs root and the docker client at /usr/local/bin"))
  func load() throws {
    let sandbox = try Sandbox()
    sandbox.run("pull busybox")
    let server = try APIServer(sandbox)
    defer { server.close() }
    let run = "docker run --rm --network none busybox echo load"
    let round = { server.shell("seq 25 | xargs -P 8 -I{} \(run)", seconds: 300) }
    #expect(round().lines.count { $0 == "load" } == 25)
    let descriptors = { (try? Directory.list("/proc/\(server.pid)/fd").count) ?? 0 }
    #expect(eventually { descriptors() < 60 })
    let first = descriptors()
    #expect(round().lines.count { $0 == "load" } == 25)
    #expect(eventually { descriptors() <= first + 4 }, "descriptors: \(first), \(descriptors())")
    #expect(sandbox.run("ps -aq").text == "")
  }

  @Test(
    "a server that is killed under load loses nothing: containers and logs go on, no request is done late",
    .enabled(
      if: containerObstacle == nil && File.exists("/usr/bin/python3"), "needs root and python3"))
  func killedUnderLoad() throws {
    let program = String(#filePath.dropLast("AcceptanceTests/DockerAPITests.swift".count))
    let load = Sandbox.run(
      [program + "Benchmarks/api-load.py", Sandbox.binary, "8", "12"], program: "/usr/bin/python3",
      environment: ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      seconds: 300)
    #expect(load.status == 0, "\(load)")
    #expect(load.output.contains("  0 problems"), "\(load)")
  }

  @Test(
    "Docker's SDK for Python drives it",
    .enabled(if: APIPeers.hasSDK, "needs root, docker and python3-docker"))
  func sdk() throws {
    let sandbox = try Sandbox()
    sandbox.run("pull busybox")
    let server = try APIServer(sandbox)
    defer { server.close() }
    let result = server.shell("python3 \(DockerAPITests.fixtures)sdk.py")
    #expect(result.status == 0, "\(result)")
    #expect(result.text.hasSuffix("all is well"))
  }

  @Test(
    "docker-compose of the distribution brings a project up and down",
    .enabled(if: APIPeers.hasCompose, "needs root, docker and docker-compose"))
  func compose() throws {
    let sandbox = try Sandbox()
    sandbox.run("pull busybox")
    let server = try APIServer(sandbox)
    defer { server.close() }
    let file = DockerAPITests.fixtures + "compose.yml"
    let compose = "/usr/bin/docker-compose -f \(file) -p apitest"
    let up = server.shell("\(compose) up -d")
    #expect(up.status == 0, "\(up)")
    let running = server.docker("ps", "--format", "{{.Names}}")
    #expect(running.lines.sorted() == ["apitest_one_1", "apitest_two_1"])
    #expect(server.shell("\(compose) exec -T two cat /shared/word").text == "shared")
    #expect(server.shell("\(compose) logs one").output.contains("one is here"))
    let down = server.shell("\(compose) down -v -t 0")
    #expect(down.status == 0, "\(down)")
    #expect(sandbox.run("ps -aq").text == "")
    #expect(sandbox.run("volume ls -q").text == "")
  }
}
