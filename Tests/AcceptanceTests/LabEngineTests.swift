import Glibc
import Linux
import Testing

/// Labs that are done on a Docker Engine: through its API, with Docker's own client.
@Suite("A lab on a Docker Engine")
struct LabEngineTests {
  private static let text = """
    ---
    format: 1
    id: there
    kind: notes
    languages: [en]
    title: There
    summary: There.
    minutes: 5
    images: [busybox]
    ---
    Intro.

    ## One {#one}

    `busybox` is one program, `/bin/busybox`.

    ```bash
    docker run --rm busybox echo hello
    docker volume create data
    docker run -d --name box -v data:/data busybox sleep 600
    docker exec box sh -c 'echo word > /root/word; echo stored > /data/word; echo inside'
    ```

    ```check
    - id: said
      journal.count: {event: container.die exit=0 out=hello, at-least: 1}
    - id: inside
      journal.count: {event: exec.die exit=0 out=inside, at-least: 1}
    - id: running
      container.state: {name: box, is: running}
    - id: file
      container.file: {name: box, path: /root/word, is: word}
    - id: diff
      container.diff: {name: box, path: /root/word, kind: A}
    - id: volume
      volume.file: {name: data, path: word, is: stored}
    - id: image
      image.file: {image: busybox, path: /bin/busybox}
    - id: answers
      container.exec: {name: box, command: [cat, /root/word], is: word}
    - id: own
      proc.ns: {name: box, kind: pid, is: different}
    ```

    ## Only ours {#ours engine=dklab}

    ```bash
    dklab ps
    ```

    ```check
    - container.absent: box
    ```
    """

  /// Does the lab on the engine at `host`, of which nothing may be left.
  private func play(_ sandbox: Sandbox, _ host: String) throws {
    let folder = "\(Sandbox.root)/engine-\(UInt32.random(in: 1 ... .max))"
    try Directory.make(folder + "/there")
    defer { try? Directory.removeTree(folder) }
    try File.replace(folder + "/there/lab.md", Self.text, durable: false)
    // A socket's path must be short.
    let root = "/tmp/dklab-lab-\(UInt32.random(in: 1 ... .max))"
    defer { try? Directory.removeTree(root) }
    let environment = sandbox.environment.merging([
      "DKLAB_ROOT": root, "DKLAB_LABS": folder, "DOCKER_HOST": host, "DOCKER_CLI_HINTS": "false",
      "DOCKER_CONFIG": root + "/client",
    ]) { $1 }
    func lab(_ words: String...) -> Sandbox.Output {
      Sandbox.run(["lab"] + words, environment: environment, seconds: 120)
    }
    let engine = ["--lab", "there", "--engine", "docker"]
    let start = lab("start", "--engine", "docker", "--no-shell", "there")
    #expect(start.status == 0, "\(start)")
    let before = lab(["check"] + engine)
    #expect(before.status == 1, "\(before)")
    let solved = lab(["solve"] + engine)
    let after = lab(["check"] + engine)
    #expect(after.status == 0, "\(solved)\n\(after)")
    let ours = lab(["check"] + engine + ["ours"])
    #expect(ours.status == 64 && ours.errors.contains("no step"), "\(ours)")
    let undo = lab(["undo"] + engine)
    #expect(undo.errors.contains("nothing is removed from another's engine"), "\(undo)")
    let test = lab("test", "--engine", "docker", folder + "/there")
    #expect(test.status != 0 && test.errors.contains("is not empty"), "\(test)")
    _ = Sandbox.run(
      ["rm", "-fv", "box"], program: APIServer.docker, environment: ["DOCKER_HOST": host])
    let broken = lab(["check"] + engine)
    #expect(broken.status == 1 && broken.output.contains("removed"), "\(broken)")
    #expect(lab(["reset", "--yes"] + engine).status == 0)

    func lab(_ words: [String]) -> Sandbox.Output {
      Sandbox.run(["lab"] + words, environment: environment, seconds: 120)
    }
  }

  @Test(
    "is done and judged there, through our own server",
    .enabled(if: APIPeers.hasDocker, "needs root and the docker client at /usr/local/bin"))
  func ourServer() throws {
    let sandbox = try Sandbox()
    sandbox.run("pull busybox")
    let server = try APIServer(sandbox)
    defer { server.close() }
    try play(sandbox, "unix://\(server.socket)")
    _ = server.docker("volume", "rm", "data")
  }

  @Test(
    "is done and judged there, through dockerd",
    .enabled(
      if: APIPeers.hasDocker && bundleObstacle == nil && ChildProgram.find("dockerd") != nil,
      "needs root, the docker client at /usr/local/bin, and dockerd"))
  func dockerd() throws {
    let sandbox = try Sandbox()
    let caller = try ForeignCaller.dockerd()
    defer {
      caller.close()
      sandbox.close()
    }
    let tar = caller.directory + "/busybox.tar"
    sandbox.run("pull busybox")
    sandbox.run(["save", "-o", tar, "busybox"])
    #expect(caller.run(["load", "-i", tar]).status == 0)
    try play(sandbox, "unix://\(caller.directory)/sock")
  }
}
