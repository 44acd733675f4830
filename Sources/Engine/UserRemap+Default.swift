// The user of `--userns-remap=default`: a name for a range of numbers, that nobody logs in as.

import Glibc
import Linux
import Support

extension UserRemap {
  /// What the setting is called.
  static let defaultSetting = "default"
  /// The user whom dockerd makes for it, too.
  static let defaultUser = "dockremap"
  static let rangeSize: UInt32 = 65536

  /// Makes the user and its group, and lends it 65536 numbers of each kind that nobody has: with the system's
  /// own programs, useradd (or adduser) and usermod.
  ///
  /// Throws `DklabError` `userns.make-user`.
  static func makeDefaultUser() throws {
    let ways = [
      ("useradd", ["-r", "-U", "-s", "/bin/false", defaultUser]),
      (
        "adduser",
        ["--system", "--shell", "/bin/false", "--no-create-home", "--group", defaultUser]
      ),
    ]
    guard
      let (program, arguments) = ways.lazy.compactMap({ name, arguments in
        HostProgram(name).map { ($0, arguments) }
      }).first
    else { throw failed("neither useradd nor adduser is there") }
    let made = try program.run(arguments)
    // Another command may just have made it.
    let isThere = HostUsers.parse((try? File.text("/etc/passwd")) ?? "").contains {
      $0.name == defaultUser
    }
    guard isThere else { throw failed(made.output) }
    try lend("/etc/subuid", "-v")
    try lend("/etc/subgid", "-w")
  }

  /// The first of the numbers that `text`, one of the two files, has for the user.
  fileprivate static func freeRange(_ text: String) -> UInt32? {
    SubordinateIDs.nextFree(rangeSize, beside: SubordinateIDs.parse(text))
  }

  private static func lend(_ file: String, _ flag: String) throws {
    let ranges = SubordinateIDs.read(file)
    if ranges.contains(where: { $0.owner == defaultUser }) { return }
    guard let usermod = HostProgram("usermod") else { throw failed("usermod is not there") }
    guard let first = SubordinateIDs.nextFree(rangeSize, beside: ranges) else {
      throw failed("no range of \(rangeSize) ids is free in \(file)")
    }
    let done = try usermod.run([flag, "\(first)-\(first + rangeSize - 1)", defaultUser])
    guard done.succeeded else { throw failed(done.output) }
  }

  private static func failed(_ cause: String) -> DklabError {
    let cause = cause.split(separator: "\n").joined(separator: "; ")
    return DklabError(
      .unavailable, id: "userns.make-user",
      Text(
        "Error during \"\(defaultUser)\" user creation: \(cause)",
        ko: "사용자 \"\(defaultUser)\"을(를) 만들 수 없습니다: \(cause)"), exitStatus: 125)
  }
}

extension UserRemap.Accounts {
  /// These, with the user of `default` as `makeDefaultUser` would make him. His own number is a stand-in:
  /// nothing of a mapping depends on it.
  func withDefaultUser() -> UserRemap.Accounts {
    let name = UserRemap.defaultUser
    var result = self
    let number = UInt32.max - 1
    result.passwd += "\n\(name):x:\(number):\(number)::/home/\(name):/bin/false\n"
    result.group += "\n\(name):x:\(number):\n"
    for file in [\UserRemap.Accounts.subuid, \.subgid] {
      let text = result[keyPath: file]
      guard !SubordinateIDs.parse(text).contains(where: { $0.owner == name }),
        let first = UserRemap.freeRange(text)
      else { continue }
      result[keyPath: file] += "\n\(name):\(first):\(UserRemap.rangeSize)\n"
    }
    return result
  }
}
