import Linux
import Support
import Testing

@testable import Registry

@Suite("Passwords of a registry")
struct BcryptTests {
  @Test("Blowfish begins with the digits of π")
  func pi() {
    #expect(
      PiDigits.words.prefix(4).elementsEqual([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]))
    #expect(PiDigits.words.suffix(2).elementsEqual([0x578f_dfe3, 0x3ac3_72e6]))
  }

  @Test(
    "hashes that others made are understood",
    arguments: [
      // htpasswd's own, and the published test vectors of the algorithm.
      ("secret", "$2y$05$iZ43nzXKK8djfG/utIl2jOr7MKlQT5DRQPD3OxYxy3T7rg11vSdDy"),
      ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
      ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
    ])
  func foreign(_ password: String, _ hash: String) {
    #expect(Bcrypt.matches(password, hash))
    #expect(!Bcrypt.matches(password + "x", hash))
  }

  @Test("a hash of our own is one that htpasswd understands")
  func own() throws {
    let hash = Bcrypt.hash("päss", cost: 4)
    #expect(Bcrypt.isHash(hash) && Bcrypt.matches("päss", hash) && !Bcrypt.matches("pass", hash))
    guard ChildProgram.find("htpasswd") != nil else { return }
    let directory = TemporaryDirectory()
    try File.replace(directory.path + "/users", "me:\(hash)\n")
    let program = try ChildProgram(["htpasswd", "-vb", directory.path + "/users", "me", "päss"])
    _ = try readAll(program.output)
    #expect(try program.wait().status.code == 0)
  }

  @Test(
    "what is no hash admits nobody",
    arguments: ["", "secret", "$apr1$abc$def", "$2y$99$" + String(repeating: "a", count: 53)])
  func refused(_ hash: String) {
    #expect(!Bcrypt.isHash(hash) && !Bcrypt.matches("secret", hash))
  }

  @Test("users come in with their password, and the file counts as it is now")
  func file() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/users"
    try File.replace(path, "# the lab\n\nlab:\(Bcrypt.hash("a:b", cost: 4))\n")
    let users = try Htpasswd(path: path)
    func header(_ text: String) -> String { "Basic " + Base64.encode(Array(text.utf8)) }
    #expect(users.admits(header("lab:a:b")))
    #expect(users.admits(header("lab:a:b")))
    for wrong in ["lab:a", "lab", "other:a:b", ":"] { #expect(!users.admits(header(wrong))) }
    for wrong in [nil, "", "Bearer x", "Basic ###"] { #expect(!users.admits(wrong)) }
    try File.replace(path, "lab:\(Bcrypt.hash("new", cost: 4))\n")
    #expect(!users.admits(header("lab:a:b")))
    #expect(users.admits(header("lab:new")))
    try File.replace(path, "lab:$apr1$x$y\n")
    let error = #expect(throws: DklabError.self) { try Htpasswd(path: path) }
    #expect(error?.location?.line == 1 && error?.id == "htpasswd.invalid")
  }
}
