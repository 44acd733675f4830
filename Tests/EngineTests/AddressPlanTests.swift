import Linux
import Support
import Testing

@testable import Engine

@Suite struct AddressPlanTests {
  private func pools(
    _ change: (inout NetworkWish) -> Void = { _ in },
    others: [NetworkConfiguration.Pool] = []
  ) throws -> [NetworkConfiguration.Pool] {
    var wish = NetworkWish()
    change(&wish)
    let bridge = NetworkConfiguration.Pool(subnet: IPv4Subnet("172.17.0.0/16"))
    return try AddressPlan(wish: wish, others: [bridge] + others).pools()
  }

  @Test("without a wish the first of docker's pools that is free")
  func defaults() throws {
    #expect(try pools().map(\.subnetText) == ["172.18.0.0/16"])
    #expect(try pools().first?.gateway == "172.18.0.1")
    let taken = (18...31).map {
      NetworkConfiguration.Pool(subnet: IPv4Subnet("172.\($0).0.0/16"))
    }
    #expect(try pools(others: taken).first?.subnetText == "192.168.0.0/20")
    let all =
      taken
      + (0..<16).map {
        NetworkConfiguration.Pool(subnet: IPv4Subnet("192.168.\($0 * 16).0/20"))
      }
    let error = try #require(throws: DklabError.self) { try pools(others: all) }
    #expect(error.id == "network.no-subnet")
  }

  @Test("subnet, range and gateway are matched by who contains whom")
  func matched() throws {
    let made = try pools {
      $0.subnets = ["10.1.0.0/16", "fd01::/64"]
      $0.ranges = ["10.1.4.0/24"]
      $0.gateways = ["fd01::9"]
      $0.auxiliary = ["router": "10.1.0.7"]
    }
    #expect(made.map(\.subnetText) == ["10.1.0.0/16", "fd01::/64"])
    #expect(made[0].range == "10.1.4.0/24" && made[0].gateway == "10.1.4.0")
    #expect(made[1].gateway == "fd01::9" && made[0].auxiliary == ["router": "10.1.0.7"])
  }

  @Test(
    "what cannot be is refused with the value in the message",
    arguments: [
      (["nonsense"], [], [], "nonsense"), (["10.1.0.5/16"], [], [], "10.1.0.0/16"),
      (["10.1.0.0/16"], ["10.2.0.0/24"], [], "10.2.0.0/24"),
      (["10.1.0.0/16"], [], ["10.2.0.1"], "10.2.0.1"),
      (["10.1.0.0/16"], [], ["10.1.0.1", "10.1.0.2"], "10.1.0.2"),
      (["10.1.0.0/16"], [], ["x"], "x"), (["10.1.0.0/16", "10.1.4.0/24"], [], [], "10.1.4.0/24"),
      (["172.17.4.0/24"], [], [], "172.17.4.0/24"),
    ] as [([String], [String], [String], String)])
  func refused(
    subnets: [String], ranges: [String], gateways: [String], word: String
  ) throws {
    let error = try #require(throws: DklabError.self) {
      try pools {
        $0.subnets = subnets
        $0.ranges = ranges
        $0.gateways = gateways
      }
    }
    let text = error.message.en + (error.hint?.en ?? "")
    #expect(text.contains(word), "\(text)")
    #expect(!error.message.ko.isEmpty)
  }

  @Test("IPv6 gets a private prefix of its own for each network")
  func v6() throws {
    let first = try pools { $0.hasIPv6 = true }
    #expect(first.map(\.subnetText) == ["172.18.0.0/16", "fd00:d:1ab::/64"])
    let second = try pools({ $0.hasIPv6 = true }, others: first)
    #expect(second.map(\.subnetText) == ["172.19.0.0/16", "fd00:d:1ab:1::/64"])
    #expect(second[1].gateway == "fd00:d:1ab:1::1")
  }
}
