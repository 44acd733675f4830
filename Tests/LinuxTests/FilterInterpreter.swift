import Linux

/// Runs a seccomp filter as the kernel would, on made-up system calls: so a test can ask about
/// every call there is, on any architecture, without making one.
struct FilterInterpreter {
  let program: SeccompProgram

  enum Verdict: Equatable {
    case allow
    case errno(UInt32)
    case other(UInt32)
    /// The filter is broken: it ran off its end or has an instruction we do not know.
    case fault
  }

  /// The verdict on system call `number` of `architecture` (an AUDIT_ARCH value).
  func verdict(_ number: UInt32, architecture: UInt32, arguments: [UInt64] = []) -> Verdict {
    let data = callData(number, architecture, arguments)
    var accumulator: UInt32 = 0
    var position = 0
    while position * 8 + 8 <= program.instructions.count {
      let code =
        UInt32(program.instructions[position * 8]) | UInt32(
          program.instructions[position * 8 + 1]) << 8
      let (yes, no) = (
        Int(program.instructions[position * 8 + 2]), Int(program.instructions[position * 8 + 3])
      )
      let constant = word(program.instructions, position * 8 + 4)
      position += 1
      switch code {
      case 0x20:
        guard constant % 4 == 0, constant + 4 <= 64 else { return .fault }
        accumulator = word(data, Int(constant))
      case 0x05: position += Int(constant)
      case 0x15: position += accumulator == constant ? yes : no
      case 0x25: position += accumulator > constant ? yes : no
      case 0x35: position += accumulator >= constant ? yes : no
      case 0x45: position += accumulator & constant != 0 ? yes : no
      case 0x54: accumulator &= constant
      case 0x06: return Self.verdict(of: constant)
      default: return .fault
      }
    }
    return .fault
  }

  private static func verdict(of value: UInt32) -> Verdict {
    switch value & 0xffff_0000 {
    case 0x7fff_0000: .allow
    case 0x0005_0000: .errno(value & 0xffff)
    default: .other(value)
    }
  }

  /// struct seccomp_data: number, architecture, instruction pointer, six arguments.
  private func callData(_ number: UInt32, _ architecture: UInt32, _ arguments: [UInt64]) -> [UInt8]
  {
    var data: [UInt8] = []
    withUnsafeBytes(of: number) { data += $0 }
    withUnsafeBytes(of: architecture) { data += $0 }
    for index in -1..<6 {
      let value: UInt64 = arguments.indices.contains(index) ? arguments[index] : 0
      withUnsafeBytes(of: value) { data += $0 }
    }
    return data
  }

  private func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
  }
}
