// Containers whose root is not the machine's (`dklab serve --userns-remap`, DKLAB_USERNS_REMAP).
//
// /etc/subuid and /etc/subgid lend a user a range of numbers that nobody else has. A container's user
// namespace maps its 0, 1, 2 … to that range: root inside is 100000 outside, who owns nothing there, so what
// breaks out of the container is nobody.
//
// The setting is dockerd's, with its rules and words: a user, `user:group`, numbers, or `default` for a user
// `dockremap` that is made when it is missing. A container keeps the ranges it was created with.
//
// Simplification: dockerd keeps images and containers apart for each setting, since it changes the owners of
// the files. Here the files stay root's and are shown otherwise (Runtime's MappedOverlay+Tree.swift): images
// are shared, and a volume can be used with and without.
//
// Man pages: user_namespaces(7), subuid(5). Next: UserRemap+Default.swift.

import Glibc
import Linux
import Runtime
import Support

/// Which users of the host a container's users are.
package struct UserRemap: Sendable, Codable, Equatable {
  /// Whose numbers they are.
  package var owner: String
  package var users: [SpecIDMapping]
  package var groups: [SpecIDMapping]

  /// Where the setting stands in the environment: so that all processes of a server have it.
  package static let variable = "DKLAB_USERNS_REMAP"

  /// What the setting is resolved with: the texts of the files of the same names in /etc.
  package struct Accounts {
    package var passwd: String
    package var group: String
    package var subuid: String
    package var subgid: String

    package init(passwd: String, group: String, subuid: String, subgid: String) {
      (self.passwd, self.group, self.subuid, self.subgid) = (passwd, group, subuid, subgid)
    }

    /// Those of this machine.
    package static func read() -> Accounts {
      func text(_ name: String) -> String { (try? File.text("/etc/\(name)", limit: 4 << 20)) ?? "" }
      return Accounts(
        passwd: text("passwd"), group: text("group"), subuid: text("subuid"), subgid: text("subgid")
      )
    }
  }

  private static var setting: String? {
    getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether containers get users of their own. Makes nobody, unlike `current`.
  package static var isOn: Bool {
    guard let setting else { return false }
    if setting.prefix(while: { $0 != ":" }) == defaultSetting { return true }
    return (try? current()) != nil
  }

  /// The setting of this process, resolved, for a container that is being made or a server that starts; nil
  /// when there is none, or it means root itself. The user of `default` is made when it is missing, unless
  /// `makesUser` is false: then the answer is what he would get.
  ///
  /// Throws `DklabError` `userns.rootless`, `userns.invalid`, `userns.no-user`, `userns.no-ranges`.
  package static func current(makesUser: Bool = true) throws -> UserRemap? {
    guard let text = setting else { return nil }
    guard !UserNamespace.current.isNested else {
      throw DklabError(
        .unsupported, id: "userns.rootless",
        Text(
          "userns-remap is not supported in rootless mode",
          ko: "root 없이 실행할 때는 userns-remap을 쓸 수 없습니다"),
        hint: Text(
          "there is nothing to add: the container's root is you already, and nobody else",
          ko: "더할 것이 없습니다. 컨테이너의 root는 이미 당신일 뿐입니다"), exitStatus: 125)
    }
    return try resolve(text, .read()) {
      guard makesUser else { return .read().withDefaultUser() }
      try makeDefaultUser()
      return .read()
    }
  }

  /// Resolves `setting`. `makingDefault` makes the user of `default` and returns the accounts then.
  package static func resolve(
    _ setting: String, _ accounts: Accounts, makingDefault: () throws -> Accounts
  ) throws -> UserRemap? {
    let parts = setting.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2 else {
      throw invalid("Invalid user/group specification in --userns-remap: \"\(setting)\"")
    }
    var accounts = accounts
    let isDefault = parts[0] == defaultSetting
    if isDefault, find(defaultUser, in: accounts.passwd) == nil { accounts = try makingDefault() }
    let user = try user(isDefault ? defaultUser : parts[0], accounts)
    _ = try group(parts.count == 2 ? parts[1] : isDefault ? defaultUser : parts[0], accounts)
    if user.name == "root" { return nil }
    // As dockerd: the groups, too, are those lent to the user.
    return UserRemap(
      owner: user.name,
      users: try ranges("subuid", accounts.subuid, user),
      groups: try ranges("subgid", accounts.subgid, user))
  }

  private static func user(_ text: String, _ accounts: Accounts) throws -> HostUsers.Entry {
    if let found = find(text, in: accounts.passwd) { return found }
    throw noUser(
      Int32(text).map { "Uid \($0) has no entry in /etc/passwd" }
        ?? "Error during uid lookup for \"\(text)\": no matching entries in passwd file")
  }

  private static func group(_ text: String, _ accounts: Accounts) throws -> HostUsers.Entry {
    if let found = find(text, in: accounts.group) { return found }
    throw noUser(
      Int32(text).map { "Gid \($0) has no entry in /etc/group" }
        ?? "Error during gid lookup for \"\(text)\": no matching entries in group file")
  }

  private static func find(_ text: String, in file: String) -> HostUsers.Entry? {
    let entries = HostUsers.parse(file)
    if let id = UInt32(text) { return entries.first { $0.id == id } }
    return entries.first { $0.name == text }
  }

  /// The ranges one after the other: the container's ids have no gaps.
  private static func ranges(
    _ file: String, _ text: String, _ user: HostUsers.Entry
  ) throws -> [SpecIDMapping] {
    var next: UInt32 = 0
    var result: [SpecIDMapping] = []
    for range in SubordinateIDs.parse(text).of(user.name, user.id) {
      result.append(SpecIDMapping(containerID: next, hostID: range.first, size: range.count))
      let (sum, overflows) = next.addingReportingOverflow(range.count)
      guard !overflows else {
        throw DklabError(
          .invalid, id: "userns.no-ranges",
          Text(
            "Can't create ID mappings: the \(file) ranges of user \"\(user.name)\" are more than all ids",
            ko: "ID를 매핑할 수 없습니다. /etc/\(file)에 있는 사용자 \"\(user.name)\"의 범위가 전체 ID 수보다 많습니다"),
          exitStatus: 125)
      }
      next = sum
    }
    guard !result.isEmpty else {
      throw DklabError(
        .notFound, id: "userns.no-ranges",
        Text(
          "Can't create ID mappings: no \(file) ranges found for user \"\(user.name)\"",
          ko: "ID를 매핑할 수 없습니다. /etc/\(file)에 사용자 \"\(user.name)\"의 범위가 없습니다"),
        hint: Text(
          "add a line to /etc/\(file), such as \(user.name):100000:65536",
          ko: "/etc/\(file)에 \(user.name):100000:65536 같은 줄을 추가하십시오"), exitStatus: 125)
    }
    return result
  }

  private static func invalid(_ message: String) -> DklabError {
    DklabError(
      .invalid, id: "userns.invalid", Text(message, ko: "userns-remap이 올바르지 않습니다: \(message)"),
      hint: Text(
        "accepted: default, USER, USER:GROUP, UID, UID:GID",
        ko: "쓸 수 있는 값: default, USER, USER:GROUP, UID, UID:GID"), exitStatus: 125)
  }

  private static func noUser(_ message: String) -> DklabError {
    DklabError(
      .notFound, id: "userns.no-user",
      Text(message, ko: "userns-remap에 쓸 사용자를 찾을 수 없습니다: \(message)"), exitStatus: 125)
  }
}
