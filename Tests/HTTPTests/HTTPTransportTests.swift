import AsyncHTTPClient
import Testing

@testable import HTTP

@Suite("Connections that are kept")
struct HTTPTransportTests {
  @Test("what is closed sends nothing any more, and makes no connection that nobody would close")
  func closed() async throws {
    let transport = HTTPTransport()
    await transport.close()
    await #expect(throws: HTTPClientError.alreadyShutdown) {
      try await transport.send(HTTPClientRequest(url: "http://127.0.0.1:9/"))
    }
  }
}
