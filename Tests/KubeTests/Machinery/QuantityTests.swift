import Testing

@testable import Kube

@Suite("Quantities")
struct QuantityTests {
  @Test(
    "are read exactly and written in their canonical form",
    arguments: [
      ("1", "1"), ("1000m", "1"), ("0.5", "500m"), ("1.5", "1500m"), ("100m", "100m"),
      ("1024", "1024"), ("1024Ki", "1Mi"), ("1.5Gi", "1536Mi"), ("64Mi", "64Mi"),
      ("1000Mi", "1000Mi"),
      ("0", "0"), ("0Mi", "0"), ("-1", "-1"), ("1e3", "1e3"), ("12E", "12E"), ("1k", "1k"),
      ("1000k", "1M"), (".5", "500m"), ("0.0000000001", "1n"), ("123456789", "123456789"),
      ("0.5Gi", "512Mi"), ("500", "500"), ("1Ki", "1Ki"), ("100Ki", "100Ki"),
    ])
  func canonical(_ text: String, _ expected: String) throws {
    #expect(try #require(Quantity(text)).description == expected)
  }

  @Test(
    "refuse what is none", arguments: ["", "a", "1x", "1.2.3", "Mi", "1 Mi", "--1", "1e", "1mm"])
  func refused(_ text: String) {
    #expect(Quantity(text) == nil)
  }

  @Test("compare and add whatever their units")
  func arithmetic() throws {
    let one = try #require(Quantity("1Gi"))
    #expect(try #require(Quantity("1024Mi")) == one)
    #expect(try #require(Quantity("999M")) < one)
    #expect((try #require(Quantity("500m")) + Quantity(1)).description == "1500m")
    #expect(try #require(Quantity("1500m")).units == 2)
    #expect(try #require(Quantity("1500m")).milli == 1500)
  }
}
