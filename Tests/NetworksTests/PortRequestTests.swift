import Support
import Testing

@testable import Networks

@Suite struct PortRequestTests {
  @Test(
    "every form of -p",
    arguments: [
      ("80", ["*:any->80/tcp"]),
      ("8080:80", ["*:8080-8080->80/tcp"]),
      ("8080:80/udp", ["*:8080-8080->80/udp"]),
      ("8080:80/TCP", ["*:8080-8080->80/tcp"]),
      ("0:80", ["*:any->80/tcp"]),
      ("127.0.0.1:8080:80", ["127.0.0.1:8080-8080->80/tcp"]),
      ("127.0.0.1::80", ["127.0.0.1:any->80/tcp"]),
      ("[::1]:8080:80", ["::1:8080-8080->80/tcp"]),
      ("::1:8080:80", ["::1:8080-8080->80/tcp"]),
      ("8000-8010:80", ["*:8000-8010->80/tcp"]),
      ("8000-8001:80-81", ["*:8000-8000->80/tcp", "*:8001-8001->81/tcp"]),
      ("80-81", ["*:any->80/tcp", "*:any->81/tcp"]),
      ("published=8080,target=80", ["*:8080-8080->80/tcp"]),
      ("target=53,protocol=udp", ["*:any->53/udp"]),
    ])
  func forms(_ text: String, _ expected: [String]) throws {
    let requests = try PortRequest.parse(text)
    let shown = requests.map { request in
      let host = request.hostPorts.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "any"
      let address = request.hostIP.isEmpty ? "*" : request.hostIP
      return "\(address):\(host)->\(request.containerPort)/\(request.protocol.rawValue)"
    }
    #expect(shown == expected)
  }

  @Test(
    "what is no port is refused in Docker's words",
    arguments: [
      ("", "no port specified: <empty>"), ("8080:", "no port specified: 8080:<empty>"),
      ("abc", "invalid containerPort: abc"), ("80:abc", "invalid containerPort: abc"),
      ("abc:80", "invalid hostPort: abc"), ("80:0", "invalid containerPort: 0"),
      ("65536:80", "invalid hostPort: 65536"), ("8010-8000:80", "invalid hostPort: 8010-8000"),
      ("+80", "invalid containerPort: +80"), ("80-", "invalid containerPort: 80-"),
      ("80/sctp", "invalid proto: sctp (accepted: tcp, udp)"),
      ("127.0.0.1:80", "invalid hostPort: 127.0.0.1"),
      ("localhost:8080:80", "invalid IP address: localhost"),
      ("[]:8080:80", "invalid IP address: []"),
      (
        "8000-8002:80-81",
        "invalid ranges specified for container and host Ports: 80-81 and 8000-8002"
      ),
      ("a=b", "invalid publish opts format (should be name=value but got 'a=b')"),
    ])
  func refusals(_ text: String, _ message: String) throws {
    let error = try #require(throws: DklabError.self) { try PortRequest.parse(text) }
    #expect(error.message.en == message)
    #expect(error.code == .invalid)
    #expect(error.hint != nil)
  }

  @Test("exposed ports, alone and in ranges")
  func exposed() throws {
    #expect(try PortRequest.parseExposed("80/tcp").map(\.port) == [80])
    #expect(try PortRequest.parseExposed("7000-7002/udp").map(\.port) == [7000, 7001, 7002])
    #expect(throws: DklabError.self) { try PortRequest.parseExposed("http") }
  }

  @Test("a binding prints as docker ps prints it")
  func description() {
    #expect(
      PortBinding(hostIP: "0.0.0.0", hostPort: 8080, containerPort: 80).description
        == "0.0.0.0:8080->80/tcp")
    #expect(
      PortBinding(hostIP: "::", hostPort: 53, containerPort: 53, protocol: .udp).description
        == "[::]:53->53/udp")
  }
}
