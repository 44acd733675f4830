import Glibc
import Linux
import Testing

@testable import Labs

@Suite("Claims on ports")
struct PortClaimsTests {
  private let place = "/tmp/dklab-claims-\(UInt64.random(in: .min ... .max))"

  private func claims(_ student: Int) throws -> PortClaims {
    let holder = "\(place)/student-\(student)"
    try Directory.make(holder)
    return PortClaims(holder: holder, directory: place + "/ports")
  }

  @Test("two students never get the same port, whatever their seeds")
  func disjoint() throws {
    defer { try? Directory.removeTree(place) }
    try Directory.make(place)
    let declaration = VariableDeclaration(
      name: "port", source: .port(8000...8049), location: .init(file: ""))
    let second = VariableDeclaration(
      name: "second", source: .port(8000...8099), location: .init(file: ""))
    var given: [String] = []
    for student in 0..<40 {
      let claims = try claims(student)
      // All of one class have the same seed here, the worst case.
      let variables = try Variables(
        [declaration, second], seed: 7, kernel: "6", isFree: claims.claim)
      given += [variables["port"], variables["second"]].compactMap { $0 }
    }
    #expect(given.count == 80)
    #expect(Set(given).count == 80)
  }

  @Test("end with the lab: released, or when its directory is gone")
  func released() throws {
    defer { try? Directory.removeTree(place) }
    try Directory.make(place)
    let (first, second) = (try claims(1), try claims(2))
    #expect(first.claim(8001) && first.claim(8002) && first.claim(8001))
    #expect(!second.claim(8001))
    first.release()
    #expect(second.claim(8001))
    #expect(!first.claim(8001))
    try Directory.removeTree(second.holder)
    #expect(first.claim(8001))
    first.release()
    #expect(!File.exists(place + "/ports"))
  }

  @Test("nobody claims beside another while the directory goes and comes again")
  func directoryGoesMeanwhile() async throws {
    defer { try? Directory.removeTree(place) }
    let students = try (0..<4).map { try claims($0) }
    let doubles = await withTaskGroup(of: Int.self) { group in
      for (index, own) in students.enumerated() {
        group.addTask {
          var doubles = 0
          for _ in 0..<300 where own.claim(8001) {
            // Whoever has the port is alone with it.
            let mark = "\(place)/mark"
            let number = open(mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if number < 0 { doubles += 1 } else { close(number) }
            if index.isMultiple(of: 2) { sched_yield() }
            unlink(mark)
            own.release()
          }
          return doubles
        }
      }
      return await group.reduce(0, +)
    }
    #expect(doubles == 0)
  }

  @Test("a link in the shared directory leads nobody anywhere")
  func link() throws {
    defer { try? Directory.removeTree(place) }
    let claims = try claims(1)
    try Directory.make(claims.directory)
    try File.replace(place + "/victim", "precious")
    #expect(symlink(place + "/victim", claims.directory + "/8001") == 0)
    #expect(!claims.claim(8001))
    #expect(try File.text(place + "/victim") == "precious")
  }

  @Test("a port that is taken meanwhile is drawn anew, the other values stay")
  func renewed() throws {
    let declarations = [
      VariableDeclaration(name: "port", source: .port(8000...8009), location: .init(file: "")),
      VariableDeclaration(name: "other", source: .port(8000...8009), location: .init(file: "")),
      VariableDeclaration(name: "web", source: .name(prefix: "web"), location: .init(file: "")),
    ]
    let before = try Variables(declarations, seed: 3, kernel: "6")
    let taken = Int(before["port"] ?? "") ?? 0
    let after = try before.renewingPorts(of: declarations) { $0 != taken }
    #expect(after["web"] == before["web"] && after["other"] == before["other"])
    #expect(after["port"] != before["port"] && after["port"] != after["other"])
  }
}
