import Glibc
import Linux
import Testing

/// A student, or a lab's author, who has got into a corner gets out of it again.
@Suite("Out of a corner", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct LabTroubleTests {
  /// A lab as `lab new` writes it, started from its folder.
  private func started(
    _ body: (_ sandbox: Sandbox, _ id: String, _ folder: String) throws -> Void
  ) throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let id = "corner\(UInt32.random(in: 1 ... .max))"
    let place = "/tmp/dklab-labs-\(sandbox.instance)"
    defer { try? Directory.removeTree(place) }
    let folder = "\(place)/\(id)"
    try Directory.make(place)
    let new = sandbox.run(["lab", "new", "--lang", "en", folder])
    try #require(new.status == 0, "\(new)")
    let start = sandbox.run(["lab", "start", "--no-shell", "--seed", "1", folder])
    try #require(start.status == 0, "\(start)")
    defer { sandbox.run("lab reset --yes \(id)") }
    try body(sandbox, id, folder)
  }

  /// The name of the container that the step asks for.
  private func box(_ sandbox: Sandbox, _ id: String) throws -> String {
    let text = sandbox.run("lab show --lab \(id)").output
    return String(try #require(text.firstMatch(of: /box-[a-z0-9]+/)).0)
  }

  private func engine(_ sandbox: Sandbox, _ id: String, _ line: String) -> Sandbox.Output {
    Sandbox.run(
      line.split(separator: " ").map(String.init),
      environment: sandbox.environment.merging(["DKLAB_INSTANCE": "lab-\(id)"]) { $1 })
  }

  @Test("a step is solved from its start when a container of the student's has the name")
  func nameTaken() throws {
    try started { sandbox, id, _ in
      let box = try box(sandbox, id)
      let wrong = engine(sandbox, id, "run --name \(box) busybox true")
      #expect(wrong.status == 0, "\(wrong)")
      let solved = sandbox.run("lab solve --yes --lab \(id)")
      #expect(solved.status == 0, "\(solved)")
      #expect(solved.output.contains("taken back to its start"), "\(solved)")
      #expect(solved.output.contains("already in use"), "\(solved)")
      #expect(solved.output.contains("1 of 1 pass"), "\(solved)")
    }
  }

  @Test("a solution that solves nothing says what its commands said, and is no success")
  func unsolvable() throws {
    try started { sandbox, id, folder in
      let text = try File.text(folder + "/lab.md")
      let broken = text.replacing(
        "docker run -d --name {{box}} busybox sleep 600",
        with: "docker run -d --name {{box}} busybox no-such-program")
      try File.replace(folder + "/lab.md", broken, durable: false)
      let solved = sandbox.run("lab solve --lab \(id)")
      #expect(solved.status == 1, "\(solved)")
      #expect(solved.output.contains("no-such-program"), "\(solved)")
    }
  }

  @Test("without a terminal nothing is thrown away that was not agreed to")
  func agreement() throws {
    try started { sandbox, id, _ in
      #expect(sandbox.run("lab solve --lab \(id)").status == 0)
      let refused = sandbox.run("lab reset \(id)")
      #expect(refused.status == 1 && refused.errors.contains("--yes"), "\(refused)")
      #expect(refused.errors.contains("1 container"), "\(refused)")
      #expect(sandbox.run("lab check --lab \(id)").status == 0)
    }
  }

  @Test("a lab that can no longer be read is listed and thrown away all the same")
  func unreadable() throws {
    try started { sandbox, id, folder in
      let list = sandbox.run("lab list")
      #expect(list.output.contains(id) && list.output.contains("0/1"), "\(list)")
      try File.replace(folder + "/lab.md", "no lab", durable: false)
      let shown = sandbox.run("lab show --lab \(id)")
      #expect(shown.status == 1, "\(shown)")
      let reset = sandbox.run("lab reset --yes \(id)")
      #expect(reset.status == 0 && reset.output.contains("lab start \(folder)"), "\(reset)")
      #expect(!sandbox.run("lab list").output.contains(id))
    }
  }

  @Test("and so is one whose folder is gone, by its id or by its path")
  func gone() throws {
    for byPath in [false, true] {
      try started { sandbox, id, folder in
        try Directory.removeTree(folder)
        let reset = sandbox.run(["lab", "reset", "--yes", byPath ? folder : id])
        #expect(reset.status == 0 && reset.output.contains("is gone"), "\(reset)")
        let again = sandbox.run("lab reset --yes \(id)")
        #expect(again.status == 1, "\(again)")
      }
    }
  }

  @Test("a path that leads to no lab is told by what is there instead")
  func paths() throws {
    try started { sandbox, id, folder in
      let file = sandbox.run("lab start --no-shell \(folder)/lab.md")
      #expect(file.status == 1 && file.errors.contains("name its folder: \(folder)"), "\(file)")
      #expect(sandbox.run("lab lint \(folder)/lab.md").status == 0)
      let none = sandbox.run("lab start --no-shell \(folder)/none")
      #expect(none.errors.contains("there is no folder \(folder)/none"), "\(none)")
      let bundle = sandbox.run("lab start --no-shell \(folder)/none.dklab")
      #expect(bundle.errors.contains("there is no bundle \(folder)/none.dklab"), "\(bundle)")
    }
  }
}
