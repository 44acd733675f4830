import Testing

@testable import Runtime

@Suite("Who --user means") struct AccountTests {
  let passwd = """
    root:x:0:0:root:/root:/bin/sh
    # a comment:x:9:9::/:
    bob:x:1000:1000::/home/bob:/bin/sh
    1234:x:77:77::/home/odd:
    short:x
    """
  let group = """
    root:x:0:
    bob:x:1000:
    extra:x:55:alice,bob
    other:x:56:bobby
    """

  func resolve(_ name: String) throws -> Account {
    var user = SpecUser()
    user.username = name
    return try Account.resolve(user, passwd: passwd, group: group)
  }

  @Test("a name brings its ids, its home and every group that lists it") func name() throws {
    let account = try resolve("bob")
    #expect(account.uid == 1000 && account.gid == 1000 && account.home == "/home/bob")
    #expect(account.groups == [1000, 55])
  }

  @Test("groups that are added may have names, which the container knows; others are told")
  func addedGroups() throws {
    var user = SpecUser()
    user.username = "1009"
    user.additionalGids = [7]
    user.additionalGroups = ["extra", "other"]
    #expect(try Account.resolve(user, passwd: passwd, group: group).groups == [0, 7, 55, 56])
    user.username = nil
    #expect(try Account.resolve(user, passwd: passwd, group: group).groups == [7, 55, 56])
    user.additionalGroups = ["nobodys"]
    let failure = #expect(throws: LaunchFailure.self) {
      try Account.resolve(user, passwd: passwd, group: group)
    }
    #expect(failure?.message.contains("unable to find group nobodys") == true)
  }

  @Test("a number known to /etc/passwd is that user") func knownNumber() throws {
    #expect(try resolve("1000") == resolve("bob"))
  }

  @Test("a number nobody knows has group 0 and lives in /") func unknownNumber() throws {
    let account = try resolve("1009")
    #expect(account.uid == 1009 && account.gid == 0 && account.home == "/")
    #expect(account.groups == [0])
  }

  @Test("a name made of digits wins over the number") func digitsAsName() throws {
    #expect(try resolve("1234").uid == 77)
  }

  @Test("an explicit group replaces the user's groups", arguments: ["bob:extra", "bob:55"])
  func explicitGroup(text: String) throws {
    let account = try resolve(text)
    #expect(account.gid == 55 && account.groups == [55] && account.uid == 1000)
  }

  @Test(
    "unknown names fail and say which",
    arguments: [("nobody", "nobody"), ("bob:nogroup", "nogroup")])
  func unknown(text: String, named: String) {
    let failure = #expect(throws: LaunchFailure.self) { try resolve(text) }
    #expect(failure?.message.contains(named) ?? false)
  }

  @Test("ids of a specification are taken as they are") func numeric() throws {
    var user = SpecUser()
    user.uid = 5
    user.gid = 6
    user.additionalGids = [7]
    let account = try Account.resolve(user, passwd: passwd, group: group)
    #expect(account.uid == 5 && account.gid == 6 && account.groups == [7] && account.home == "/")
  }

  @Test("files that are missing or empty still give root a home") func noFiles() throws {
    let account = try Account.resolve(SpecUser(), passwd: "", group: "")
    #expect(account.uid == 0 && account.home == "/")
  }
}
