import FoundationEssentials
import Support
import Testing

@testable import Linux

@Suite("seccomp profiles as JSON")
struct SeccompProfileTests {
  func decode(_ json: String) throws -> SeccompProfile {
    try JSONDecoder().decode(SeccompProfile.self, from: Data(json.utf8))
  }

  @Test("Docker's format, with conditions")
  func docker() throws {
    let profile = try decode(
      """
      { "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
        "archMap": [ { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"] },
                     { "architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null } ],
        "syscalls": [
          { "names": ["read", "write"], "action": "SCMP_ACT_ALLOW", "args": null,
            "comment": "", "includes": {}, "excludes": {} },
          { "names": ["clone"], "action": "SCMP_ACT_ALLOW",
            "args": [ { "index": 0, "value": 2114060288, "valueTwo": 0,
                        "op": "SCMP_CMP_MASKED_EQ" } ],
            "includes": { "minKernel": "4.8" },
            "excludes": { "caps": ["CAP_SYS_ADMIN"], "arches": ["s390"] } } ] }
      """)
    #expect(profile.defaultAction == .errno)
    #expect(profile.architectureMap.map(\.native) == ["SCMP_ARCH_X86_64", "SCMP_ARCH_RISCV64"])
    #expect(profile.rules[0] == .init(["read", "write"]))
    #expect(
      profile.rules[1]
        == .init(
          ["clone"], arguments: [.init(0, .maskedEqual, 2_114_060_288)],
          includes: .init(minimumKernel: "4.8"),
          excludes: .init(capabilities: ["CAP_SYS_ADMIN"], architectures: ["s390"])))
  }

  @Test("the format of config.json, and Docker's first one with single names")
  func oci() throws {
    let profile = try decode(
      """
      { "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86"],
        "flags": ["SECCOMP_FILTER_FLAG_LOG"],
        "syscalls": [ { "name": "mkdir", "action": "SCMP_ACT_ERRNO", "errnoRet": 38 } ] }
      """)
    #expect(profile.architectures == ["SCMP_ARCH_X86"])
    #expect(profile.flags == ["SECCOMP_FILTER_FLAG_LOG"])
    #expect(profile.rules == [.init(["mkdir"], .errno, errno: 38)])
  }

  @Test("the built-in profile survives being written and read")
  func roundTrip() throws {
    let data = try JSONEncoder().encode(SeccompProfile.dockerDefault)
    #expect(try JSONDecoder().decode(SeccompProfile.self, from: data) == .dockerDefault)
  }

  @Test("the agent's socket counts when there is something to ask it") func agent() throws {
    let text = #"{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/a","listenerMetadata":"m""#
    let idle = try decode(text + "}")
    #expect(idle.listenerPath == "/a" && !idle.asksAgent && idle.agentPath == nil)
    let asking = try decode(text + #","syscalls":[{"name":"mkdir","action":"SCMP_ACT_NOTIFY"}]}"#)
    #expect(asking.agentPath == "/a" && asking.listenerMetadata == "m")
    let data = try JSONEncoder().encode(asking)
    #expect(try JSONDecoder().decode(SeccompProfile.self, from: data) == asking)
  }

  @Test(
    "what is wrong is named with its place",
    arguments: [
      ("{}", "defaultAction: is missing"),
      (
        #"{"defaultAction":"DENY"}"#, #"defaultAction: unknown value "DENY""#
      ),
      (
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"NO"}]}"#,
        #"syscalls[0].action: unknown value "NO""#
      ),
      (
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"action":"SCMP_ACT_ERRNO"}]}"#,
        "syscalls[0].names: is missing"
      ),
      (
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG","args":[{"index":6,"value":0,"op":"SCMP_CMP_EQ"}]}]}"#,
        #"syscalls[0].args[0].index: unknown value "6""#
      ),
      (
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG","args":[{"index":0,"value":0,"op":"=="}]}]}"#,
        #"syscalls[0].args[0].op: unknown value "==""#
      ),
      (
        #"{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"","listenerMetadata":"m"}"#,
        "listenerMetadata: there is no listenerPath"
      ),
      (
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_NOTIFY","errnoRet":1}]}"#,
        "syscalls[0].errnoRet: SCMP_ACT_NOTIFY returns no errno"
      ),
    ])
  func errors(json: String, message: String) {
    let error = #expect(throws: DklabError.self) { try decode(json) }
    #expect(error?.message.en == "seccomp profile: \(message)")
  }

  @Test("a value of the wrong type is named with its place")
  func types() {
    let error = #expect(throws: DklabError.self) {
      try decode(#"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":"read","action":"x"}]}"#)
    }
    #expect(error?.message.en.hasPrefix("seccomp profile: syscalls[0].names: is not ") == true)
  }
}
