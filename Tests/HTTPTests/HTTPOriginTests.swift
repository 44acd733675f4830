import Testing

@testable import HTTP

@Suite("Where a URL leads")
struct HTTPOriginTests {
  @Test(
    "scheme, host and port are read",
    arguments: [
      ("https://Registry-1.docker.io/v2/", "https://Registry-1.docker.io:443"),
      ("http://user:pass@h:5000?x", "http://h:5000"), ("HTTPS://[::1]:8443/", "https://[::1]:8443"),
    ])
  func read(_ url: String, _ expected: String) {
    #expect(HTTPOrigin(url)?.description == expected)
  }

  @Test(
    "what is no URL of the web is refused",
    arguments: ["", "host:5000/x", "ftp://h/", "http://", "http://h:x/", "http://h:99999/", "://"])
  func refused(_ url: String) {
    #expect(HTTPOrigin(url) == nil)
  }

  @Test("a location is taken relative to where it came from")
  func resolve() throws {
    let origin = try #require(HTTPOrigin("https://h:5000/v2/"))
    #expect(origin.resolve("/x?y") == "https://h:5000/x?y")
    #expect(origin.resolve("http://other/z") == "http://other/z")
    #expect(origin.resolve("//cdn/z") == "https://cdn/z")
  }

  @Test("proxies are taken from the environment, with exceptions")
  func proxies() throws {
    let settings = ProxySettings { name in
      ["https_proxy": "http://u:p@proxy:3128", "HTTP_PROXY": "evil:1", "NO_PROXY": "a.example,.b"][
        name]
    }
    let proxy = try #require(settings.proxy(for: "docker.io", isSecure: true))
    #expect(proxy.host == "proxy" && proxy.port == 3128 && proxy.authorization != nil)
    for host in ["a.example", "x.a.example", "y.b", "localhost", "127.0.0.1"] {
      #expect(settings.proxy(for: host, isSecure: true) == nil, "\(host)")
    }
    #expect(settings.proxy(for: "docker.io", isSecure: false) == nil)
  }
}
