import Support
import Testing

@testable import Labs

@Suite("Variables")
struct VariableTests {
  private static let place = SourceLocation(file: "lab.md")
  private static let declarations: [VariableDeclaration] = [
    VariableDeclaration(name: "port", source: .port(8000...8009), location: place),
    VariableDeclaration(name: "second", source: .port(8000...8009), location: place),
    VariableDeclaration(name: "web", source: .name(prefix: "web"), location: place),
    VariableDeclaration(name: "copies", source: .number(5...9), location: place),
    VariableDeclaration(name: "release", source: .choice(["16.04", "18.04"]), location: place),
    VariableDeclaration(name: "secret", source: .token(length: 12), location: place),
  ]

  private func draw(_ seed: UInt64, free: (Int) -> Bool = { _ in true }) throws -> Variables {
    try Variables(Self.declarations, seed: seed, kernel: "6.1.0", isFree: free)
  }

  @Test("are the same for the same seed and differ for another")
  func seeds() throws {
    #expect(try draw(1) == draw(1))
    #expect(try draw(1)["token"] != draw(2)["token"])
  }

  @Test("keep what they promise, for many seeds")
  func promises() throws {
    for seed in 0..<200 as Range<UInt64> {
      let variables = try draw(seed)
      let ports = ["port", "second"].compactMap { variables[$0].flatMap { Int($0) } }
      #expect(Set(ports).count == 2 && ports.allSatisfy((8000...8009).contains))
      #expect(variables["web"]?.hasPrefix("web-") == true && variables["web"]?.count == 7)
      #expect(variables["copies"].flatMap { Int($0) }.map { (5...9).contains($0) } == true)
      #expect(variables["secret"]?.count == 12)
      #expect(variables["token"]?.count == 8)
    }
  }

  @Test("pass over ports that are taken, and say so when all are")
  func taken() throws {
    let variables = try draw(3) { $0 == 8004 || $0 == 8007 }
    #expect(variables["port"] == "8004" || variables["port"] == "8007")
    let error = #expect(throws: DklabError.self) { try draw(3) { _ in false } }
    #expect(error?.id == "lab.no-free-port")
  }

  @Test(
    "stand where two braces and a name stand, and nowhere else",
    arguments: [
      ("{{port}}", ["port"]), ("a{{port}}b{{web}}", ["port", "web"]), ("{{.Names}}", []),
      ("{{json .}}", []), ("{{end}}{{else}}", []), ("{{ port }}", []), ("{{port}", []),
      ("{{{port}}}", ["port"]), ("{{Port}}", []), ("{{1}}", []), ("{{", []), ("{{a_1}}", ["a_1"]),
    ])
  func references(_ text: String, _ names: [String]) {
    #expect(Interpolation.references(in: text).map(\.name) == names)
  }

  @Test(
    "are followed by the particle that fits",
    arguments: [
      ("{{x}}이(가) 있다", "web", "web이 있다"), ("{{x}}이(가) 있다", "cache", "cache가 있다"),
      ("`{{x}}`을(를)", "8080", "`8080`을"), ("`{{x}}`을(를)", "8085", "`8085`를"),
      ("{{x}}(으)로", "8081", "8081로"), ("{{x}}(으)로", "8080", "8080으로"),
      ("{{x}}은(는)", "컨테이너", "컨테이너는"), ("{{x}}과(와)", "이미지", "이미지와"),
    ])
  func particles(_ text: String, _ value: String, _ expected: String) {
    #expect(Variables(values: ["x": value]).fill(text) == expected)
  }

  @Test("are in the environment with their prefix")
  func environment() throws {
    #expect(try draw(1).environment["DKLAB_TOKEN"] == draw(1)["token"])
  }
}
