import Glibc
import Support
import Testing

@testable import Linux

@Suite("devices")
struct DeviceTests {
  @Test(
    "--device in docker's forms",
    arguments: [
      ("/dev/fuse", "/dev/fuse", "/dev/fuse", "rwm"), ("/dev/a:/dev/b", "/dev/a", "/dev/b", "rwm"),
      ("/dev/a:/dev/b:r", "/dev/a", "/dev/b", "r"), ("/dev/a:rm", "/dev/a", "/dev/a", "rm"),
      ("/dev/a:/dev/b:mwr", "/dev/a", "/dev/b", "rwm"),
      ("/dev/dir/", "/dev/dir", "/dev/dir/", "rwm"),
    ])
  func parsing(text: String, host: String, container: String, access: String) throws {
    let request = try DeviceRequest(parsing: text)
    #expect(request.hostPath == host)
    #expect(request.containerPath == container)
    #expect(request.access.description == access)
  }

  @Test(
    "--device that means nothing is refused",
    arguments: [
      "", ":", "/dev/a:", "/dev/a:b", "dev/a", "/dev/a:/dev/b:x", "/dev/a:/dev/b:r:w", "/dev/a::r",
    ])
  func refused(text: String) {
    #expect(throws: DklabError.self) { try DeviceRequest(parsing: text) }
  }

  @Test("a device of the host gives a node and the rule for it")
  func resolve() throws {
    let found = try #require(try DeviceRequest(parsing: "/dev/zero:/dev/naught:r").resolve().first)
    #expect(found.source == "/dev/zero" && found.node.path == "/dev/naught")
    #expect(found.node.major == 1 && found.node.minor == 5 && found.node.mode == 0o666)
    #expect(found.rule.description == "c 1:5 r")
  }

  @Test("a directory stands for the devices in it, without terminals and links")
  func directory() throws {
    let found = try DeviceRequest(parsing: "/dev:/devices/").resolve()
    let zero = try #require(found.first { $0.source == "/dev/zero" })
    #expect(zero.node.path == "/devices/zero")
    #expect(!found.contains { $0.source.hasPrefix("/dev/pts/") || $0.source == "/dev/stdin" })
  }

  @Test(
    "what is no device is refused in dockerd's words",
    arguments: [
      ("/etc/passwd", "not a device node"), ("/etc", "not a device node"),
      ("/dev/no-such", "no such file or directory"),
    ])
  func unresolved(path: String, cause: String) throws {
    let error = #expect(throws: DklabError.self) {
      try DeviceRequest(parsing: path).resolve()
    }
    #expect(
      error?.message.en
        == "error gathering device information while adding custom device \"\(path)\": \(cause)")
  }

  @Test(
    "device cgroup rules",
    arguments: [
      ("c 188:* rmw", "c 188:* rwm"), ("b 8:0 r", "b 8:0 r"), ("a *:* rwm", "a *:* rwm"),
    ])
  func rules(text: String, printed: String) throws {
    #expect(try DeviceRule(parsing: text).description == printed)
  }

  @Test(
    "rules that mean nothing are refused",
    arguments: [
      "", "c", "c 1:3", "x 1:3 r", "c 1 r", "c 1:3 q", "c 1:3 rwmr", "c  1:3 r", "c -1:3 r",
      "c a:3 r",
    ])
  func refusedRules(text: String) {
    #expect(throws: DklabError.self) { try DeviceRule(parsing: text) }
  }

  @Test("the default nodes are those of this machine")
  func nodes() {
    for node in DeviceNode.containerDefault {
      let host = DeviceNode(hostPath: node.path)
      #expect(host?.major == node.major && host?.minor == node.minor, "\(node.path)")
    }
  }

  /// Every access a container may try, and whether the list allows it.
  static let accesses:
    [(kind: UInt32, access: UInt32, major: UInt32, minor: UInt32, allowed: Bool)] = [
      (2, 6, 1, 3, true), (2, 2, 1, 3, true), (2, 6, 1, 9, true), (2, 6, 136, 7, true),
      (2, 2, 1, 1, false), (2, 4, 1, 2, false), (1, 2, 8, 0, false), (1, 6, 1, 3, false),
      (1, 1, 8, 0, true), (2, 1, 1, 1, true), (1, 3, 8, 0, false), (2, 2, 10, 200, false),
    ]

  @Test("the v2 program decides Docker's list", arguments: accesses)
  func program(
    _ wanted: (kind: UInt32, access: UInt32, major: UInt32, minor: UInt32, allowed: Bool)
  ) {
    let program = CgroupDeviceProgram.compile(DeviceRule.dockerDefault)
    #expect(
      DeviceProgramInterpreter.run(
        program, type: wanted.kind, access: wanted.access, major: wanted.major, minor: wanted.minor)
        == wanted.allowed)
  }

  @Test("later rules win, for a part of the access too")
  func order() {
    let rules: [DeviceRule] = [
      .allowAll, DeviceRule(allow: false, .block, 8, nil, .write),
      DeviceRule(allow: true, .block, 8, 1, .everything),
    ]
    let program = CgroupDeviceProgram.compile(rules)
    func run(_ access: UInt32, _ minor: UInt32) -> Bool? {
      DeviceProgramInterpreter.run(program, type: 1, access: access, major: 8, minor: minor)
    }
    #expect(run(2, 0) == true)
    #expect(run(4, 0) == false)
    #expect(run(6, 0) == false)
    #expect(run(6, 1) == true)
  }

  @Test("an empty list denies")
  func empty() {
    let program = CgroupDeviceProgram.compile([])
    #expect(DeviceProgramInterpreter.run(program, type: 2, access: 2, major: 1, minor: 3) == false)
  }
}

/// The few eBPF instructions that device programs are made of.
enum DeviceProgramInterpreter {
  /// The program's answer; nil when it is broken.
  static func run(
    _ program: [UInt64], type: UInt32, access: UInt32, major: UInt32, minor: UInt32
  ) -> Bool? {
    let context: [Int16: UInt64] = [
      0: UInt64(access << 16 | type), 4: UInt64(major), 8: UInt64(minor),
    ]
    var registers = [UInt64](repeating: 0, count: 11)
    var position = 0
    while program.indices.contains(position) {
      let bytes = withUnsafeBytes(of: program[position]) { Array($0) }
      let (to, from) = (Int(bytes[1] & 15), Int(bytes[1] >> 4))
      let offset = Int16(truncatingIfNeeded: Int(bytes[2]) | Int(bytes[3]) << 8)
      let constant = bytes[4..<8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      position += 1
      switch bytes[0] {
      case 0x61:
        guard from == 1, let value = context[offset] else { return nil }
        registers[to] = value
      case 0xbf: registers[to] = registers[from]
      case 0x54: registers[to] = registers[to] & constant & 0xffff_ffff
      case 0x77: registers[to] >>= constant
      case 0x55: position += registers[to] != constant ? Int(offset) : 0
      case 0x15: position += registers[to] == constant ? Int(offset) : 0
      case 0xb7: registers[to] = constant
      case 0x95: return registers[0] == 1
      default: return nil
      }
    }
    return nil
  }
}
