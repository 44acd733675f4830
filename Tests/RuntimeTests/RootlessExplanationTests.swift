import Support
import Testing

@testable import Linux
@testable import Runtime

@Suite("What is said of a launch without root")
struct RootlessExplanationTests {
  let none = CgroupLayout(
    kind: .v1, hierarchies: [], limitation: Text("for root only", ko: "root만"))

  @Test("with subordinate ids, in Korean, it says who is who") func subordinate() {
    let explanation = RootlessExplanation(
      users: [
        .init(inside: 0, outside: 1000, count: 1), .init(inside: 1, outside: 100_000, count: 65535),
      ], userName: "mina", cgroups: none)
    let lines = explanation.text(.ko).split(separator: "\n").map(String.init)
    #expect(lines.first == "[user] root 없이: 아래의 모든 일은 당신의 사용자 네임스페이스 안에서 일어납니다")
    #expect(lines.contains("  여기의 사용자 0(root)은 호스트의 사용자 1000 (mina)입니다"))
    #expect(lines.contains("  여기의 사용자 1-65535은(는) 호스트의 100000-165534입니다"))
    #expect(lines.contains("      root만"))
    #expect(!explanation.text(.en).contains("no other user"))
  }

  @Test("with one id, it says what does not work, and why") func single() {
    let explanation = RootlessExplanation(
      users: [.init(inside: 0, outside: 1000, count: 1)], userName: nil, cgroups: none)
    #expect(explanation.text(.en).contains("no other user exists in here\n      without newuidmap"))
  }

  @Test("with a delegated group, it says where limits are") func delegated() {
    let layout = CgroupLayout(
      kind: .v2,
      hierarchies: [.init(controllers: ["memory"], base: "/sys/fs/cgroup/u", isUnified: true)])
    let text = RootlessExplanation(users: [], userName: nil, cgroups: layout).text(.en)
    #expect(text.contains("limits below /sys/fs/cgroup/u"))
  }
}
