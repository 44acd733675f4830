import Support
import Testing

@testable import HTTP

@Suite("An address to listen at")
struct ListenAddressTests {
  @Test(
    "is read in docker's spelling",
    arguments: [
      ("unix:///run/dklab.sock", ListenAddress.unix(path: "/run/dklab.sock")),
      ("/run/dklab.sock", .unix(path: "/run/dklab.sock")),
      ("tcp://127.0.0.1:2375", .tcp(host: "127.0.0.1", port: 2375)),
      ("tcp://[::1]:0", .tcp(host: "::1", port: 0)),
    ])
  func read(_ text: String, _ expected: ListenAddress) throws {
    let address = try ListenAddress(text)
    #expect(address == expected)
    #expect(address.isLocal)
    #expect(try ListenAddress(address.description) == expected)
  }

  @Test(
    "and refused with the accepted forms otherwise",
    arguments: [
      "", "unix://", "unix://run", "tcp://", "tcp://:1", "tcp://a", "tcp://a:b", "tcp://a:70000",
      "tcp://::1:80", "tcp://a/b:1", "http://a:1", "relative/path",
    ])
  func refused(_ text: String) {
    #expect {
      try ListenAddress(text)
    } throws: { error in
      (error as? DklabError)?.code == .invalid
    }
  }

  @Test("an address of the network is not local")
  func network() throws {
    #expect(!(try ListenAddress("tcp://0.0.0.0:2375").isLocal))
  }
}
