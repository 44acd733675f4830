// Who `--user` means. Names are looked up in the container's own /etc/passwd and /etc/group, after
// pivot_root, because the same name may stand for another number on the host. The rules are Docker's:
//
//   name          its uid, its gid, and every group that lists it
//   uid           the same if /etc/passwd knows the number, else gid 0 and no groups
//   x:group       that user with exactly this group
//
// Man pages: passwd(5), group(5).

import Glibc
import Linux

/// A resolved user of a container.
struct Account: Equatable {
  var uid: uid_t
  var gid: gid_t
  var groups: [gid_t]
  var home: String

  /// `user` looked up in the files at /etc of the calling process's root.
  static func resolve(_ user: SpecUser) throws -> Account {
    try resolve(user, passwd: database("/etc/passwd"), group: database("/etc/group"))
  }

  /// The container chose what is at `path`: a fifo would never open, a device never end.
  private static func database(_ path: String) -> String {
    guard let file = try? FileDescriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY) else {
      return ""
    }
    var info = stat()
    guard fstat(file.number, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
      let bytes = try? readAll(file.number, limit: 1 << 20, subject: path)
    else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The rule behind `resolve`, with the files passed in.
  static func resolve(_ user: SpecUser, passwd: String, group: String) throws -> Account {
    let users = rows(passwd, atLeast: 4)
    guard let wanted = user.username, !wanted.isEmpty else {
      let row = users.first { uid_t($0[2]) == user.uid }
      return Account(
        uid: user.uid, gid: user.gid, groups: try additional(user, group), home: home(row))
    }
    let parts = wanted.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts[0]
    let row = users.first { $0[0] == name } ?? users.first { uid_t($0[2]) == uid_t(name) }
    var account: Account
    if let row, let uid = uid_t(row[2]), let gid = gid_t(row[3]) {
      account = Account(uid: uid, gid: gid, groups: [gid], home: home(row))
      account.groups += members(of: group, name: row[0]).filter { $0 != gid }
    } else if name.isEmpty {
      account = Account(uid: 0, gid: 0, groups: [0], home: "/root")
    } else if let uid = uid_t(name), uid <= UInt32(Int32.max) {
      account = Account(uid: uid, gid: 0, groups: [0], home: "/")
    } else {
      throw LaunchFailure(
        operation: "setuid",
        message: "unable to find user \(name): no matching entries in passwd file")
    }
    if parts.count == 2 {
      let gid = try lookup(group: parts[1], in: group)
      account.gid = gid
      account.groups = [gid]
    }
    account.groups += try additional(user, group)
    return account
  }

  /// Groups that were asked for besides, by number and by name.
  private static func additional(_ user: SpecUser, _ text: String) throws -> [gid_t] {
    let named = try (user.additionalGroups ?? []).map { try lookup(group: $0[...], in: text) }
    return (user.additionalGids ?? []) + named
  }

  private static func lookup(group name: Substring, in text: String) throws -> gid_t {
    let groups = rows(text, atLeast: 3)
    if let row = groups.first(where: { $0[0] == name }), let gid = gid_t(row[2]) { return gid }
    if let gid = gid_t(name), gid <= UInt32(Int32.max) { return gid }
    throw LaunchFailure(
      operation: "setgid",
      message: "unable to find group \(name): no matching entries in group file")
  }

  private static func members(of text: String, name: Substring) -> [gid_t] {
    rows(text, atLeast: 4).compactMap { row in
      row[3].split(separator: ",").contains(name) ? gid_t(row[2]) : nil
    }
  }

  private static func home(_ row: [Substring]?) -> String {
    guard let row, row.count > 5, !row[5].isEmpty else { return "/" }
    return String(row[5])
  }

  private static func rows(_ text: String, atLeast count: Int) -> [[Substring]] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      return line.hasPrefix("#") || fields.count < count ? nil : fields
    }
  }
}
