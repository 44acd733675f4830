// The files a COPY takes from: a build context, the tree of a stage, or an image. All of it may be
// hostile, so every path is resolved by the kernel inside the tree (openat2(2), RESOLVE_IN_ROOT),
// and what .dockerignore leaves out is as if it were not there.
//
// Next: FileSelection.swift, TreeWriter.swift.

import Glibc
import Linux
import Support

/// A tree to copy from.
package final class SourceTree {
  let root: RootedDirectory
  let ignore: IgnoreFile
  /// Owners mean something: those in a context do not.
  package let keepsOwners: Bool

  package init(_ path: String, ignore: IgnoreFile = IgnoreFile(), keepsOwners: Bool) throws {
    root = try RootedDirectory(path)
    self.ignore = ignore
    self.keepsOwners = keepsOwners
  }

  /// What is at `path`, links followed or not; nil when nothing is, or when it is left out.
  func status(_ path: String, followingLast: Bool) throws -> stat? {
    if try isLeftOut(path) { return nil }
    do {
      return try root.status(path, followingLast: followingLast)
    } catch let error as SyscallError where [ENOENT, ENOTDIR, ELOOP].contains(error.errno) {
      return nil
    }
  }

  /// Whether .dockerignore hides `path` and everything below it.
  func isLeftOut(_ path: String) throws -> Bool {
    guard !ignore.isEmpty, !path.isEmpty, path != ".", ignore.ignores(path) else { return false }
    guard ignore.hasExceptions, let info = try? root.status(path, followingLast: false),
      info.st_mode & S_IFMT == S_IFDIR
    else { return true }
    // A directory is there for the sake of what is below it.
    return try names(in: path).allSatisfy { try isLeftOut("\(path)/\($0)") }
  }

  /// The names in a directory, sorted, without those that are left out.
  func children(of path: String) throws -> [String] {
    let names = try names(in: path)
    guard !ignore.isEmpty else { return names }
    return try names.filter { try !isLeftOut(SourceTree.join(path, $0)) }
  }

  private func names(in path: String) throws -> [String] {
    let directory = try root.open(path, O_RDONLY | O_DIRECTORY)
    return try Directory.list(descriptorPath(directory)).sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
  }

  static func join(_ path: String, _ name: String) -> String {
    path.isEmpty || path == "." ? name : "\(path)/\(name)"
  }
}

/// One file, directory or link that a COPY takes.
struct SourceItem {
  /// In the tree it comes from.
  var path: String
  /// Below the place it goes to; empty for the source itself.
  var target: String
  var info: stat
  /// The source itself, whose last link is followed.
  var isTop: Bool

  var type: mode_t { info.st_mode & S_IFMT }
}

/// What one word of a COPY stands for.
struct FileSelection {
  /// The path as it was found.
  var path: String
  var isDirectory: Bool
  /// Parents first.
  var items: [SourceItem]
}

extension SourceTree {
  /// What `source` stands for, wildcards and excludes applied.
  ///
  /// Throws when a name without wildcards is not there; wildcards may stand for nothing.
  func select(
    _ source: String, excluding excludes: [String], keepsParents: Bool
  ) throws -> [FileSelection] {
    let patterns = excludes.compactMap { PathPattern(PathText.clean($0).droppingSlash) }
    // `a/./b`: with --parents, only what follows the pivot is kept.
    let pivot = keepsParents ? source.range(ofPivot: "/./") : nil
    let base = pivot.map { PathText.clean(String(source[..<$0.lowerBound])).droppingSlash } ?? ""
    let cleaned = PathText.clean("/" + source).droppingSlash
    guard let pattern = PathPattern(cleaned), pattern.hasWildcards else {
      let path = PathPattern.unescaped(cleaned)
      guard let info = try status(path, followingLast: true) else { throw missing(source, path) }
      return [try selection(path, info, patterns, base: keepsParents ? base : nil)]
    }
    var found: [FileSelection] = []
    try matches(pattern, in: "", depth: 0) { path in
      guard let info = try status(path, followingLast: true) else { return }
      found.append(try selection(path, info, patterns, base: keepsParents ? base : nil))
    }
    return found
  }

