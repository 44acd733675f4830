import Glibc
import Support
import Testing

@testable import Linux

@Suite("seccomp cache")
struct SeccompCacheTests {
  /// A directory of its own for each test, removed by the closure's end.
  private func withCache(_ body: (SeccompCache, String) throws -> Void) throws {
    let directory = "/tmp/dklab-seccomp-\(getpid())-\(UInt32.random(in: 0...(.max)))"
    defer { try? Directory.removeTree(directory) }
    try body(SeccompCache(directory: directory), directory)
  }

  private func onlyFile(_ directory: String) throws -> String {
    let names = try Directory.list(directory)
    #expect(names.count == 1)
    return "\(directory)/\(names.first ?? "")"
  }

  private let profile = SeccompProfile(defaultAction: .allow, rules: [.init(["mkdir"], .errno)])

  @Test("what comes from disk is what was compiled")
  func same() throws {
    try withCache { cache, directory in
      let compiled = try SeccompProfile.dockerDefault.compile(capabilities: .dockerDefault)
      for _ in 0..<2 {
        let program = try cache.program(for: .dockerDefault, capabilities: .dockerDefault)
        #expect(program == compiled)
        #expect(program.instructions.count % 8 == 0)
      }
      _ = try onlyFile(directory)
    }
  }

  @Test("the default profile is known by its number, and is the same program")
  func builtin() throws {
    #expect(
      SeccompCache.hash(of: SeccompProfile.dockerDefault.cacheText)
        == SeccompProfile.defaultRevision,
      "the default profile has changed: this has to be its defaultRevision")
    try withCache { cache, directory in
      let compiled = try SeccompProfile.dockerDefault.compile(capabilities: .dockerDefault)
      for _ in 0..<2 {
        #expect(try cache.defaultProgram(capabilities: .dockerDefault) == compiled)
      }
      _ = try onlyFile(directory)
    }
  }

  @Test("a hit is read and not compiled again")
  func hit() throws {
    try withCache { cache, directory in
      let compiled = try cache.program(for: profile, capabilities: [])
      // An instruction changed on disk shows that the file was used.
      let path = try onlyFile(directory)
      var bytes = try File.read(path)
      bytes[bytes.count - 1] ^= 1
      try File.replace(path, bytes, mode: 0o600, durable: false)
      #expect(try cache.program(for: profile, capabilities: []) != compiled)
    }
  }

  @Test("other capabilities and other profiles have other files")
  func keys() throws {
    try withCache { cache, directory in
      _ = try cache.program(for: profile, capabilities: [])
      _ = try cache.program(for: profile, capabilities: .dockerDefault)
      var other = profile
      other.rules[0].errno = 2
      _ = try cache.program(for: other, capabilities: [])
      other.rules[0].arguments = [.init(1, .equal, 0)]
      _ = try cache.program(for: other, capabilities: [])
      #expect(try Directory.list(directory).count == 4)
    }
  }

  @Test(
    "a file for another key, cut short or writable by others is not used",
    arguments: [
      "key", "short", "empty", "ragged", "writable", "link",
    ])
  func distrusted(damage: String) throws {
    try withCache { cache, directory in
      let compiled = try cache.program(for: profile, capabilities: [])
      let path = try onlyFile(directory)
      var bytes = try File.read(path)
      // If the file were used after all, the result would be different.
      bytes[bytes.count - 1] ^= 1
      var mode: mode_t = 0o600
      switch damage {
      case "key": bytes[40] ^= 1
      case "short": bytes.removeLast(bytes.count - 16)
      case "empty": bytes = []
      case "ragged": bytes.append(0)
      case "writable": mode = 0o622
      default: break
      }
      try File.replace(path, bytes, mode: mode, durable: false)
      chmod(path, mode)
      if damage == "link" {
        try check(rename(path, "\(directory)/real"), "rename")
        try check(symlink("real", path), "symlink")
      }
      #expect(try cache.program(for: profile, capabilities: []) == compiled)
    }
  }

  @Test("a cache that cannot be written is no error")
  func unwritable() throws {
    let cache = SeccompCache(directory: "/proc/no-such-directory")
    #expect(try !cache.program(for: profile, capabilities: []).instructions.isEmpty)
  }
}
