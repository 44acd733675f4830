// Compiled filters on disk.
//
// Compiling takes milliseconds and `run` needs a filter every time, so the result is kept. What
// the result depends on is spelled out as a text, the key: every rule of the profile, the
// capabilities, the machine, the kernel and libseccomp's version. The file has the key and the
// program, and is used only if its key is the same letter by letter; so its name may be a short
// hash, and neither a collision nor an old file can give a container the wrong filter.
//
// Since the file decides what containers may do, it must belong to us, and nobody else may be
// able to write to it.

import CSeccomp
import Glibc
import Support

/// Filters by profile and capabilities, in a directory.
package struct SeccompCache: Sendable {
  package let directory: String

  /// A cache in `directory`, which is made when first needed. It must be the user's own.
  package init(directory: String) {
    self.directory = directory
  }

  /// The filter of `profile` for a container with `capabilities`: from disk, or compiled now and
  /// kept. A cache that cannot be written costs time, and is no error.
  package func program(
    for profile: SeccompProfile, capabilities: CapabilitySet
  ) throws -> SeccompProgram {
    try program(key: CacheKey.key(of: profile, capabilities), profile, capabilities)
  }

  /// The same for the default profile, which need not be put together for it.
  package func defaultProgram(capabilities: CapabilitySet) throws -> SeccompProgram {
    try program(key: CacheKey.defaultKey(capabilities), .dockerDefault, capabilities)
  }

  private func program(
    key: [UInt8], _ profile: @autoclosure () -> SeccompProfile, _ capabilities: CapabilitySet
  ) throws -> SeccompProgram {
    let path = "\(directory)/\(Self.name(of: key)).bpf"
    if let found = Self.read(path, key: key) { return found }
    let program = try profile().compile(capabilities: capabilities)
    do {
      try Directory.make(directory, mode: 0o700)
      try File.replace(path, Self.encode(program, key: key), mode: 0o600, durable: false)
    } catch is SyscallError {
      return program
    }
    return program
  }

  /// Layout: the magic, the flags and the key's length (4 bytes each), the key, zeros up to a
  /// multiple of eight, the instructions.
  private static func encode(_ program: SeccompProgram, key: [UInt8]) -> [UInt8] {
    var bytes = magic
    for number in [program.flags, UInt32(key.count)] {
      bytes += withUnsafeBytes(of: number) { Array($0) }
    }
    bytes += key
    bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    return bytes + program.instructions
  }

  /// The program in the file at `path` if it is one of ours, whole, and for this key.
  private static func read(_ path: String, key: [UInt8]) -> SeccompProgram? {
    guard let file = try? FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW) else { return nil }
    var info = stat()
    guard fstat(file.number, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
      info.st_uid == geteuid(), info.st_mode & 0o022 == 0, info.st_size % 8 == 0,
      info.st_size <= 1 << 20
    else { return nil }
    let size = Int(info.st_size)
    let start = (magic.count + 8 + key.count + 7) / 8 * 8
    guard size > start else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = max(0, Glibc.read(file.number, buffer.baseAddress, size))
    }
    guard bytes.count == size, bytes.starts(with: magic) else { return nil }
    let (flags, length) = bytes.withUnsafeBytes { raw in
      (
        raw.loadUnaligned(fromByteOffset: magic.count, as: UInt32.self),
        raw.loadUnaligned(fromByteOffset: magic.count + 4, as: UInt32.self)
      )
    }
    guard length == UInt32(key.count), bytes[(magic.count + 8)...].starts(with: key) else {
      return nil
    }
    return SeccompProgram(instructions: Array(bytes[start...]), flags: flags)
  }

  private static let magic = Array("dkseccm2".utf8)

  private static func name(of key: [UInt8]) -> String { String(hash(of: key), radix: 16) }

  /// FNV-1a, 64 bits.
  static func hash(of key: [UInt8]) -> UInt64 {
    key.reduce(0xcbf2_9ce4_8422_2325) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
  }
}

extension SeccompProfile {
  /// The rules of the default profile as a number: `SeccompCache.hash` of their text. A test says
  /// when the profile has changed and what it has to be then.
  static let defaultRevision: UInt64 = 10_317_715_170_627_818_430

  /// What distinguishes this profile from any other.
  var cacheText: [UInt8] {
    var key = CacheKey()
    key.add(self)
    return key.bytes
  }
}

/// Lines of the key. Words come from outside and may hold anything, so each list is preceded by
/// its count and each word by its length: two profiles never share a key.
private struct CacheKey {
  var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(8 << 10) }

  /// Everything that a compiled filter depends on, as text.
  static func key(of profile: SeccompProfile, _ capabilities: CapabilitySet) -> [UInt8] {
    var key = CacheKey()
    key.addMachine(capabilities)
    key.add(profile)
    return key.bytes
  }

  /// The same for the default profile: its rules stand in this program, and are named here by number.
  static func defaultKey(_ capabilities: CapabilitySet) -> [UInt8] {
    var key = CacheKey()
    key.addMachine(capabilities)
    key.add("default \(SeccompProfile.defaultRevision)")
    return key.bytes
  }

  private mutating func addMachine(_ capabilities: CapabilitySet) {
    if let version = seccomp_version()?.pointee {
      add("libseccomp \(version.major).\(version.minor).\(version.micro)")
    }
    add("\(SeccompProfile.machineName) \(KernelVersion.release) \(capabilities.rawValue)")
  }

  mutating func add(_ profile: SeccompProfile) {
    add("\(profile.defaultAction.rawValue) \(profile.defaultErrno.map(String.init) ?? "-")")
    add(list: profile.architectures)
    for family in profile.architectureMap { add(list: [family.native] + family.others) }
    add(list: profile.flags ?? ["default"])
    for rule in profile.rules { add(rule) }
  }

  mutating func add(_ line: String) {
    bytes += line.utf8
    bytes.append(UInt8(ascii: "\n"))
  }

  mutating func add(list: [String]) {
    add(number: UInt64(list.count))
    for word in list {
      bytes.append(UInt8(truncatingIfNeeded: word.utf8.count))
      bytes += word.utf8
    }
  }

  mutating func add(_ rule: SeccompProfile.Rule) {
    add(list: rule.names)
    bytes += rule.action.rawValue.utf8
    add(number: UInt64(rule.errno ?? .max))
    add(number: UInt64(rule.arguments.count))
    for argument in rule.arguments {
      add(number: UInt64(argument.index))
      bytes += argument.comparison.rawValue.utf8
      add(number: argument.value)
      add(number: argument.valueTwo)
    }
    for condition in [rule.includes, rule.excludes] {
      add(list: condition.capabilities)
      add(list: condition.architectures)
      add(list: condition.minimumKernel.map { [$0] } ?? [])
    }
  }

  private mutating func add(number: UInt64) {
    withUnsafeBytes(of: number) { bytes += $0 }
  }
}
