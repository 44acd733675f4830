// The device list of cgroup v2: a program, since v2 has no files for it.
//
// The kernel runs a BPF program of type CGROUP_DEVICE at every open(2) and mknod(2) of a device by
// a process in the group. It gets the type, the access wanted and the numbers, and answers 1 or 0.
// We write that program: the rules, last one first, each a few comparisons that jump to the next
// rule when it does not fit, so the first that fits decides, as the last one written does on v1.
//
// Simplification: on v1 the kernel merges rules for one device ("r" and later "w" make "rw"); here
// an access that needs both at once fits neither.
//
// See bpf(2), linux/bpf.h (struct bpf_cgroup_dev_ctx), `bpftool prog dump xlated`.

/// Makes eBPF of device rules. Each instruction is 8 bytes, here one UInt64 in the machine's order.
enum CgroupDeviceProgram {
  /// The program for `rules`; what no rule fits is denied.
  static func compile(_ rules: [DeviceRule]) -> [UInt64] {
    // r1 is the context; r2 = type, r3 = access wanted, r4 = major, r5 = minor.
    var program = [
      instruction(0x61, to: 2, from: 1, offset: 0),  // r2 = *(u32 *)(r1 + 0)
      instruction(0xbf, to: 3, from: 2),  // r3 = r2
      instruction(0x54, to: 2, constant: 0xffff),  // w2 &= 0xffff
      instruction(0x77, to: 3, constant: 16),  // r3 >>= 16
      instruction(0x61, to: 4, from: 1, offset: 4),  // r4 = *(u32 *)(r1 + 4)
      instruction(0x61, to: 5, from: 1, offset: 8),  // r5 = *(u32 *)(r1 + 8)
    ]
    for rule in rules.reversed() {
      program += code(of: rule)
      if rule.kind == .all { return program }
    }
    return program + answer(false)
  }

  private static func code(of rule: DeviceRule) -> [UInt64] {
    if rule.kind == .all { return answer(rule.allow) }
    var tests: [(skip: UInt8, register: UInt8, value: UInt32, before: [UInt64])] = []
    tests.append((0x55, 2, rule.kind == .block ? 1 : 2, []))
    if rule.access != .everything {
      // Allow only what lies within the rule's access; deny whatever touches it.
      let mask = UInt32(rule.allow ? ~rule.access.rawValue & 7 : rule.access.rawValue)
      let masked = [
        instruction(0xbf, to: 1, from: 3),  // r1 = r3
        instruction(0x54, to: 1, constant: mask),  // w1 &= mask
      ]
      tests.append((rule.allow ? 0x55 : 0x15, 1, 0, masked))
    }
    if let major = rule.major { tests.append((0x55, 4, major, [])) }
    if let minor = rule.minor { tests.append((0x55, 5, minor, [])) }

    // From the end, so that each test knows how far it is to the next rule.
    var code = answer(rule.allow)
    for test in tests.reversed() {
      let jump = instruction(
        test.skip, to: test.register, offset: Int16(code.count), constant: test.value)
      code = test.before + [jump] + code
    }
    return code
  }

  /// r0 = allow; exit
  private static func answer(_ allow: Bool) -> [UInt64] {
    [instruction(0xb7, to: 0, constant: allow ? 1 : 0), instruction(0x95, to: 0)]
  }

  /// struct bpf_insn: opcode, destination and source register, offset, constant.
  private static func instruction(
    _ opcode: UInt8, to destination: UInt8, from source: UInt8 = 0, offset: Int16 = 0,
    constant: UInt32 = 0
  ) -> UInt64 {
    #if _endian(little)
      let registers = destination | source << 4
    #else
      let registers = destination << 4 | source
    #endif
    var value: UInt64 = 0
    withUnsafeMutableBytes(of: &value) { bytes in
      bytes[0] = opcode
      bytes[1] = registers
      bytes.storeBytes(of: offset, toByteOffset: 2, as: Int16.self)
      bytes.storeBytes(of: constant, toByteOffset: 4, as: UInt32.self)
    }
    return value
  }
}
