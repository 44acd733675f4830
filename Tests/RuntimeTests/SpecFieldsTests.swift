import Documents
import FoundationEssentials
import Linux
import Testing

@testable import Runtime

/// Specifications are read by hand; Codable is the reference, member by member.
@Suite struct SpecFieldsTests {
  /// Every member that the types have, with a value it does not have by default.
  private static let whole = """
    {"ociVersion":"1.0.2","hostname":"h","domainname":"d","annotations":{"a":"b"},
     "root":{"path":"rootfs","readonly":true},
     "process":{"terminal":true,"consoleSize":{"height":1,"width":2},
       "user":{"uid":1,"gid":2,"umask":18,"additionalGids":[3],"username":"u",
         "additionalGroups":["g"]},
       "args":["a"],"env":["A=b"],"cwd":"/srv",
       "capabilities":{"bounding":["CAP_CHOWN"],"effective":["CAP_CHOWN"],
         "inheritable":["CAP_CHOWN"],"permitted":["CAP_CHOWN"],"ambient":["CAP_CHOWN"]},
       "rlimits":[{"type":"RLIMIT_NOFILE","soft":1,"hard":2}],"noNewPrivileges":true,
       "oomScoreAdj":-7,"apparmorProfile":"p","selinuxLabel":"l",
       "ioPriority":{"class":"IOPRIO_CLASS_IDLE","priority":1},
       "scheduler":{"policy":"SCHED_BATCH","nice":5},
       "execCPUAffinity":{"initial":"0","final":"0-1"}},
     "mounts":[{"destination":"/data","type":"bind","source":"/srv","options":["rbind","ro"],
       "uidMappings":[{"containerID":0,"hostID":1,"size":2}],
       "gidMappings":[{"containerID":3,"hostID":4,"size":5}],"within":"/srv"}],
     "hooks":{"prestart":[{"path":"/bin/true"}]},
     "linux":{"namespaces":[{"type":"pid","path":"/proc/1/ns/pid"}],
       "uidMappings":[{"containerID":0,"hostID":1,"size":2}],
       "gidMappings":[{"containerID":0,"hostID":1,"size":2}],
       "devices":[{"type":"c","path":"/dev/x","major":1,"minor":3,"fileMode":438,"uid":0,"gid":0}],
       "cgroupsPath":"/x",
       "resources":{"devices":[{"allow":false,"access":"rwm"},
           {"allow":true,"type":"c","major":1,"minor":-1,"access":"r"}],
         "memory":{"limit":1},"cpu":{"shares":2},"pids":{"limit":3},"blockIO":{"weight":10},
         "hugepageLimits":[{"pageSize":"2MB","limit":4}],"network":{"classID":5},
         "rdma":{"mlx":{"hcaHandles":6}},"unified":{"memory.high":"7"}},
       "seccomp":{"defaultAction":"SCMP_ACT_ALLOW"},"rootfsPropagation":"private",
       "sysctl":{"a.b":"c"},"maskedPaths":["/m"],"readonlyPaths":["/r"],"mountLabel":"x",
       "personality":{"domain":"LINUX32"},"timeOffsets":{"monotonic":{"secs":1}},
       "intelRdt":{},"netDevices":{"eth0":{}}}}
    """

  private func reference(_ text: String) throws -> Spec {
    try JSONDecoder().decode(Spec.self, from: Data([UInt8](text.utf8)))
  }

  @Test func wholeSpecification() throws {
    let spec = try Spec(member: JSONValue.parse(Self.whole))
    #expect(try spec == reference(Self.whole))
    expectNothingMissing(spec)
    expectNothingMissing(spec.linux)
    expectNothingMissing(spec.linux?.resources)
    expectNothingMissing(spec.process)
    expectNothingMissing(spec.process?.user)
    expectNothingMissing(spec.process?.capabilities)
    expectNothingMissing(spec.mounts?.first)
    expectNothingMissing(spec.root)
    expectNothingMissing(spec.linux?.resources?.devices?.last)
    expectNothingMissing(spec.linux?.namespaces?.first)
  }

  /// A number that a double would round is left to Codable, which reads it as it is.
  @Test func greatNumber() throws {
    let text = #"""
      {"ociVersion":"1.2.0","linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
        {"names":["ioctl"],"action":"SCMP_ACT_ERRNO",
         "args":[{"index":1,"value":18446744069414584321,"op":"SCMP_CMP_EQ"}]}]}}}
      """#
    #expect(throws: (any Error).self) { try Spec(member: JSONValue.parse(text)) }
    let spec = try SpecFile.parse([UInt8](text.utf8), file: "config.json")
    #expect(spec.linux?.seccomp?.rules.first?.arguments.first?.value == 0xFFFF_FFFF_0000_0001)
  }

  @Test func leastSpecification() throws {
    let text = #"{"ociVersion":"1.2.0","process":{"cwd":"/","user":null},"later":{"a":[1]}}"#
    #expect(try Spec(member: JSONValue.parse(text)) == reference(text))
  }

  /// What is wrong is left to Codable, which says where.
  @Test(arguments: [
    #"{"process":{"cwd":"/"}}"#, #"{"ociVersion":"1.2.0","process":{}}"#,
    #"{"ociVersion":"1.2.0","process":{"cwd":"/","args":"sh"}}"#,
    #"{"ociVersion":"1.2.0","process":{"cwd":"/","user":{"uid":-1}}}"#,
    #"{"ociVersion":"1.2.0","mounts":{}}"#,
  ])
  func refused(_ text: String) throws {
    #expect(throws: JSONFields.Mismatch.self) { try Spec(member: JSONValue.parse(text)) }
    #expect(throws: DecodingError.self) { try reference(text) }
  }

  /// A property that is added to a type and not read here stays nil.
  private func expectNothingMissing<Value>(_ value: Value) {
    for child in Mirror(reflecting: value).children.flatMap(Self.unwrapped) {
      #expect(
        String(describing: child.value) != "nil"
          && String(describing: child.value) != "Optional(nil)",
        "\(Value.self).\(child.label ?? "")")
    }
  }

  /// The members of a value, also when it is in an optional.
  private static func unwrapped(_ child: Mirror.Child) -> [Mirror.Child] {
    child.label == "some" ? Array(Mirror(reflecting: child.value).children) : [child]
  }
}
