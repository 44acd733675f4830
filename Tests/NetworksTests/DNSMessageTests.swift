import Linux
import Support
import Testing

@testable import Networks

@Suite struct DNSMessageTests {
  /// A query for `name`, as a resolver sends it.
  static func query(
    _ name: String, type: UInt16 = 1, id: UInt16 = 0x1234, size: UInt16? = nil
  ) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(id >> 8), UInt8(id & 255), 1, 0, 0, 1, 0, 0, 0, 0, 0]
    bytes.append(size == nil ? 0 : 1)
    bytes += DNSAnswer.encode(name: name) + [UInt8(type >> 8), UInt8(type & 255), 0, 1]
    if let size {
      bytes += [0, 0, 41, UInt8(size >> 8), UInt8(size & 255), 0, 0, 0, 0, 0, 0]
    }
    return bytes
  }

  @Test("a question is read: name in lower case, type, how much the asker takes")
  func question() throws {
    let plain = try #require(DNSQuestion(Self.query("Web.Lab", type: 28)))
    #expect(plain.name == "web.lab" && plain.type == 28 && plain.classCode == 1)
    #expect(plain.id == 0x1234 && plain.isQuery && plain.isStandard && plain.limit == 512)
    let large = try #require(DNSQuestion(Self.query("web", size: 1232)))
    #expect(large.limit == 1232)
    // Less than every resolver must take is not believed.
    #expect(try #require(DNSQuestion(Self.query("web", size: 100))).limit == 512)
  }

  @Test("whatever is cut off or damaged is no question, and nothing crashes")
  func damaged() {
    let whole = Self.query("a.rather.long.name.example", size: 4096)
    let end = Self.query("a.rather.long.name.example").count
    for length in 0..<end { #expect(DNSQuestion(whole[..<length]) == nil) }
    for length in end...whole.count { #expect(DNSQuestion(whole[..<length]) != nil) }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var bytes = whole
      for _ in 0..<3 {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0 ... .max)
      }
      _ = DNSQuestion(bytes)
    }
    // A pointer, a label of 64 octets, two questions, none.
    #expect(DNSQuestion([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1]) == nil)
    var many = Self.query("web")
    many[5] = 2
    #expect(DNSQuestion(many) == nil)
  }

  @Test("an answer has the question, its number, and the records with a pointer to the name")
  func answer() throws {
    let question = try #require(DNSQuestion(Self.query("Web")))
    let reply = DNSAnswer.make(question, [.init(type: 1, data: [172, 18, 0, 2])])
    #expect(reply[..<12] == [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0])
    // As it was asked, capital letters included: that is how some resolvers know their answers.
    #expect(Array(reply[12..<21]) == [3] + Array("Web".utf8) + [0, 0, 1, 0, 1])
    #expect(reply[21...] == [0xC0, 12, 0, 1, 0, 1, 0, 0, 2, 0x58, 0, 4, 172, 18, 0, 2])
  }

  @Test("an answer that does not fit is cut between records and says so")
  func truncated() throws {
    let question = try #require(DNSQuestion(Self.query("web")))
    let records = (0..<100).map { DNSAnswer.Record(type: 1, data: [172, 18, 0, UInt8($0)]) }
    let cut = DNSAnswer.make(question, records, limit: 512)
    #expect(cut.count <= 512 && cut.count > 490)
    #expect(cut[2] & 0x02 != 0)
    #expect(Int(cut[7]) == (cut.count - 12 - question.bytes.count) / 16)
    let whole = DNSAnswer.make(question, records, limit: 65535)
    #expect(whole[2] & 0x02 == 0 && whole[7] == 100)
  }

  @Test("reverse names of both families are read")
  func reverse() {
    #expect(IPAddress(reverseName: "3.0.18.172.in-addr.arpa") == IPAddress("172.18.0.3"))
    let digits = "2" + String(repeating: ".0", count: 27) + ".0.0.d.f.ip6.arpa"
    #expect(IPAddress(reverseName: digits) == IPAddress("fd00::2"))
    for name in ["", "arpa", "1.2.3.in-addr.arpa", "x.0.18.172.in-addr.arpa", "1.ip6.arpa"] {
      #expect(IPAddress(reverseName: name) == nil, "\(name)")
    }
  }

  @Test("messages of a stream are taken out whole, and a part waits for the rest")
  func stream() {
    var input: [UInt8] = [0, 2, 7, 8, 0, 0, 0, 3, 1]
    #expect(NameClient.messages(in: &input) == [[7, 8], []])
    #expect(input == [0, 3, 1])
    input += [2, 3]
    #expect(NameClient.messages(in: &input) == [[1, 2, 3]] && input.isEmpty)
  }
}

@Suite struct NameTableTests {
  let directory: TemporaryDirectory
  var path: String { directory.path + "/ipam" }

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test("a name is found on the networks the asker is on, and nowhere else")
  func found() throws {
    try File.replace(
      path,
      """
      172.18.0.2,fd00::2 aaa web www
      172.18.0.3 bbb db
      172.18.0.4 ccc web2 www
      172.19.0.2 ddd other db

      """)
    var table = NameTable(path: path)
    let first = try #require(IPv4Subnet("172.18.0.0/16"))
    let second = try #require(IPv4Subnet("172.19.0.0/16"))
    #expect(table.find("web", in: [first])?.v4 == [IPv4Address(172, 18, 0, 2)])
    #expect(table.find("web", in: [first])?.v6.first?.last == 2)
    #expect(table.find("www", in: [first])?.v4.count == 2)
    #expect(table.find("db", in: [first])?.v4 == [IPv4Address(172, 18, 0, 3)])
    #expect(table.find("db", in: [first, second])?.v4.count == 2)
    #expect(table.find("other", in: [first]) == nil)
    #expect(table.name(of: .v4(IPv4Address(172, 18, 0, 3)), in: [first]) == "db")
    #expect(table.name(of: .v4(IPv4Address(172, 19, 0, 2)), in: [first]) == nil)
    let v6 = try #require(IPAddress("fd00::2"))
    #expect(table.name(of: v6, in: [first]) == "web")
  }

  @Test("a replaced file is read again, a missing one is empty")
  func changes() throws {
    var table = NameTable(path: path)
    let subnet = try #require(IPv4Subnet("10.0.0.0/8"))
    #expect(table.find("a", in: [subnet]) == nil)
    try File.replace(path, "10.0.0.2 x a\n")
    #expect(table.find("a", in: [subnet]) != nil)
    try File.replace(path, "10.0.0.2 x b\n")
    #expect(table.find("a", in: [subnet]) == nil && table.find("b", in: [subnet]) != nil)
  }
}
