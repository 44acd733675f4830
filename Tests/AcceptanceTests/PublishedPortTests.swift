import Glibc
import Linux
import Testing

@Suite("Published ports", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct PublishedPortTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  /// A port that was free a moment ago.
  static func freePort() -> UInt16 {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(fd) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        _ = bind(fd, generic, size)
        _ = getsockname(fd, generic, &size)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  func fetch(_ port: UInt16) -> Sandbox.Output {
    Sandbox.run(
      ["-s", "--noproxy", "*", "-m", "5", "http://127.0.0.1:\(port)/"], program: "/usr/bin/curl",
      environment: [:])
  }

  let server = ["sh", "-c", "mkdir /www; echo page > /www/index.html; httpd -f -p 80 -h /www"]

  @Test("a page is served on the host's port, `port` and `ps` show it, and stop closes it")
  func published() {
    defer { sandbox.close() }
    let port = PublishedPortTests.freePort()
    sandbox.run(["run", "-d", "--name", "web", "-p", "\(port):80", "busybox"] + server)
    #expect(eventually { fetch(port).output == "page\n" })
    #expect(sandbox.run("port web").lines.first == "80/tcp -> 0.0.0.0:\(port)")
    #expect(sandbox.run("ps").output.contains("0.0.0.0:\(port)->80/tcp"))
    #expect(
      sandbox.run("inspect -f {{.NetworkSettings.IPAddress}} web").output.hasPrefix("172.17.0."))
    sandbox.run("stop -t 0 web")
    #expect(fetch(port).status != 0)
  }

  @Test("a port in use is refused at once, and the message names the holder") func inUse() {
    defer { sandbox.close() }
    let port = PublishedPortTests.freePort()
    sandbox.run(["run", "-d", "--name", "first", "-p", "\(port):80", "busybox"] + server)
    let second = sandbox.run(
      ["run", "-d", "--name", "second", "-p", "\(port):80", "busybox"] + server)
    #expect(second.status == 125)
    #expect(second.errors.contains("port is already allocated") && second.errors.contains("first"))
    #expect(sandbox.run("inspect -f {{.State.Status}} second").text == "created")
  }

  @Test("a port is free once its container has ended, though somebody has not read all it printed")
  func freedAtOnce() throws {
    defer { sandbox.close() }
    let port = PublishedPortTests.freePort()
    let reader = try Conversation(
      [
        "run", "--name", "first", "-p", "\(port):80", "busybox", "sh", "-c",
        "yes $(printf %01000d 0) | head -c 2000000; sleep 600",
      ],
      environment: sandbox.environment)
    #expect(eventually { sandbox.run("inspect -f {{.State.Status}} first").text == "running" })
    // Until its terminal takes no more, and then its monitor.
    var printed = -1
    #expect(
      eventually {
        let before = printed
        usleep(100_000)
        printed = sandbox.run("logs first").output.utf8.count
        return printed > 0 && printed == before
      })
    for name in ["second", "third"] {
      #expect(sandbox.run("stop -t 0 first second").output.contains("first"))
      let next = sandbox.run(
        ["run", "-d", "--name", name, "-p", "\(port):80", "busybox"] + server)
      #expect(next.status == 0, "\(next)")
    }
    reader.signal(SIGKILL)
    #expect(reader.end() != nil)
  }

  @Test("-P publishes exposed ports at random high ones") func publishAll() {
    defer { sandbox.close() }
    sandbox.run(["run", "-d", "--name", "web", "-P", "--expose", "80", "busybox"] + server)
    let line = sandbox.run("port web 80").lines.first ?? ""
    let port = UInt16(line.split(separator: ":").last ?? "") ?? 0
    #expect(port >= 1024)
    #expect(eventually { fetch(port).output == "page\n" })
  }

  @Test("containers of one instance reach each other, none has an interface with --network none")
  func neighbours() {
    defer { sandbox.close() }
    sandbox.run(["run", "-d", "--name", "web", "busybox"] + server)
    let address = sandbox.run("inspect -f {{.NetworkSettings.IPAddress}} web").text
    // Not wget: the static busybox of glibc crashes in its name look-up.
    func fetch(_ address: String, _ flags: [String] = []) -> Bool {
      let request = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 \(address) 80"
      return sandbox.run(["run", "--rm"] + flags + ["busybox", "sh", "-c", request])
        .output.hasSuffix("page\n")
    }
    #expect(eventually { fetch(address) })
    let none = sandbox.run(["run", "--rm", "--network", "none", "busybox", "ip", "-o", "link"])
    #expect(none.lines.count == 1 && none.output.contains(": lo"))
    #expect(fetch("127.0.0.1", ["--network", "container:web"]))
  }
}
