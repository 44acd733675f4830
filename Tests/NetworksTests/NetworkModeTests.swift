import Support
import Testing

@testable import Networks

@Suite struct NetworkModeTests {
  @Test(
    "the words of --network, and what inspect calls them",
    arguments: [
      ("", NetworkMode.bridge, "bridge"), ("default", .bridge, "bridge"),
      ("bridge", .bridge, "bridge"), ("none", .none, "none"), ("host", .host, "host"),
      ("container:web", .container("web"), "container:web"),
      ("my-net", .named("my-net"), "my-net"), ("containers", .named("containers"), "containers"),
    ])
  func words(_ text: String, _ mode: NetworkMode, _ name: String) throws {
    #expect(try NetworkMode(parsing: text) == mode)
    #expect(mode.name == name)
  }

  @Test(
    "a container without a name is refused with the accepted values",
    arguments: ["container:", "container"])
  func nameless(_ text: String) throws {
    let error = try #require(throws: DklabError.self) { try NetworkMode(parsing: text) }
    #expect(error.id == "network.mode-invalid")
    #expect(error.message.en.hasPrefix("invalid container format container:<name|id>"))
    #expect(error.hint?.en.contains("bridge, none, host, container:NAME") == true)
  }

  @Test("a shared namespace takes no options of its own; the others do")
  func conflicts() throws {
    var options = NetworkMode.Options()
    try NetworkMode.container("web").validate(options)
    options.publishedPorts = true
    try NetworkMode.bridge.validate(options)
    let error = try #require(throws: DklabError.self) {
      try NetworkMode.container("web").validate(options)
    }
    #expect(
      error.message.en
        == "conflicting options: port publishing and the container type network mode")
    options.hostname = true
    let first = try #require(throws: DklabError.self) {
      try NetworkMode.container("web").validate(options)
    }
    #expect(first.message.en == "conflicting options: hostname and the network mode")
  }
}
