import Linux
import Runtime
import Support
import Testing

@testable import Engine

@Suite("userns-remap") struct UserRemapTests {
  private static let accounts = UserRemap.Accounts(
    passwd: "root:x:0:0::/root:/bin/sh\nkim:x:1000:1000::/home/kim:/bin/sh\nlee:x:1001:1001:::\n",
    group: "root:x:0:\nkim:x:1000:\nstaff:x:50:\n",
    subuid: "kim:100000:65536\nother:165536:65536\n1000:300000:10\n",
    subgid: "kim:200000:65536\n")

  private func resolve(_ setting: String) throws -> UserRemap? {
    try UserRemap.resolve(setting, Self.accounts) {
      Issue.record("a user was made")
      return Self.accounts
    }
  }

  @Test("names and numbers mean the same, and ranges follow one another without gaps")
  func forms() throws {
    let expected = UserRemap(
      owner: "kim",
      users: [
        SpecIDMapping(containerID: 0, hostID: 100_000, size: 65536),
        SpecIDMapping(containerID: 65536, hostID: 300_000, size: 10),
      ], groups: [SpecIDMapping(containerID: 0, hostID: 200_000, size: 65536)])
    for setting in ["kim", "kim:kim", "kim:staff", "1000", "1000:50"] {
      #expect(try resolve(setting) == expected, "\(setting)")
    }
    #expect(expected.onHost(65540, 0)?.user == 300_004)
    #expect(expected.onHost(65546, 0) == nil)
    #expect(expected.inContainer(100_005, 200_007)?.group == 7)
    #expect(expected.inContainer(0, 0) == nil)
  }

  @Test("root mapped to itself is no mapping")
  func root() throws {
    #expect(try resolve("root") == nil)
    #expect(try resolve("0:0") == nil)
  }

  @Test(
    "what is wrong is told in dockerd's words",
    arguments: [
      ("a:b:c", "userns.invalid", "Invalid user/group specification in --userns-remap: \"a:b:c\""),
      ("park", "userns.no-user", "Error during uid lookup for \"park\""),
      ("lee", "userns.no-user", "Error during gid lookup for \"lee\""),
      ("7", "userns.no-user", "Uid 7 has no entry in /etc/passwd"),
      ("1000:7", "userns.no-user", "Gid 7 has no entry in /etc/group"),
      (
        "lee:staff", "userns.no-ranges",
        "Can't create ID mappings: no subuid ranges found for user \"lee\""
      ),
    ])
  func refusals(setting: String, id: String, words: String) throws {
    let error = try #require(throws: DklabError.self) { try resolve(setting) }
    #expect(error.id == id)
    #expect(error.message.en.hasPrefix(words))
  }

  @Test("default makes dockremap when there is none, and takes it when there is one")
  func defaultUser() throws {
    var made = Self.accounts
    made.passwd += "dockremap:x:999:999::/:/bin/false\n"
    made.group += "dockremap:x:999:\n"
    made.subuid += "dockremap:231072:65536\n"
    made.subgid += "dockremap:231072:65536\n"
    var calls = 0
    let fresh = try UserRemap.resolve("default", Self.accounts) {
      calls += 1
      return made
    }
    #expect(calls == 1)
    let known = try UserRemap.resolve("default", made) {
      Issue.record("a user was made twice")
      return made
    }
    #expect(fresh == known && fresh?.owner == "dockremap" && fresh?.users.first?.hostID == 231_072)
  }

  @Test("without making dockremap, default is what it would be")
  func expectedUser() throws {
    let remap = try UserRemap.resolve("default", Self.accounts) { Self.accounts.withDefaultUser() }
    #expect(remap?.owner == "dockremap")
    #expect(
      remap?.users == [SpecIDMapping(containerID: 0, hostID: 231_072, size: 65536)]
        && remap?.groups == [SpecIDMapping(containerID: 0, hostID: 100_000, size: 65536)])
    var lent = Self.accounts
    lent.subuid += "dockremap:700000:65536\n"
    let kept = try UserRemap.resolve("default", lent) { lent.withDefaultUser() }
    #expect(kept?.users.map(\.hostID) == [700_000])
  }

  @Test("the groups that may ping are those that exist")
  func pingGroups() {
    func remap(_ size: UInt32) -> UserRemap {
      let map = [SpecIDMapping(containerID: 0, hostID: 100_000, size: size)]
      return UserRemap(owner: "kim", users: map, groups: map)
    }
    #expect(remap(65536).pingGroups == "0 65534")
    #expect(remap(1000).pingGroups == "0 999")
  }
}
