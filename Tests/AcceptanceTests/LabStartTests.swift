import Glibc
import Linux
import Testing

/// Labs from wherever they come, and a student standing at the start of any step.
@Suite("A lab is started", .serialized, .enabled(if: containerObstacle == nil))
struct LabStartTests {
  private static let repository = String(
    #filePath.dropLast("Tests/AcceptanceTests/LabStartTests.swift".count))

  /// A sandbox with a folder of its own for labs.
  private func place(_ body: (Sandbox, String) throws -> Void) throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = "/tmp/dklab-labs-\(sandbox.instance)"
    try Directory.make(folder)
    defer { try? Directory.removeTree(folder) }
    try body(sandbox, folder)
  }

  @Test("from any folder, and known by its id from then on")
  func folder() throws {
    try place { sandbox, folder in
      sandbox.run(["lab", "new", "--lang", "ko", "--id", "anywhere", "\(folder)/실습 하나"])
      defer { sandbox.run("lab reset --yes anywhere") }
      let start = sandbox.run(["lab", "start", "--no-shell", "\(folder)/실습 하나"])
      #expect(start.status == 0 && start.output.contains("컨테이너 시작하기"), "\(start)")
      #expect(sandbox.run("lab solve --lab anywhere").output.contains("1 of 1 pass"))
      #expect(sandbox.run("lab new \(folder)/실습").errors.contains("--id"))
      let again = sandbox.run(["lab", "new", "--id", "other", "\(folder)/실습 하나"])
      #expect(again.status == 1 && again.errors.contains("exists already"), "\(again)")
    }
  }

  @Test("from a bundle, alone or among the places of DKLAB_LABS")
  func bundle() throws {
    try place { sandbox, folder in
      for name in ["left", "right"] { sandbox.run(["lab", "new", "\(folder)/\(name)"]) }
      let file = "\(folder)/labs.dklab"
      let made = sandbox.run(["lab", "bundle", "\(folder)/left", "\(folder)/right", "-o", file])
      #expect(made.lines == ["left", "right"], "\(made)")
      let unclear = sandbox.run(["lab", "start", "--no-shell", file])
      #expect(unclear.status == 1 && unclear.errors.contains("left, right"), "\(unclear)")
      defer { sandbox.run("lab reset --yes left") }
      let start = sandbox.run(["lab", "start", "--no-shell", file + "#left"])
      #expect(start.status == 0, "\(start)")
      #expect(sandbox.run("lab solve --lab left").status == 0)
      func listed(_ places: String) -> [Substring] {
        sandbox.environment["DKLAB_LABS"] = places
        // Other tests start labs of their own meanwhile, from places of their own.
        return sandbox.run("lab list").lines.dropFirst().filter { !$0.contains(" — /") }
          .map { $0.prefix { $0 != " " } }
      }
      #expect(sandbox.run("lab list").output.contains("My first lab — \(file)#left"))
      let shipped = listed("\(Self.repository)Labs")
      #expect(shipped.starts(with: ["day42", "day43", "day44"]), "\(shipped)")
      let ids = listed("\(file):\(Self.repository)Labs:\(folder)/right")
      #expect(ids == ["left", "right"] + shipped + ["right"])
      try File.replace(file, Array("no tar".utf8))
      let bad = sandbox.run("lab list")
      #expect(bad.status == 1 && bad.errors.contains(file), "\(bad)")
    }
  }

  @Test("with a seed: the same one gives the same names, another gives others")
  func seed() throws {
    try place { sandbox, folder in
      sandbox.run(["lab", "new", "--lang", "en", "--id", "seeded", folder + "/seeded"])
      func text(_ seed: Int) -> String {
        defer { sandbox.run("lab reset --yes seeded") }
        return sandbox.run(["lab", "start", "--no-shell", "--seed", "\(seed)", folder + "/seeded"])
          .output
      }
      #expect(text(1) == text(1))
      #expect(Set((1...5).map(text)).count == 5)
      sandbox.run(["lab", "start", "--no-shell", folder + "/seeded"])
      let late = sandbox.run(["lab", "start", "--no-shell", "--seed", "2", folder + "/seeded"])
      #expect(late.status == 1 && late.errors.contains("lab reset seeded"), "\(late)")
      sandbox.run("lab reset --yes seeded")
    }
  }

  @Test("and every step of every lab can be stood at, whatever was broken before")
  func steps() throws {
    for lab in ["day42", "day43", "day44"] {
      let sandbox = try Sandbox(environment: ["DKLAB_LABS": Self.repository + "Labs"])
      defer { sandbox.close() }
      defer { sandbox.run("lab reset --yes \(lab)") }
      #expect(sandbox.run("lab start --no-shell \(lab)").status == 0)
      sandbox.environment["DKLAB_INSTANCE"] = "lab-\(lab)"
      let status = sandbox.run("lab status --lab \(lab)").lines
      let count = status.filter { $0.dropFirst(2).first?.isNumber == true }.count
      #expect(count > 3)
      for step in (1...count).reversed() {
        // Somebody has wiped everything that the steps before had built.
        sandbox.run(["rm", "-f"] + sandbox.run("ps -aq").lines)
        sandbox.run(["rmi", "-f"] + sandbox.run("images -q").lines)
        let moved = sandbox.run("lab goto --yes --lab \(lab) \(step)")
        #expect(moved.status == 0, "\(moved)")
        // At its start nothing is done, and nothing is missing: some check fails and none waits for
        // an earlier step.
        let check = sandbox.run("lab check --lab \(lab)")
        #expect(check.status == 1, "\(lab) \(step): \(check)")
      }
      sandbox.environment["DKLAB_INSTANCE"] = sandbox.instance
    }
  }

  @Test("and going back gives another port when a program has taken the lab's, and keeps the files")
  func restart() throws {
    try place { sandbox, folder in
      var text = try File.text(Self.repository + "Labs/day44-images/lab.md")
      text = text.replacing("id: day44", with: "id: ports").replacing(
        "format: 1\n", with: "format: 1\nlanguages: [en]\n")
      try File.replace(folder + "/lab.md", text)
      defer { sandbox.run("lab reset --yes ports") }
      let start = sandbox.run(["lab", "start", "--no-shell", "--seed", "3", folder])
      #expect(start.status == 0, "\(start)")
      let before = try #require(port(in: start.output))
      let socket = try listen(on: before)
      defer { close(socket) }
      let work = "\(Sandbox.root)/labs/lab-ports/work"
      try File.replace(work + "/mine.txt", "precious")
      let moved = sandbox.run("lab goto --yes --lab ports 1")
      let after = try #require(port(in: moved.output))
      #expect(after != before, "\(moved)")
      let kept = try #require(moved.lines.last?.split(separator: " ").last?.dropLast())
      #expect(try File.text("\(kept)/mine.txt") == "precious")
      #expect(!File.exists(work + "/mine.txt"))
      #expect(sandbox.run("lab solve --lab ports").status == 0)
      sandbox.run("lab reset --yes ports")
      #expect(!File.exists(String(kept)))
    }
  }

  private func port(in text: String) -> UInt16? {
    text.firstMatch(of: /localhost:([0-9]+)/).flatMap { UInt16($0.1) }
  }

  private func listen(on port: UInt16) throws -> Int32 {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(bound == 0 && Glibc.listen(number, 1) == 0)
    return number
  }
}
