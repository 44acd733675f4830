import Documents
import Support
import Testing

@testable import Registry

@Suite("Credentials of a request")
struct GivenCredentialsTests {
  private func header(_ json: JSONValue) -> String {
    Base64.encode(json.bytes()).replacing("+", with: "-").replacing("/", with: "_")
  }

  @Test("without a header docker's configuration counts, with an empty one nobody does")
  func none() throws {
    #expect(try GivenCredentials(auth: nil, config: nil) == nil)
    for empty in ["", "e30=", "e30"] {
      let given = try #require(try GivenCredentials(auth: empty, config: nil))
      #expect(given.credentials(for: "localhost:5000") == nil)
    }
  }

  @Test("X-Registry-Auth is for the registry of the image, in every form that docker sends")
  func auth() throws {
    let me = RegistryCredentials(user: "me", secret: "s>?:ö")
    for entry: JSONValue in [
      ["username": "me", "password": "s>?:ö", "serveraddress": "localhost:5000"],
      ["auth": .string(Base64.encode(Array("me:s>?:ö".utf8)))],
    ] {
      let given = try #require(try GivenCredentials(auth: header(entry), config: nil))
      #expect(given.credentials(for: "localhost:5000") == me)
    }
    let token = try #require(
      try GivenCredentials(auth: header(["identitytoken": "T", "username": ""]), config: nil))
    #expect(token.credentials(for: "a.example")?.identityToken == "T")
    let bearer = try #require(
      try GivenCredentials(auth: header(["registrytoken": "R"]), config: nil))
    let credentials = try #require(bearer.credentials(for: "a.example"))
    #expect(credentials.registryToken == "R" && credentials.basicHeader == nil)
  }

  @Test("X-Registry-Config knows several registries, Docker Hub under its old name")
  func config() throws {
    let given = try #require(
      try GivenCredentials(
        auth: nil,
        config: header([
          "https://index.docker.io/v1/": ["username": "hub", "password": "h"],
          "localhost:5000": ["username": "lab", "password": "l"],
        ])))
    #expect(given.credentials(for: "docker.io")?.user == "hub")
    #expect(given.credentials(for: "localhost:5000")?.user == "lab")
    #expect(given.credentials(for: "localhost:5001") == nil)
  }

  @Test("what is no such header is refused", arguments: ["!", "W10=", "bm8="])
  func refused(text: String) {
    let error = #expect(throws: DklabError.self) {
      try GivenCredentials(auth: text, config: nil)
    }
    #expect(error?.id == "registry.auth-header")
  }
}
