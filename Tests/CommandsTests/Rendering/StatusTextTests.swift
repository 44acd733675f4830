import Engine
import Networks
import Testing

@testable import Commands

struct StatusTextTests {
  private func text(
    _ status: ContainerState.Status, code: Int32 = 0, started: Int64 = 0, finished: Int64 = 0,
    health: String? = nil
  ) -> String {
    StatusText.text(
      status: status, exitCode: code, startedAt: started * 1_000_000_000,
      finishedAt: finished * 1_000_000_000, health: health, now: 1000 * 1_000_000_000)
  }

  @Test("every state reads as in docker ps")
  func states() {
    #expect(text(.created) == "Created")
    #expect(text(.running, started: 995) == "Up 5 seconds")
    #expect(text(.running, started: 940, health: "healthy") == "Up About a minute (healthy)")
    #expect(text(.paused, started: 880) == "Up 2 minutes (Paused)")
    #expect(text(.exited, code: 137, finished: 880) == "Exited (137) 2 minutes ago")
    #expect(text(.restarting, code: 1, finished: 997) == "Restarting (1) 3 seconds ago")
    #expect(text(.dead) == "Dead" && text(.removing) == "Removal In Progress")
  }

  private func bindings(_ texts: String...) -> [PortBinding] {
    texts.map { text in
      let parts = text.split(separator: " ")
      return PortBinding(
        hostIP: String(parts[0]), hostPort: UInt16(parts[1]) ?? 0,
        containerPort: UInt16(parts[2]) ?? 0, protocol: parts.count > 3 ? .udp : .tcp)
    }
  }

  @Test("published ports show both address families, exposed ones come last, neighbours join")
  func ports() {
    #expect(
      PortsText.text(published: bindings("0.0.0.0 8080 80", ":: 8080 80"), exposed: [(443, .tcp)])
        == "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 443/tcp")
    #expect(
      PortsText.text(
        published: bindings("0.0.0.0 8000 8000", "0.0.0.0 8001 8001", "0.0.0.0 8002 8002"),
        exposed: []) == "0.0.0.0:8000-8002->8000-8002/tcp")
    #expect(
      PortsText.text(
        published: bindings("0.0.0.0 53 53", "0.0.0.0 53 53 udp"), exposed: [(53, .udp)])
        == "0.0.0.0:53->53/tcp, 0.0.0.0:53->53/udp")
    #expect(
      PortsText.text(published: [], exposed: [(80, .tcp), (81, .tcp), (90, .tcp)])
        == "80-81/tcp, 90/tcp")
    #expect(PortsText.text(published: [], exposed: []) == "")
    #expect(
      PortsText.text(
        published: bindings("127.0.0.1 65535 65535", "127.0.0.1 65534 65534"), exposed: [])
        == "127.0.0.1:65534-65535->65534-65535/tcp")
  }

  @Test("docker port lists all ports or those of one container port")
  func portLines() throws {
    let all = bindings("0.0.0.0 8080 80", ":: 8080 80", "0.0.0.0 53 53 udp")
    #expect(
      try PortLines.lines(all, asked: nil, of: "web") == [
        "53/udp -> 0.0.0.0:53", "80/tcp -> 0.0.0.0:8080", "80/tcp -> [::]:8080",
      ])
    #expect(try PortLines.lines(all, asked: "80", of: "web") == ["0.0.0.0:8080", "[::]:8080"])
    #expect(try PortLines.lines(all, asked: "53/udp", of: "web") == ["0.0.0.0:53"])
    #expect(throws: (any Error).self) { try PortLines.lines(all, asked: "443", of: "web") }
  }
}
