import Glibc
import Linux
import Support

/// Collects programs of the host together with every library they load, for a tree of their own.
final class ELFClosure {
  /// Path in the new tree to file of the host.
  private(set) var files: [String: String] = [:]
  /// Libraries found in standard directories, by name.
  private var known: [String: String] = [:]
  private lazy var standardDirectories = ELFClosure.standardDirectories()

  /// Why a program could not be collected.
  enum Problem: Error {
    case missingLibrary(String)
    case unreadable(String)
    case noInterpreter(String)
  }

  /// Adds the program at `path` of the host as `target` of the new tree, with all it loads; a
  /// script together with its interpreter.
  func add(program path: String, as target: String) throws {
    var added: [String: String] = [:]
    try collect(path, as: target, into: &added)
    files.merge(added) { old, _ in old }
  }

  private func collect(_ path: String, as target: String, into added: inout [String: String])
    throws
  {
    guard let bytes = try? File.read(path, limit: 512 << 20) else {
      throw Problem.unreadable(path)
    }
    added[target] = path
    guard let file = ELFFile(bytes) else {
      try collectInterpreter(of: bytes, path, into: &added)
      return
    }
    if let loader = file.interpreter {
      guard File.exists(loader) else { throw Problem.missingLibrary(loader) }
      added[ELFClosure.merged(loader)] = loader
    }
    try collectLibraries(of: file, path, [], into: &added)
  }

  private func collectLibraries(
    of file: ELFFile, _ path: String, _ inherited: [String], into added: inout [String: String]
  ) throws {
    let origin = directory(of: path)
    let own = file.searchPath.map { entry in
      var entry = entry
      for spelling in ["${ORIGIN}", "$ORIGIN"] {
        while let range = entry.range(of: spelling) { entry.replaceSubrange(range, with: origin) }
      }
      return entry
    }
    for name in file.needed {
      guard let found = find(name, in: own + inherited, for: file.machine) else {
        throw Problem.missingLibrary(name)
      }
      // What only a search path finds stays where that path says; all others go where the loader
      // looks by itself, since the new tree has no ld.so.cache.
      let isStandard = standardDirectories.contains(directory(of: found))
      let target =
        isStandard
        ? "\(ELFClosure.merged(libraryDirectory ?? directory(of: found)))/\(name)"
        : ELFClosure.merged(found)
      guard added[target] == nil, files[target] == nil else { continue }
      added[target] = found
      guard let library = try ELFFile.read(found) else { throw Problem.unreadable(found) }
      try collectLibraries(of: library, found, own + inherited, into: &added)
    }
  }

  private func collectInterpreter(
    of bytes: [UInt8], _ path: String, into added: inout [String: String]
  ) throws {
    let line = bytes.prefix { $0 != 0x0a }
    guard line.starts(with: "#!".utf8),
      let interpreter = String(decoding: line.dropFirst(2), as: UTF8.self)
        .split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map(String.init)
    else { throw Problem.unreadable(path) }
    // Only shells: a script of Perl or Python would need its whole library.
    guard ["sh", "bash", "dash"].contains(interpreter.split(separator: "/").last ?? "") else {
      throw Problem.noInterpreter(interpreter)
    }
    let target = ELFClosure.merged(interpreter)
    if files[target] == nil, added[target] == nil {
      try collect(interpreter, as: target, into: &added)
    }
  }

  /// Where the loader of the C library looks without being told: where the C library itself is.
  private lazy var libraryDirectory: String? = {
    standardDirectories.first { File.exists($0 + "/libc.so.6") }
  }()

  private func find(_ name: String, in directories: [String], for machine: UInt16) -> String? {
    if name.hasPrefix("/") { return File.exists(name) ? name : nil }
    func first(of directories: [String]) -> String? {
      directories.lazy.map { "\($0)/\(name)" }.first { candidate in
        guard File.exists(candidate) else { return false }
        return (try? ELFFile.read(candidate))?.machine == machine
      }
    }
    if let found = first(of: directories) ?? known[name] { return found }
    known[name] = first(of: standardDirectories)
    return known[name]
  }

  private func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  /// `path` in a tree whose /bin, /sbin and /lib… are links into /usr, without the leading slash.
  static func merged(_ path: String) -> String {
    let parts = path.split(separator: "/").map(String.init)
    let first = parts.first ?? ""
    let moved = ["bin", "sbin"].contains(first) || first.hasPrefix("lib") ? ["usr"] + parts : parts
    return moved.joined(separator: "/")
  }

  /// The built-in directories of the common C libraries, then those of ld.so.conf(5).
  private static func standardDirectories() -> [String] {
    let triplets = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
    let builtIn =
      triplets.flatMap { ["/lib/\($0)", "/usr/lib/\($0)"] }
      + ["/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"]
    return (builtIn + configured("/etc/ld.so.conf", depth: 0)).filter(File.isDirectory)
  }

  private static func configured(_ path: String, depth: Int) -> [String] {
    guard depth < 4, let text = try? File.text(path) else { return [] }
    return text.split(separator: "\n").flatMap { line -> [String] in
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = words.first else { return [] }
      guard first == "include" else { return [first] }
      return words.dropFirst().flatMap { pattern -> [String] in
        guard pattern.hasSuffix("/*.conf") else { return configured(pattern, depth: depth + 1) }
        let directory = String(pattern.dropLast("/*.conf".count))
        let names = ((try? Directory.list(directory)) ?? []).filter { $0.hasSuffix(".conf") }
        return names.flatMap { configured("\(directory)/\($0)", depth: depth + 1) }
      }
    }
  }
}

extension String {
  /// Where `part` first stands in this text.
  fileprivate func range(of part: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
      start = index(after: start)
    }
    return nil
  }
}
