import Testing

@testable import HTTP

@Suite("Routes")
struct RouterTests {
  private func answer(_ method: HTTPMethod, _ path: String) async throws -> String {
    var router = Router()
    for (method, pattern) in [
      (HTTPMethod.GET, "/images/{name...}/json"), (.GET, "/images/json"),
      (.DELETE, "/images/{name...}"), (.GET, "/v2/{name...}/blobs/{digest}"), (.GET, "/{any}"),
    ] {
      router.on(method, pattern) { request in
        let values = request.parameters.sorted { $0.key < $1.key }
        return HTTPResponse(text: "\(pattern) \(values.map { "\($0.key)=\($0.value)" })")
      }
    }
    let response = try await router.respond(to: HTTPRequest(method: method, target: path))
    guard case .bytes(let bytes) = response.body else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "find the handler and the values",
    arguments: [
      ("/images/json", "/images/json []"),
      ("/images/a/json?x=1", "/images/{name...}/json [\"name=a\"]"),
      ("/images/a/b%2Fc/json/json", "/images/{name...}/json [\"name=a/b/c/json\"]"),
      ("/v2/x/blobs/y/blobs/z", "/v2/{name...}/blobs/{digest} [\"digest=z\", \"name=x/blobs/y\"]"),
      ("/other", "/{any} [\"any=other\"]"),
    ])
  func found(_ path: String, _ expected: String) async throws {
    #expect(try await answer(.GET, path) == expected)
  }

  @Test("say what is missing: the path, or the method with those it has")
  func missing() async throws {
    await #expect { try await answer(.GET, "/a/b/c") } throws: {
      ($0 as? HTTPFailure)?.status == .notFound
    }
    await #expect { try await answer(.POST, "/images/a/json") } throws: {
      let failure = $0 as? HTTPFailure
      return failure?.status == .methodNotAllowed
        && failure?.headers.first(name: "allow") == "DELETE, GET"
    }
  }

  @Test("parameters of a query are decoded, repeated and counted")
  func query() {
    let query = QueryParameters("a=1&b=x%20y+z&a=2&flag&bad=%zz")
    #expect(query["a"] == "1")
    #expect(query.all("a") == ["1", "2"])
    #expect(query["b"] == "x y z")
    #expect(query["flag"] == "")
    #expect(query["bad"] == "%zz")
    #expect(query["none"] == nil)
    #expect(PercentEncoding.encode("a b/é", keeping: "/") == "a%20b/%C3%A9")
  }
}