  private func matches(
    _ pattern: PathPattern, in directory: String, depth: Int, _ body: (String) throws -> Void
  ) throws {
    guard depth < 200 else { return }
    for name in try children(of: directory) {
      let path = SourceTree.join(directory, name)
      if pattern.matches(path) {
        try body(path)
      } else if let info = try status(path, followingLast: false),
        info.st_mode & S_IFMT == S_IFDIR
      {
        try matches(pattern, in: path, depth: depth + 1, body)
      }
    }
  }

  private func selection(
    _ path: String, _ info: stat, _ excludes: [PathPattern], base: String?
  ) throws -> FileSelection {
    var items: [SourceItem] = []
    let isDirectory = info.st_mode & S_IFMT == S_IFDIR
    var target = ""
    if let base {
      // The directories above keep their names, modes and owners.
      target = base.isEmpty ? path : String(path.dropFirst(base.utf8.count).drop { $0 == "/" })
      var above = ""
      for part in target.split(separator: "/").dropLast() {
        above = SourceTree.join(above, String(part))
        let full = base.isEmpty ? above : "\(base)/\(above)"
        guard let status = try status(full, followingLast: true) else { continue }
        items.append(SourceItem(path: full, target: above, info: status, isTop: false))
      }
    }
    items.append(SourceItem(path: path, target: target, info: info, isTop: true))
    if isDirectory { try descend(path, target, excludes, from: path, depth: 0, &items) }
    return FileSelection(path: path, isDirectory: isDirectory, items: items)
  }

  private func descend(
    _ path: String, _ target: String, _ excludes: [PathPattern], from top: String, depth: Int,
    _ items: inout [SourceItem]
  ) throws {
    guard depth < 200 else {
      throw DockerfileError(
        Text("/\(path): directories are nested too deeply", ko: "/\(path): 디렉터리가 너무 깊습니다"),
        isSyntax: false)
    }
    for name in try children(of: path) {
      let child = SourceTree.join(path, name)
      let relative = top.isEmpty ? child : String(child.dropFirst(top.utf8.count + 1))
      if excludes.contains(where: { IgnoreFile.covers($0, relative) }) { continue }
      guard let info = try status(child, followingLast: false) else { continue }
      let item = SourceItem(
        path: child, target: SourceTree.join(target, name), info: info, isTop: false)
      items.append(item)
      if item.type == S_IFDIR {
        try descend(child, item.target, excludes, from: top, depth: depth + 1, &items)
      }
    }
  }

  private func missing(_ source: String, _ path: String) -> DockerfileError {
    let isIgnored =
      !ignore.isEmpty && ((try? root.status(path, followingLast: false)) != nil)
    return DockerfileError(
      Text(
        "failed to compute cache key: failed to calculate checksum of ref: \"/\(path)\": not found",
        ko: "\"/\(path)\"이(가) 없습니다"),
      hint: isIgnored
        ? Text(".dockerignore leaves \(path) out", ko: ".dockerignore가 \(path)을(를) 빼 놓았습니다")
        : Text(
          "paths are relative to the build context, the last argument of build",
          ko: "경로는 build의 마지막 인자인 빌드 컨텍스트에서 시작합니다"), isSyntax: false)
  }
}

extension String {
  /// Without a slash at the beginning; empty for `.`.
  fileprivate var droppingSlash: String {
    let text = hasPrefix("/") ? String(dropFirst()) : self
    return text == "." ? "" : text
  }

  fileprivate func range(ofPivot pivot: String) -> Range<String.Index>? {
    guard contains(pivot) else { return nil }
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(pivot) {
        return start..<(index(start, offsetBy: pivot.count))
      }
      start = index(after: start)
    }
    return nil
  }
}

extension PathPattern {
  /// The name that a pattern without wildcards stands for.
  static func unescaped(_ text: String) -> String {
    var result = ""
    var scanner = WordScanner(text)
    while let scalar = scanner.take() {
      result.append(scalar == "\\" ? scanner.take() ?? scalar : scalar)
    }
    return result
  }
}
