import Support
import Testing

@testable import Linux

@Suite("capabilities")
struct CapabilityTests {
  @Test("numbers and names are the kernel's")
  func numbers() {
    #expect(Capability.allCases.count == 41)
    let expected: [(Capability, UInt8, String)] = [
      (.chown, 0, "CAP_CHOWN"), (.setpcap, 8, "CAP_SETPCAP"), (.netAdmin, 12, "CAP_NET_ADMIN"),
      (.sysAdmin, 21, "CAP_SYS_ADMIN"), (.mknod, 27, "CAP_MKNOD"), (.setfcap, 31, "CAP_SETFCAP"),
      (.syslog, 34, "CAP_SYSLOG"), (.checkpointRestore, 40, "CAP_CHECKPOINT_RESTORE"),
    ]
    for (capability, number, name) in expected {
      #expect(capability.rawValue == number)
      #expect(capability.name == name)
    }
  }

  @Test("every name parses back, in any case and without its prefix")
  func parsing() throws {
    for capability in Capability.allCases {
      #expect(try Capability.parse(capability.name) == capability)
      #expect(try Capability.parse(String(capability.name.dropFirst(4).lowercased())) == capability)
      #expect(try Capability.parse(capability.name.lowercased()) == capability)
    }
  }

  @Test("every purpose is one line in both languages, and no two are the same")
  func purposes() {
    let purposes = Capability.allCases.map(\.purpose)
    #expect(Set(purposes.map(\.en)).count == 41)
    #expect(Set(purposes.map(\.ko)).count == 41)
    #expect(purposes.allSatisfy { !$0.en.contains("\n") && $0.ko.hasSuffix("다") })
  }

  @Test(
    "an unknown name is refused with the nearest one",
    arguments: [
      ("NET_ADMN", "NET_ADMIN"), ("cap_sys_adm1n", "SYS_ADMIN"), ("CHWON", "CHOWN"),
    ])
  func unknown(word: String, nearest: String) {
    let error = #expect(throws: DklabError.self) { try Capability.parse(word) }
    #expect(error?.message.en == "unknown capability: \"\(word)\"")
    #expect(error?.hint?.en.contains(" \(nearest)?") == true)
  }

  @Test("an empty or overlong name is refused", arguments: ["", "CAP_", "ALL ", "🐳"])
  func nonsense(word: String) {
    #expect(throws: DklabError.self) { try Capability.parse(word) }
  }

  @Test("without flags a container gets Docker's fourteen")
  func dockerDefault() throws {
    // The CapEff line of `docker run busybox grep CapEff /proc/self/status`.
    #expect(CapabilitySet.dockerDefault.rawValue == 0xa804_25fb)
    #expect(try CapabilitySet.docker(available: .named) == .dockerDefault)
  }

  struct Flags: Sendable {
    var add: [String] = []
    var drop: [String] = []
    var privileged = false
    var result: CapabilitySet
  }

  @Test(
    "--cap-add and --cap-drop combine as in Docker",
    arguments: [
      Flags(drop: ["ALL"], result: []),
      Flags(add: ["CHOWN"], drop: ["ALL"], result: CapabilitySet([.chown])),
      Flags(
        add: ["net_admin"], result: CapabilitySet.dockerDefault.union(CapabilitySet([.netAdmin]))),
      Flags(
        drop: ["CAP_MKNOD"],
        result: CapabilitySet.dockerDefault.subtracting(CapabilitySet([.mknod]))),
      Flags(add: ["CHOWN"], drop: ["CHOWN"], result: .dockerDefault),
      Flags(add: ["all"], result: .named),
      Flags(
        add: ["ALL"], drop: ["SYS_ADMIN"],
        result: CapabilitySet.named.subtracting(CapabilitySet([.sysAdmin]))),
      Flags(add: ["ALL"], drop: ["ALL"], result: .named),
      Flags(drop: ["ALL"], privileged: true, result: .named),
    ])
  func precedence(flags: Flags) throws {
    let set = try CapabilitySet.docker(
      add: flags.add, drop: flags.drop, privileged: flags.privileged, available: .named)
    #expect(set == flags.result)
  }

  @Test("what this process does not hold is not handed on")
  func limited() throws {
    let available = CapabilitySet.named.subtracting(CapabilitySet([.chown, .sysResource]))
    let set = try CapabilitySet.docker(privileged: true, available: available)
    #expect(set == available)
    #expect(try !CapabilitySet.docker(available: available).contains(.chown))
  }

  @Test("the kernel's last capability bounds `all`")
  func all() throws {
    let last = try File.text("/proc/sys/kernel/cap_last_cap").filter(\.isNumber)
    #expect(CapabilitySet.all.capabilities.last?.rawValue == min(40, UInt8(last) ?? 0))
  }

  @Test("the five lines of /proc/PID/status are read")
  func status() {
    let sets = CapabilitySets.parse(
      status: """
        Name:\tbash
        CapInh:\t0000000000000001
        CapPrm:\t00000000a80425fb
        CapEff:\t00000000a80425fb
        CapBnd:\t000001ffffffffff
        CapAmb:\t0000000000000000
        """)
    #expect(sets.inheritable == CapabilitySet([.chown]))
    #expect(sets.permitted == .dockerDefault)
    #expect(sets.effective == .dockerDefault)
    #expect(sets.bounding == .named)
    #expect(sets.ambient == [])
  }

  @Test("root in a container holds its set; another user has it as a ceiling only")
  func users() {
    #expect(CapabilitySets(container: .dockerDefault, user: 0).effective == .dockerDefault)
    let other = CapabilitySets(container: .dockerDefault, user: 1000)
    #expect(other.bounding == .dockerDefault)
    #expect(other.effective == [] && other.permitted == [] && other.inheritable == [])
  }

  @Test(
    "a process that applies its sets has exactly these",
    .enabled(if: Machine.isRoot, "needs root"), arguments: [0, 1000] as [UInt32])
  func applied(user: UInt32) throws {
    let wanted = CapabilitySet.dockerDefault.intersection(.current())
    let sets = CapabilitySets(container: wanted, user: user)
    let result = try Probe.run(
      ["capabilities", try Probe.json(sets), String(user), Probe.path, "status"])
    let found = CapabilitySets.parse(status: result.lines.joined(separator: "\n"))
    #expect(found == sets, "\(result.lines)")
  }

  @Test(
    "ambient capabilities reach an ordinary user's program",
    .enabled(if: Machine.isRoot, "needs root"))
  func ambient() throws {
    let chown = CapabilitySet([.chown])
    let sets = CapabilitySets(
      bounding: .dockerDefault.intersection(.current()), effective: chown, permitted: chown,
      inheritable: chown, ambient: chown)
    let result = try Probe.run(
      ["capabilities", try Probe.json(sets), "1000", Probe.path, "status"])
    let found = CapabilitySets.parse(status: result.lines.joined(separator: "\n"))
    #expect(found == sets, "\(result.lines)")
  }
}
