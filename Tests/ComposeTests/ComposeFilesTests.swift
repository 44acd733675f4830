import Support
import Testing

@testable import Compose

@Suite("The files of a project")
struct ComposeFilesTests {
  @Test("are looked for here and above, in compose's order, with their override")
  func order() throws {
    let there = [
      "/a/docker-compose.yml", "/a/compose.yml", "/a/docker-compose.override.yml", "/compose.yaml",
    ]
    let found = try ComposeFiles.find(from: "/a/b/c", exists: there.contains)
    #expect(found.files == ["/a/compose.yml", "/a/docker-compose.override.yml"])
    #expect(found.ignored == ["/a/docker-compose.yml"])
    #expect(try ComposeFiles.find(from: "/x", exists: there.contains).files == ["/compose.yaml"])
  }

  @Test("and none is an error with the names")
  func none() {
    #expect {
      try ComposeFiles.find(from: "/a", exists: { _ in false })
    } throws: { error in
      (error as? DklabError)?.message.en == "no configuration file provided: not found"
    }
  }

  @Test(
    "give a project its name",
    arguments: [("My App", "myapp"), ("_x-Y_1", "x-y_1"), ("실습", ""), ("--", "")])
  func name(_ folder: String, _ name: String) {
    #expect(ProjectName.normalized(folder) == name)
  }

  @Test("which is refused when it does not fit", arguments: ["", "My", "-a", "a b", "가"])
  func badName(_ name: String) {
    #expect(throws: DklabError.self) { try ProjectName.validated(name) }
  }
}
