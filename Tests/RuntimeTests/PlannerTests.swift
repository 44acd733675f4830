import FoundationEssentials
import Glibc
import Linux
import Testing

@testable import Runtime

/// Each folder of Fixtures/plans holds a config.json, and the plans it leads to on three hosts.
/// DKLAB_RECORD=1 writes them anew.
@Suite("Plans of launches") struct PlannerTests {
  static let folder = String(#filePath.dropLast("PlannerTests.swift".count)) + "Fixtures/plans"
  static let cases = (try? Directory.list(folder)) ?? []

  static let hosts: [(name: String, facts: HostFacts)] = [
    ("v1", facts(layoutV1, nested: false, groups: .max)),
    ("v2", facts(layoutV2, nested: false, groups: .max)),
    ("rootless", facts(#"{"kind":"v1","hierarchies":[]}"#, nested: true, groups: 1)),
  ]

  static let layoutV1 = """
    {"kind":"v1","hierarchies":[
      {"controllers":["memory"],"base":"/sys/fs/cgroup/memory","isUnified":false},
      {"controllers":["cpu","cpuacct"],"base":"/sys/fs/cgroup/cpu,cpuacct","isUnified":false}]}
    """
  static let layoutV2 = """
    {"kind":"v2","hierarchies":[
      {"controllers":["cpu","memory","pids"],"base":"/sys/fs/cgroup","isUnified":true}]}
    """

  static func facts(_ layout: String, nested: Bool, groups: UInt32) -> HostFacts {
    guard let layout = try? JSONDecoder().decode(CgroupLayout.self, from: Data(layout.utf8)) else {
      fatalError("the test's own layout does not parse")
    }
    return HostFacts(inUserNamespace: nested, mappedGroups: groups, cgroups: layout)
  }

  @Test("there are cases") func existence() {
    #expect(PlannerTests.cases.count >= 4)
  }

  @Test("a wish leads to the recorded operations, in order, with their reasons", arguments: cases)
  func golden(name: String) throws {
    let folder = "\(PlannerTests.folder)/\(name)"
    let text = try File.read("\(folder)/config.json")
    let spec = try JSONDecoder().decode(Spec.self, from: Data(text))
    for host in PlannerTests.hosts {
      var wish = LaunchWish(
        id: "6600d3269d28", spec: spec,
        rootfs: .overlay(
          Overlay(
            lower: ["/l/2", "/l/1"], upper: "/c/upper", work: "/c/work", target: "/c/rootfs",
            userAttributes: host.facts.inUserNamespace)))
      wish.hasSeccomp = !name.hasPrefix("privileged")
      wish.usesInit = name.hasPrefix("init")
      wish.consoleSize = WindowSize(rows: 24, columns: 80)
      let plan = try Planner.plan(wish, on: host.facts).text(.en)
      let path = "\(folder)/plan-\(host.name).txt"
      if getenv("DKLAB_RECORD") != nil { try File.replace(path, plan) }
      #expect(plan == (try? File.text(path)), "\(name) on \(host.name)")
    }
  }

  @Test("no folder holds files that no test reads", arguments: cases)
  func orphans(name: String) throws {
    let expected = ["config.json"] + PlannerTests.hosts.map { "plan-\($0.name).txt" }
    #expect(try Directory.list("\(PlannerTests.folder)/\(name)") == expected.sorted())
  }

  @Test("privileges go before the program and after the last step that needs them")
  func order() throws {
    for name in PlannerTests.cases {
      let text = try File.read("\(PlannerTests.folder)/\(name)/config.json")
      let spec = try JSONDecoder().decode(Spec.self, from: Data(text))
      var wish = LaunchWish(id: "x", spec: spec, rootfs: .directory("/r"))
      wish.hasSeccomp = true
      let plan = try Planner.plan(wish, on: PlannerTests.hosts[0].facts)
      func index(_ matches: (Operation) -> Bool) -> Int? {
        plan.steps.firstIndex { matches($0.operation) }
      }
      let pivot = index { $0 == .pivotRoot }
      let user = index { if case .setUser = $0 { true } else { false } }
      let bounding = index { if case .dropBounding = $0 { true } else { false } }
      let execute = index { if case .execute = $0 { true } else { false } }
      let mask = plan.steps.lastIndex { if case .mask = $0.operation { true } else { false } }
      #expect(execute == plan.steps.count - 1, "\(name)")
      if let pivot, let user { #expect(pivot < user) }
      if let bounding, let user { #expect(bounding < user) }
      if let mask, let pivot {
        #expect(mask < pivot, "a mask set after pivot_root could be tricked")
      }
    }
  }

  /// The filter comes before what it may ask about, and while somebody can hand its listener on.
  @Test("an agent gets its listener before `create` ends", arguments: [false, true])
  func agent(noNewPrivileges: Bool) throws {
    var spec = Spec()
    var process = SpecProcess()
    process.noNewPrivileges = noNewPrivileges
    process.capabilities = SpecCapabilities()
    spec.process = process
    var linux = SpecLinux()
    var seccomp = SeccompProfile(defaultAction: .allow, rules: [.init(["mkdir"], .notify)])
    seccomp.listenerPath = "/agent"
    linux.seccomp = seccomp
    spec.linux = linux
    var wish = LaunchWish(id: "x", spec: spec, rootfs: .directory("/r"))
    wish.hasSeccomp = true
    wish.awaitsStart = true
    func index(_ wish: LaunchWish, _ operation: String) throws -> Int? {
      try Planner.plan(wish, on: PlannerTests.hosts[0].facts).steps
        .firstIndex { $0.operation.description.hasPrefix(operation) }
    }
    let loading = try #require(try index(wish, "seccomp filter, its listener to /agent"))
    let start = try #require(try index(wish, "wait for `start`"))
    let capabilities = try #require(try index(wish, "capset"))
    #expect(loading < start)
    #expect(noNewPrivileges == (capabilities < loading))
    for step in try Planner.plan(wish, on: PlannerTests.hosts[0].facts).steps {
      #expect(step.reason.ko.unicodeScalars.contains { (0xAC00...0xD7A3).contains($0.value) })
    }
    // Without an agent it is the last step: nothing of ours has to pass the filter.
    wish.spec.linux?.seccomp?.rules = []
    let plain = try #require(try index(wish, "seccomp filter"))
    #expect(noNewPrivileges == (try #require(try index(wish, "wait for `start`")) < plain))
  }

  @Test("both languages have every reason") func languages() throws {
    for name in PlannerTests.cases {
      let text = try File.read("\(PlannerTests.folder)/\(name)/config.json")
      let spec = try JSONDecoder().decode(Spec.self, from: Data(text))
      let plan = try Planner.plan(
        LaunchWish(id: "x", spec: spec, rootfs: .directory("/r")), on: PlannerTests.hosts[0].facts)
      for step in plan.steps {
        #expect(!step.reason.en.isEmpty)
        #expect(step.reason.ko.unicodeScalars.contains { (0xAC00...0xD7A3).contains($0.value) })
      }
    }
  }

  @Test("an unknown namespace names the accepted ones") func unknownNamespace() throws {
    var spec = Spec()
    spec.process = SpecProcess()
    var linux = SpecLinux()
    linux.namespaces = [SpecNamespace(type: "netwrok")]
    spec.linux = linux
    let error = #expect(throws: (any Error).self) {
      try Planner.plan(
        LaunchWish(id: "x", spec: spec, rootfs: .directory("/r")), on: PlannerTests.hosts[0].facts)
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("netwrok"))
    #expect("\(error.map { "\($0)" } ?? "")".contains("network"))
  }
}
