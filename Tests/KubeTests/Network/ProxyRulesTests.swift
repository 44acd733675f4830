import Documents
import Testing

@testable import Kube

@Suite("The rules of kube-proxy")
struct ProxyRulesTests {
  private func rules(_ addresses: [String], affinity: Int? = nil) -> ProxyRules {
    var port = ServicePort(
      namespace: "default", service: "web", portName: "http", transport: "tcp",
      clusterIP: "10.96.1.1", port: 80)
    port.affinity = affinity
    port.endpoints = addresses.map { .init(address: $0, port: 8080) }
    return ProxyRules([port])
  }

  private func lines(_ rules: ProxyRules, after before: ProxyRules?) -> [String] {
    rules.script(after: before).split(separator: "\n").map {
      String($0).replacing(" ip kube-proxy", with: "")
    }
  }

  @Test("the first script makes the table anew and chooses among the endpoints by chance")
  func first() {
    let made = lines(rules(["10.244.0.2", "10.244.0.3"]), after: nil)
    #expect(made[..<3] == ["add table", "delete table", "add table"])
    #expect(
      made.contains(
        "add rule service-default/web/tcp/80 numgen random mod 2 vmap { 0 : goto "
          + "endpoint-default/web/tcp/80/10.244.0.2/8080, 1 : goto "
          + "endpoint-default/web/tcp/80/10.244.0.3/8080 }"))
    #expect(
      made.contains(
        "add rule endpoint-default/web/tcp/80/10.244.0.3/8080 meta l4proto tcp dnat to "
          + "10.244.0.3:8080"))
    #expect(
      made.suffix(2) == [
        "add element service-ports { 10.96.1.1 . tcp . 80 : goto service-default/web/tcp/80 }",
        "add element hairpins { 10.244.0.2 . 10.244.0.2, 10.244.0.3 . 10.244.0.3 }",
      ])
  }

  @Test("a change touches what is different, and removes a chain after everything that leads to it")
  func change() throws {
    let made = lines(rules(["10.244.0.2"]), after: rules(["10.244.0.2", "10.244.0.3"]))
    #expect(!made.contains { $0.hasPrefix("add table") || $0.contains("10.244.0.2 dnat") })
    #expect(!made.contains("flush chain endpoint-default/web/tcp/80/10.244.0.2/8080"))
    let flushed = try #require(made.firstIndex(of: "flush chain service-default/web/tcp/80"))
    let deleted = try #require(
      made.firstIndex(of: "delete chain endpoint-default/web/tcp/80/10.244.0.3/8080"))
    #expect(flushed < deleted)
    #expect(
      made.contains(
        "add rule service-default/web/tcp/80 goto endpoint-default/web/tcp/80/10.244.0.2/8080"))
  }

  @Test("without endpoints there is no rule: the address refuses")
  func none() {
    let made = lines(rules([]), after: rules(["10.244.0.2"]))
    #expect(!made.contains { $0.hasPrefix("add element") })
    #expect(made.contains("delete chain service-default/web/tcp/80"))
    #expect(rules([]) == ProxyRules([]))
  }

  @Test("sessions that stick are sets of clients, which a change elsewhere leaves alone")
  func affinity() {
    let before = rules(["10.244.0.2"], affinity: 60)
    let made = lines(rules(["10.244.0.2", "10.244.0.3"], affinity: 60), after: before)
    let place = "clients-default/web/tcp/80/10.244.0"
    #expect(!made.contains { $0.contains("set \(place).2") })
    #expect(
      made.contains(
        "add set \(place).3/8080 { type ipv4_addr; flags dynamic,timeout; timeout 60s; }"))
    #expect(
      made.contains(
        "add rule service-default/web/tcp/80 ip saddr @\(place).3/8080 goto "
          + "endpoint-default/web/tcp/80/10.244.0.3/8080"))
    #expect(
      made.contains(
        "add rule endpoint-default/web/tcp/80/10.244.0.3/8080 update @\(place).3/8080 { ip saddr }")
    )
  }
}
