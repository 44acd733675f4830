import Testing

@testable import Kubectl

@Suite("Flags with two meanings")
struct ShadowTests {
  @Test("the users of a binding are not who asks")
  func user() throws {
    let read = try KubectlMain.read(["create", "rolebinding", "x", "--user=jane", "--role=r"])
    #expect(read.flags.list("user") == ["jane"])
    #expect(!read.flags.isSetGlobally("user"))
    #expect(try KubectlMain.read(["get", "pods", "--user=jane"]).flags.isSetGlobally("user"))
  }
}
