// What a filter says to system calls younger than itself.
//
// Programs try the newest call first and fall back to an older one when the kernel answers ENOSYS,
// "no such call". A profile that answers EPERM to everything it does not name breaks that: the
// program believes it is forbidden and gives up. (In 2020 glibc started to use faccessat2, and in
// containers test -r failed on files that were there.) So, like runc, we put a few instructions in
// front: a number above the highest that the profile names gets ENOSYS; all others go on to the
// filter proper, where leaving out is a decision.
//
// The instructions are classic BPF, see linux/filter.h: each has a code, two jump distances and a
// constant, and works on one accumulator. `struct seccomp_data` has the call's number at offset 0
// and the architecture at 4.

import CSeccomp
import Glibc
import Support

extension SeccompProfile {
  /// The instructions to put in front of a filter whose rules name these calls.
  func unknownCallGuard(names: [String], _ filter: borrowing Filter) -> [UInt8] {
    // x32 is not an architecture of its own to the kernel, only a high bit in the number, so
    // x86-64's block ends below that bit and x32 goes on to the filter.
    let blocks = Self.guardedArchitectures
      .filter { $0 != 0 && filter.has(architecture: $0) }
      .compactMap { architecture in
        highestNumber(names, architecture).map { block(architecture, highest: $0) }
      }
    guard !blocks.isEmpty else { return [] }
    return FilterInstruction.loadArchitecture.bytes + blocks.flatMap { $0 }
  }

  private func highestNumber(_ names: [String], _ architecture: UInt32) -> UInt32? {
    names.lazy.map { seccomp_syscall_resolve_name_arch(architecture, $0) }.filter { $0 >= 0 }
      .max().map { UInt32($0) }
  }

  /// For one architecture: if it is not this one, on to the next block; else decide. The filter
  /// proper loads what it needs itself, so the accumulator need not be restored; the next block
  /// still finds the architecture there.
  private func block(_ architecture: UInt32, highest: UInt32) -> [UInt8] {
    let isX8664 = architecture == Filter.token(of: "x86_64")
    let decide: [FilterInstruction] = [
      .loadNumber,
      .jumpIfGreaterOrEqual(isX8664 ? 0x4000_0000 : .max, yes: 2, no: 0),
      .jumpIfGreater(highest, yes: 0, no: 1),
      .returnErrno(UInt32(ENOSYS)),
      .loadArchitecture,
    ]
    let skip = FilterInstruction.jumpIfEqual(architecture, yes: 0, no: UInt8(decide.count))
    return ([skip] + decide).flatMap(\.bytes)
  }

  private static let guardedArchitectures = [
    "x86_64", "x86", "aarch64", "arm", "s390x", "s390", "ppc64le", "riscv64",
  ].map { Filter.token(of: $0) }
}

/// One `struct sock_filter`.
struct FilterInstruction {
  var code: UInt16
  var yes: UInt8 = 0
  var no: UInt8 = 0
  var constant: UInt32

  static let loadNumber = FilterInstruction(code: 0x20, constant: 0)
  static let loadArchitecture = FilterInstruction(code: 0x20, constant: 4)

  static func jumpIfEqual(_ value: UInt32, yes: UInt8, no: UInt8) -> FilterInstruction {
    FilterInstruction(code: 0x15, yes: yes, no: no, constant: value)
  }
  static func jumpIfGreater(_ value: UInt32, yes: UInt8, no: UInt8) -> FilterInstruction {
    FilterInstruction(code: 0x25, yes: yes, no: no, constant: value)
  }
  static func jumpIfGreaterOrEqual(_ value: UInt32, yes: UInt8, no: UInt8) -> FilterInstruction {
    FilterInstruction(code: 0x35, yes: yes, no: no, constant: value)
  }
  static func returnErrno(_ number: UInt32) -> FilterInstruction {
    FilterInstruction(code: 0x06, constant: 0x0005_0000 | number)
  }

  var bytes: [UInt8] {
    withUnsafeBytes(of: code) { Array($0) } + [yes, no]
      + withUnsafeBytes(of: constant) { Array($0) }
  }
}
