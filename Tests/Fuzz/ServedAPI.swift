// The Docker Engine API as it is served: bytes go in at a socket, through the HTTP server, the routes,
// and the readers of queries and bodies. The instance behind it is empty, and the programs it would start
// for builds and containers are this one, which does nothing: so whatever is asked does no harm.

import Engine
import EngineAPI
import Glibc
import HTTP
import Linux
import Support

/// A server for as long as the process lives.
final class ServedAPI: Sendable {
  static let shared = Result { try ServedAPI() }

  private let socket: String
  private let server: HTTPServer

  private init() throws {
    var template = Array("/tmp/dklab-fuzz-api-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw SyscallError("mkdtemp", "/tmp") }
    let directory = String(cString: made)
    socket = directory + "/api.sock"
    let root = DataRoot(path: directory)
    _ = try Engine(root: root, instance: "fuzz")
    let api = try EngineAPI(root: root, instance: "fuzz", version: "0")
    var configuration = HTTPServer.Configuration()
    EngineAPI.configure(&configuration)
    let listening = try ListeningSocket.open(ListenAddress("unix://\(socket)"), group: nil)
    server = try HTTPServer.start(on: [listening], configuration, handler: api.handler())
  }

  /// Sends `input`, and reads what comes back until nothing more does. Throws when the server has
  /// taken it for no request.
  func exchange(_ input: [UInt8]) throws {
    let client = try UnixSocket.connect(to: socket)
    // It may have been refused before all of it has been sent.
    _ = input.withUnsafeBytes { try? writeAll(client.number, $0) }
    InternetSocket.endOutput(client.number)
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while answer.count < 1 << 20 {
      var entry = [PollEntry(fd: client.number, events: .readable)]
      // A stream of events, or an attached terminal, has no end.
      guard try pollDescriptors(&entry, timeout: answer.isEmpty ? 5000 : 50) > 0 else { break }
      let count = read(client.number, &buffer, buffer.count)
      guard count > 0 else { break }
      answer += buffer[..<count]
    }
    guard answer.starts(with: "HTTP/1.1 400".utf8) || answer.isEmpty else { return }
    throw SyscallError("read", "answer", errno: EBADMSG)
  }
}

extension FuzzTarget {
  private static func request(
    _ line: String, _ body: String = "", type: String = "application/json"
  ) -> [UInt8] {
    Array(
      ("\(line) HTTP/1.1\r\nHost: d\r\nContent-Type: \(type)\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)").utf8)
  }

  /// Raw bytes for the server.
  static let http = FuzzTarget(
    "http",
    seeds: [
      request("GET /_ping"),
      request("GET /v1.41/containers/json?all=1&filters=%7B%22a%22%3A%5B%22b%22%5D%7D"),
      request(
        "POST /v1.50/containers/create?name=x",
        #"{"Image":"i","Cmd":["a"],"Env":["A=b"],"ExposedPorts":{"80/tcp":{}},"HostConfig":{"Binds":"#
          + #"["/a:/b:ro"],"PortBindings":{"80/tcp":[{"HostPort":"1-9"}]},"Memory":8388608,"Mounts":[{"Type"#
          + #"":"tmpfs","Target":"/t"}],"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}]},"NetworkingCon"#
          + #"fig":{"EndpointsConfig":{"n":{"IPAMConfig":{"IPv4Address":"1.2.3.4"}}}}}"#),
      request("GET /events?since=10m&until=1700000000.000000001"),
      request(
        "POST /networks/create", #"{"Name":"n","IPAM":{"Config":[{"Subnet":"10.0.0.0/8"}]}}"#),
      request(
        "POST /volumes/create", #"{"Name":"v","DriverOpts":{"type":"tmpfs"},"Labels":{"a":"b"}}"#),
      request("POST /exec/x/start", #"{"Detach":false,"Tty":true}"#),
      request("POST /build?t=a&buildargs=%7B%7D&dockerfile=x", "ustar", type: "application/x-tar"),
      Array(
        ("POST /v1.44/containers/x/attach?stream=1&detachKeys=ctrl-a HTTP/1.1\r\nHost: d\r\n"
          + "Connection: Upgrade\r\nUpgrade: tcp\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
          .utf8),
      Array(
        ("GET /containers/x/attach/ws HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\u{1}")
          .utf8),
    ],
    words: [
      "\r\n", "HTTP/1.1", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "%00", "%2e%2e/",
      "filters=", "/v1.", "Connection: Upgrade\r\n", "null", "{", "[", "\"", "-1", "1e400",
      "99999999999999999999", "\u{0}", "ctrl-", "X-Registry-Auth: e30=\r\n", "?", "&", "=",
    ]
  ) { input in try ServedAPI.shared.get().exchange(input) }
}
