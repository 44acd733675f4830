import CSeccomp
import Support
import Testing

@testable import Linux

/// A filter that is written in fewer instructions gives the answers it gave.
@Suite("seccomp filters in fewer instructions")
struct SeccompSimplifierTests {
  /// Numbers of calls: all there are, those around them, and the ends of what a number can be.
  private static let numbers: [UInt32] =
    (0..<600).flatMap { [$0, 0x4000_0000 + $0] }
    + [1023, 0x3fff_ffff, 0x4000_0fff, 0x7fff_ffff, 0x8000_0000, .max]

  private func expectSame(
    _ one: SeccompProgram, _ other: SeccompProgram, arguments: [[UInt64]], _ comment: Comment
  ) {
    let (one, other) = (FilterInterpreter(program: one), FilterInterpreter(program: other))
    for name in ["x86_64", "x86", "aarch64", "riscv64"] {
      let architecture = SeccompProfile.Filter.token(of: name)
      for number in Self.numbers {
        for words in arguments {
          let verdict = one.verdict(number, architecture: architecture, arguments: words)
          let same = verdict == other.verdict(number, architecture: architecture, arguments: words)
          if !same { Issue.record("\(name) \(number) \(words): \(verdict) before. \(comment)") }
        }
      }
    }
  }

  @Test("the default profile, with each capability that it asks about")
  func standard() throws {
    let interesting: [[UInt64]] = [
      [], [8], [0x20000, 40], [0x7e02_0000], [40, 0, 0], [0xffff_ffff, 41], [16, 0x1_0000_0000],
    ]
    let sets: [CapabilitySet] = [
      .dockerDefault, [], .all, CapabilitySet([.sysAdmin]), CapabilitySet([.sysChroot, .bpf]),
    ]
    for set in sets {
      let before = try SeccompProfile.dockerDefault.compiled(capabilities: set)
      let after = before.simplified()
      #expect(after.instructions.count * 2 < before.instructions.count)
      #expect(after.flags == before.flags)
      expectSame(before, after, arguments: interesting, "\(set)")
      #expect(after.simplified().instructions.count <= after.instructions.count)
    }
  }

  @Test("programs of any shape, on any data", arguments: 0..<60)
  func arbitrary(seed: UInt64) {
    var random = SplitMix(state: seed)
    let count = Int.random(in: seed % 3 == 0 ? 600..<1400 : 5..<80, using: &random)
    // Few constants, so that comparisons meet.
    let constants = (0..<Int.random(in: 2..<300, using: &random)).map { UInt32($0) + 5 }
    var program: [FilterInstruction] = []
    for place in 0..<count {
      let rest = count - place - 1
      let constant = constants.randomElement(using: &random) ?? 5
      // The last are answers, so that nothing runs off the end.
      switch rest < 3 ? 0 : Int.random(in: 0..<24, using: &random) {
      case 0:
        let answers: [UInt32] = [0x7fff_0000, 0x0005_0001, 0x0005_0026, 0, 0x0003_0000]
        program.append(
          FilterInstruction(code: 0x06, constant: answers.randomElement(using: &random) ?? 0))
      case 1: program.append(.loadNumber)
      case 2:
        program.append(
          FilterInstruction(code: 0x20, constant: 16 + 4 * UInt32.random(in: 0..<4, using: &random))
        )
      case 3: program.append(FilterInstruction(code: 0x54, constant: constant | 0xff))
      case 4:
        program.append(
          FilterInstruction(
            code: 0x05, constant: UInt32.random(in: 0..<UInt32(rest), using: &random)))
      default:
        let codes: [UInt16] = [0x15, 0x15, 0x15, 0x15, 0x25, 0x35, 0x45]
        let near = UInt8(min(rest - 1, seed % 2 == 0 ? 4 : 255))
        program.append(
          FilterInstruction(
            code: codes.randomElement(using: &random) ?? 0x15,
            yes: UInt8.random(in: 0...near, using: &random),
            no: Bool.random(using: &random) ? 0 : UInt8.random(in: 0...near, using: &random),
            constant: constant))
      }
    }
    let before = SeccompProgram(instructions: program.flatMap(\.bytes))
    let after = before.simplified()
    let (one, other) = (FilterInterpreter(program: before), FilterInterpreter(program: after))
    for _ in 0..<400 {
      let number =
        (constants.randomElement(using: &random) ?? 5) &+ UInt32.random(in: 0..<2, using: &random)
      let words = (0..<2).map { _ in UInt64(constants.randomElement(using: &random) ?? 5) << 32 | 7
      }
      let verdict = one.verdict(number, architecture: 1, arguments: words)
      #expect(verdict != .fault)
      #expect(other.verdict(number, architecture: 1, arguments: words) == verdict)
    }
  }

  @Test("what is no program, or cannot be read, is left as it is")
  func leftAlone() {
    for bytes: [UInt8] in [
      [], FilterInstruction.loadNumber.bytes,
      FilterInstruction(code: 0x05, constant: 9).bytes + FilterInstruction.returnErrno(1).bytes,
    ] {
      #expect(SeccompProgram(instructions: bytes).simplified().instructions == bytes)
    }
  }

  @Test(
    "a long chain of comparisons is read, or left as it is, but does no harm",
    arguments: [300, 2000])
  func long(count: UInt32) {
    let chain = (0..<count).reversed().map {
      FilterInstruction.jumpIfEqual($0 * 2, yes: 0, no: 1).bytes
        + FilterInstruction.returnErrno($0 % 100 + 1).bytes
    }
    let before = SeccompProgram(
      instructions: FilterInstruction.loadNumber.bytes + chain.flatMap { $0 }
        + FilterInstruction(code: 0x06, constant: 0x7fff_0000).bytes)
    let after = FilterInterpreter(program: before.simplified())
    for number in 0..<count where count < 1000 || number % 100 < 2 {
      let verdict = after.verdict(number * 2, architecture: 1)
      #expect(verdict == .errno(number % 100 + 1))
      #expect(after.verdict(number * 2 + 1, architecture: 1) == .allow)
    }
  }

  /// Numbers that are the same in each run.
  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
      return word ^ word >> 31
    }
  }
}
