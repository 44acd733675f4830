import Testing

@testable import Labs

@Suite("The plan of lab test")
struct LabTestPlanTests {
  private func lab(_ change: (inout String) -> Void = { _ in }) throws -> Lab {
    var text = Example.lab
    change(&text)
    var lab = try #require(LabReader.read(text, file: "lab.md").0)
    lab.folder = "/labs/first"
    return lab
  }

  @Test("has every solution, alternative and wrong answer once, and the lab as a whole")
  func complete() throws {
    let plan = LabTestPlan([try lab()], seed: 1)
    let names = plan.plays.map { "\($0.step) \($0.name)" }.sorted()
    #expect(
      names == [
        " through 1", "start solution", "start wrong private", "start wrong reversed",
      ])
  }

  @Test("is the same for the same seed, and in another order for another")
  func order() throws {
    let lab = try lab()
    let plan = LabTestPlan([lab], seed: 1).plays
    #expect(plan == LabTestPlan([lab], seed: 1).plays)
    let orders = Set((1...20).map { LabTestPlan([lab], seed: $0).plays.map(\.name) })
    #expect(orders.count > 5)
  }

  @Test("gives every play seeds of its own, and 20 of them to 20 seeds")
  func seeds() throws {
    let plan = LabTestPlan([try lab()], seed: 100, seeds: 20).plays
    let through = plan.filter { $0.kind == .through }
    #expect(through.count == 10)
    let seeds = through.flatMap { [$0.seed, $0.seed + 1] }
    #expect(Set(seeds).count == 20)
    #expect(Set(plan.map(\.seed)).count == plan.count)
  }

  @Test("solves a lab once for each text that its seeds give it")
  func solving() throws {
    var lab = try lab()
    lab.variables = [
      VariableDeclaration(
        name: "way", source: .choice(["a", "b", "c"]), location: .init(file: ""))
    ]
    func plays(_ text: String) throws -> [LabTest.Play] {
      try LabTestPlan(solving: [lab], text: { _ in text }, seed: 40, seeds: 20).plays
    }
    #expect(try plays("say {{token}}").map(\.seed) == [40])
    lab.variables.append(
      VariableDeclaration(name: "n", source: .number(1...1_000_000), location: .init(file: "")))
    let all = try plays("say {{n}}")
    #expect(all.map(\.seed).sorted() == Array(40..<60) && Set(all.map(\.number)).count == 20)
    #expect(all.allSatisfy { $0.kind == .seed && $0.name == "seed \($0.seed)" })
    #expect(try plays("go {{way}}").count == 3)
    #expect(try plays("always the same").map(\.seed) == [40])
  }

  @Test("with a step has only its plays, with the seeds they have anyway")
  func step() throws {
    let lab = try lab()
    let all = LabTestPlan([lab], seed: 3).plays
    let some = LabTestPlan([lab], step: "start", seed: 3).plays
    #expect(Set(some) == Set(all.filter { $0.step == "start" }))
  }

  @Test("knows which ports the commands name themselves")
  func ports() throws {
    let plan = LabTestPlan([try lab()], seed: 1).plays
    #expect(plan.first { $0.id == "reversed" }?.ports == [80])
    #expect(plan.first { $0.id == "private" }?.ports == [])
    let found = LabTestPlan.ports([
      Script(
        text: "docker run -dp 81:80 --publish 127.0.0.1:82:80 --publish=83:80 -p {{p}}:80 -p 84 x",
        location: .init(file: ""))
    ])
    #expect(found == [81, 82, 83])
  }
}
