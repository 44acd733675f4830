import Linux
import Support
import Testing

@testable import Networks

@Suite struct AddressPoolTests {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  func pool(_ subnet: String = "172.17.0.0/16") throws -> AddressPool {
    let subnet = try #require(IPv4Subnet(subnet))
    return try AddressPool(
      path: directory.path + "/ipam", subnet: subnet,
      gateway: IPv4Address(value: subnet.base.value + 1))
  }

  @Test("addresses are given from the lowest up, past the gateway, and freed ones again")
  func lowestFirst() throws {
    var pool = try pool()
    #expect(try pool.allocate(owner: "a").description == "172.17.0.2")
    #expect(try pool.allocate(owner: "b").description == "172.17.0.3")
    #expect(try pool.release { $0 == "a" } == ["a"])
    #expect(try pool.allocate(owner: "c").description == "172.17.0.2")
    #expect(try pool.allocate(owner: "d").description == "172.17.0.4")
  }

  @Test("asking twice gives the same address, also to the next process")
  func idempotent() throws {
    var first = try pool()
    let address = try first.allocate(owner: "a")
    var second = try pool()
    #expect(try second.allocate(owner: "a") == address)
    #expect(try second.allocate(owner: "b") != address)
  }

  @Test("an address that was asked for is checked: in the subnet, not the gateway, not in use")
  func wanted() throws {
    var pool = try pool()
    #expect(
      try pool.allocate(owner: "a", wanted: IPv4Address(172, 17, 5, 5)).description == "172.17.5.5")
    for (address, id) in [
      (IPv4Address(172, 17, 5, 5), "network.address-in-use"),
      (IPv4Address(172, 17, 0, 1), "network.address-invalid"),
      (IPv4Address(172, 17, 255, 255), "network.address-invalid"),
      (IPv4Address(10, 0, 0, 1), "network.address-invalid"),
    ] {
      let error = try #require(throws: DklabError.self) {
        try pool.allocate(owner: "b", wanted: address)
      }
      #expect(error.id == id)
    }
    #expect(
      try pool.allocate(owner: "a", wanted: IPv4Address(172, 17, 6, 6)).description == "172.17.6.6")
    #expect(pool.owners.count == 1)
  }

  @Test("a full subnet says so")
  func exhausted() throws {
    var pool = try pool("10.0.0.0/29")
    for index in 0..<5 { _ = try pool.allocate(owner: "c\(index)") }
    let error = try #require(throws: DklabError.self) { try pool.allocate(owner: "late") }
    #expect(error.id == "network.exhausted")
  }

  @Test("lines that make no sense are dropped, the others kept")
  func damagedFile() throws {
    try File.replace(
      directory.path + "/ipam", "172.17.0.2 a\n\u{0}\u{0}\n172.17.0.9\n1.2.3.4 x\n172.17.0.3 b\n")
    let pool = try pool()
    #expect(pool.owners.values.sorted() == ["a", "b"])
  }

  @Test("the networks of an instance share a file, and leave each other's lines alone")
  func shared() throws {
    var first = try pool()
    _ = try first.allocate(owner: "a", names: ["web", "www"])
    var second = try pool("172.18.0.0/16")
    #expect(try second.allocate(owner: "a", names: ["web"]).description == "172.18.0.2")
    #expect(try pool().owners.count == 1)
    #expect(
      try File.text(directory.path + "/ipam") == "172.17.0.2 a web www\n172.18.0.2 a web\n")
    #expect(try second.release(onlyThisSubnet: true) { $0 == "a" } == ["a"])
    #expect(try pool().owners.values.sorted() == ["a"])
  }

  @Test("addresses come from the range, and those that belong to something else are left out")
  func range() throws {
    let subnet = try #require(IPv4Subnet("10.9.0.0/24"))
    var pool = try AddressPool(
      path: directory.path + "/ipam", subnet: subnet, gateway: IPv4Address(10, 9, 0, 1),
      range: IPv4Subnet("10.9.0.128/30"), reserved: [IPv4Address(10, 9, 0, 129)])
    #expect(try pool.allocate(owner: "a").description == "10.9.0.128")
    #expect(try pool.allocate(owner: "b").description == "10.9.0.130")
    #expect(try pool.allocate(owner: "c").description == "10.9.0.131")
    #expect(throws: DklabError.self) { try pool.allocate(owner: "d") }
    // The whole subnet is there for who asks.
    #expect(
      try pool.allocate(owner: "d", wanted: IPv4Address(10, 9, 0, 7)).description == "10.9.0.7")
  }
}
