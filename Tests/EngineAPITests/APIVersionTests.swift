import Testing

@testable import EngineAPI

@Suite("The version in a path")
struct APIVersionTests {
  @Test("is taken off, and nothing else is")
  func split() {
    #expect(
      APIVersion.split("/v1.43/containers/json").map { "\($0) \($1)" } == "1.43 /containers/json")
    #expect(APIVersion.split("/containers/json") == nil)
    #expect(APIVersion.split("/volumes/v1") == nil)
    #expect(APIVersion.split("/version") == nil)
  }
}
