import Linux
import Testing

@testable import Networks

@Suite struct NameReplyTests {
  private func question(_ name: String, type: UInt16 = 1) throws -> DNSQuestion {
    try #require(DNSQuestion(DNSMessageTests.query(name, type: type)))
  }

  @Test("a zone speaks with authority, and says what does not exist")
  func authority() throws {
    let reply = NameReply([.init(.address(IPv4Address(10, 96, 0, 1)))])
    let message = reply.message(try question("web.test"), limit: 512)
    #expect(message[2] & 4 == 4 && message[3] & 15 == 0 && message[7] == 1)
    #expect(message.suffix(4) == [10, 96, 0, 1])
    let nothing = NameReply.nothing.message(try question("no.test"), limit: 512)
    #expect(nothing[3] & 15 == 3 && nothing[7] == 0)
  }

  @Test("a service record holds priority, weight, port and name; its address goes along")
  func service() throws {
    var reply = NameReply([
      .init(.service(priority: 0, weight: 100, port: 8080, target: "a.b"))
    ])
    reply.additional = [.init(.address(IPv4Address(10, 0, 0, 2)), of: "a.b")]
    let message = reply.message(
      try question("_http._tcp.b", type: NameQuestion.service), limit: 512)
    #expect(message[7] == 1 && message[11] == 1)
    let data: [UInt8] = [0, 0, 0, 100, 0x1F, 0x90, 1, 97, 1, 98, 0]
    let all = message.map(String.init).joined(separator: ",")
    #expect(all.contains(data.map(String.init).joined(separator: ",")))
    // What does not fit is cut off, and the additional records before it.
    let cut = reply.message(
      try question("_http._tcp.b", type: NameQuestion.service), limit: 40)
    #expect(cut[2] & 2 == 2 && cut[7] == 0 && cut[11] == 0)
  }

  @Test("an alias is completed with what others say, or answered alone")
  func alias() throws {
    var aliases = NameAliases()
    var reply = NameReply([.init(.alias("example.com"))])
    reply.foreign = "example.com"
    let asker = NameServer.Asker.client(7)
    let (id, query) = aliases.wait(
      try question("out.test"), reply, "example.com", for: asker, limit: 512)
    let asked = try #require(DNSQuestion(query))
    #expect(asked.name == "example.com" && asked.type == 1)
    let heard = DNSAnswer.make(asked, [.init(type: 1, data: [1, 2, 3, 4])])
    let answered = aliases.complete(id, with: heard)
    let done = try #require(answered)
    #expect(done.asker == asker && done.reply[7] == 2 && done.reply.suffix(4) == [1, 2, 3, 4])
    let twice = aliases.complete(id, with: heard)
    #expect(twice == nil)
    let (other, _) = aliases.wait(
      try question("out.test"), reply, "example.com", for: asker, limit: 512)
    let failed = DNSAnswer.make(asked, code: DNSAnswer.Code.serverFailure)
    let refused = aliases.complete(other, with: failed)
    #expect(try #require(refused).reply[7] == 1)
  }

  @Test("damaged answers of others have no records")
  func damaged() throws {
    let asked = try question("example.com")
    let whole = DNSAnswer.make(asked, [.init(type: 1, data: [1, 2, 3, 4])])
    for length in 0..<whole.count {
      #expect(DNSRecords.data(in: Array(whole[..<length]), type: 1).isEmpty)
    }
    #expect(DNSRecords.data(in: whole, type: 5).isEmpty)
  }
}
