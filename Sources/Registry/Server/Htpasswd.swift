import struct Crypto.SHA256
import Glibc
import Linux
import Support
import Synchronization

/// Who may use a registry: lines `USER:$2y$…`, as `htpasswd -B` and `dklab registry htpasswd` write
/// them. The file is read again when it changes. Safe to use from anywhere; checking may take as long
/// as the hash's cost says, once for each password.
package final class Htpasswd: Sendable {
  private struct State {
    var users: [String: String] = [:]
    var changed: Int64 = -1
    /// Passwords that were right, as hashes that mean nothing outside of this process.
    var known: Set<[UInt8]> = []
  }

  private let path: String
  private let state = Mutex(State())
  private let secret = (0..<32).map { _ in UInt8.random(in: 0...255) }
  /// What strangers are compared with, so that a name that exists takes no longer than one that does
  /// not.
  private static let nobody = Bcrypt.hash("", cost: 5)

  /// Reads the file at `path`.
  ///
  /// Throws `htpasswd.invalid` with the line that cannot be used.
  package init(path: String) throws {
    self.path = path
    try reload()
  }

  /// Whether the header `Authorization` names a user with their password.
  func admits(_ header: String?) -> Bool {
    try? reload()
    guard let header, header.lowercased().hasPrefix("basic "),
      let bytes = Base64.decode(String(header.dropFirst(6).drop { $0 == " " }))
    else { return false }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let colon = text.firstIndex(of: ":") else { return false }
    let user = String(text[..<colon])
    let hash = state.withLock { $0.users[user] }
    var digest = SHA256()
    digest.update(data: secret + bytes + Array((hash ?? "").utf8))
    let mark = Array(digest.finalize())
    if state.withLock({ $0.known.contains(mark) }) { return true }
    let isRight = Bcrypt.matches(String(text[text.index(after: colon)...]), hash ?? Self.nobody)
    guard isRight, hash != nil else { return false }
    state.withLock { _ = $0.known.insert(mark) }
    return true
  }

  private func reload() throws {
    var info = stat()
    try check(stat(path, &info), "stat", path)
    let changed = Int64(info.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(info.st_mtim.tv_nsec)
    guard state.withLock({ $0.changed != changed }) else { return }
    var users: [String: String] = [:]
    let lines = try File.text(path, limit: 1 << 20)
      .split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
      let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
      guard parts.count == 2, Bcrypt.isHash(parts[1]) else {
        throw DklabError(
          .invalid, id: "htpasswd.invalid",
          Text("not USER:HASH with a bcrypt hash", ko: "사용자:해시 꼴의 bcrypt 해시가 아닙니다"),
          hint: Text(
            "make one with `dklab registry htpasswd USER`, or with `htpasswd -nB USER`",
            ko: "`dklab registry htpasswd 사용자` 또는 `htpasswd -nB 사용자` 명령으로 만드세요"),
          at: SourceLocation(file: path, line: index + 1, column: 1))
      }
      users[parts[0]] = parts[1]
    }
    let read = users
    state.withLock { state in
      state.users = read
      state.changed = changed
      state.known = []
    }
  }
}
