import Glibc
import Linux
import Testing

/// What a build takes from elsewhere: repositories, other images, agents, caches.
@Suite("Sources of builds", .enabled(if: containerObstacle == nil, "\(containerObstacle ?? "")"))
struct BuildSourceTests {
  @Test(
    "ADD takes a folder of a git repository at a tag, without .git",
    .enabled(if: File.exists("/usr/bin/git"), "needs git"))
  func repository() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder("FROM busybox\n", files: ["repo.git/sub/file": "one\n"])
    let script = """
      cd \(folder.path)/repo.git && git init -q && git add . \
        && git -c user.name=n -c user.email=e@x commit -qm one && git tag v1 \
        && echo two >sub/file && git -c user.name=n -c user.email=e@x commit -qam two
      """
    let made = Sandbox.run(["-c", script], program: "/bin/sh", environment: [:])
    try #require(made.status == 0, "\(made)")
    // git asks a server that is a program of this machine's: no network is needed.
    let daemon = "/usr/lib/git-core/git-daemon"
    guard File.exists(daemon) else { return }
    let port = 20_000 + Int(getpid() % 20_000)
    let serve = """
      git daemon --detach --pid-file=\(folder.path)/pid --export-all --base-path=\(folder.path) \
        --listen=127.0.0.1 --port=\(port) --reuseaddr
      """
    _ = Sandbox.run(["-c", serve], program: "/bin/sh", environment: [:])
    defer {
      if let pid = (try? File.text("\(folder.path)/pid")).flatMap({
        pid_t($0.prefix { $0.isNumber })
      }) {
        kill(pid, SIGTERM)
      }
    }
    #expect(eventually(within: 20) { File.exists("\(folder.path)/pid") })
    let url = "git://127.0.0.1:\(port)/repo.git"
    try folder.write(
      "Dockerfile", "FROM busybox\nADD \(url)#v1:sub /tagged/\nADD \(url) /all/\n")
    let built = sandbox.run(["build", "-t", "taken", folder.path], seconds: 120)
    try #require(built.status == 0, "\(built)")
    let shown = sandbox.run([
      "run", "--rm", "taken", "sh", "-c", "cat /tagged/file /all/sub/file; ls -a /all | grep git",
    ])
    #expect(shown.output == "one\ntwo\n", "\(shown)")
  }

  @Test("a named context that is an image takes the place of the image called so")
  func namedImage() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let other = try BuildFolder("FROM busybox\nRUN echo other > /which\n")
    #expect(sandbox.run(["build", "-q", "-t", "other", other.path]).status == 0)
    let folder = try BuildFolder("FROM base\nCOPY --from=tools /which /copied\n")
    let built = sandbox.run([
      "build", "-t", "named", "--build-context", "base=docker-image://busybox",
      "--build-context", "tools=docker-image://other", folder.path,
    ])
    #expect(built.status == 0, "\(built)")
    #expect(sandbox.run("run --rm named cat /copied").text == "other")
  }

  @Test("what was built elsewhere with its cache keys is not built again")
  func foreignCache() throws {
    let (here, there) = (try Sandbox("cachehere"), try Sandbox("cachethere"))
    defer {
      here.close()
      there.close()
    }
    let folder = try BuildFolder(
      "FROM busybox\nCOPY a /a\nRUN cat /proc/sys/kernel/random/uuid > /made\n", files: ["a": "A"])
    let archive = folder.path + "/../cache-\(getpid()).tar"
    defer { unlink(archive) }
    let built = there.run([
      "build", "-t", "cached", "--build-arg", "BUILDKIT_INLINE_CACHE=1", folder.path,
    ])
    #expect(built.status == 0, "\(built)")
    #expect(there.run(["save", "-o", archive, "cached"]).status == 0)
    #expect(here.run(["load", "-i", archive]).status == 0)
    let again = here.run(["build", "-t", "again", "--cache-from", "cached", folder.path])
    #expect(again.errors.split(separator: "\n").count { $0.hasSuffix(" CACHED") } == 3, "\(again)")
    #expect(
      here.run("run --rm again cat /made").text == here.run("run --rm cached cat /made").text)
    // Nobody's word is taken for other files.
    try folder.write("a", "B")
    let changed = here.run(["build", "-t", "again", "--cache-from", "cached", folder.path])
    #expect(changed.errors.split(separator: "\n").count { $0.hasSuffix(" CACHED") } == 1)
  }

  @Test("an agent's socket is there for the RUN that asks for it, and only there")
  func agent() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(
      """
      FROM busybox
      RUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && echo yes > /had
      RUN test -z "$SSH_AUTH_SOCK" && test ! -e /run/buildkit
      """)
    let refused = sandbox.run(["build", "--ssh", "default=\(folder.path)/Dockerfile", folder.path])
    #expect(refused.status != 0 && refused.errors.contains("not the socket"), "\(refused)")
    let socket = "/tmp/dklab-agent-\(getpid())"
    let listener = listeningSocket(at: socket)
    defer {
      close(listener)
      unlink(socket)
    }
    let built = sandbox.run(["build", "-t", "ssh", "--ssh", "default=\(socket)", folder.path])
    #expect(built.status == 0, "\(built)")
    #expect(sandbox.run("run --rm ssh cat /had").text == "yes")
  }
}

/// A socket that nobody answers on.
private func listeningSocket(at path: String) -> Int32 {
  let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { buffer in
    buffer.copyBytes(from: Array(path.utf8).prefix(buffer.count - 1))
  }
  let size = socklen_t(MemoryLayout<sockaddr_un>.size)
  _ = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
  }
  listen(descriptor, 1)
  return descriptor
}
