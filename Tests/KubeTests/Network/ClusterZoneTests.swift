import Documents
import Networks
import Testing

@testable import Kube

@Suite("Names of a cluster")
struct ClusterZoneTests {
  private let zone = ClusterZone(
    services: [
      ServiceObjects.service("web"),
      ServiceObjects.service("db", ["clusterIP": "None"]),
      ServiceObjects.service("empty", ["clusterIP": "None"]),
      ServiceObjects.service(
        "out", ["type": "ExternalName", "clusterIP": "", "externalName": "Example.com."]),
      ServiceObjects.service(
        "in",
        [
          "type": "ExternalName", "clusterIP": "",
          "externalName": "web.default.svc.cluster.local",
        ]),
    ],
    slices: [
      ServiceObjects.slice("web", [ServiceObjects.endpoint("10.244.0.9")]),
      ServiceObjects.slice(
        "db",
        [
          ServiceObjects.endpoint("10.244.0.2", hostname: "db-0"),
          ServiceObjects.endpoint("10.244.0.3"),
          ServiceObjects.endpoint("10.244.0.4", ready: false, hostname: "db-2"),
        ]),
    ])

  /// The answer as text: `-` for no such name, nil for somebody else's.
  private func ask(_ name: String, _ type: UInt16 = NameQuestion.address) -> [String]? {
    guard let reply = zone.reply(NameQuestion(name: name, type: type)) else { return nil }
    guard reply.exists else { return ["-"] }
    let own = reply.entries.map { entry -> String in
      let text =
        switch entry.record {
        case .address(let address): "\(address)"
        case .alias(let name): "alias \(name)"
        case .pointer(let name): name
        case .service(_, _, let port, let target): "\(port) \(target)"
        }
      return entry.owner.isEmpty ? text : "\(entry.owner) \(text)"
    }
    return own.sorted() + (reply.foreign.map { ["ask \($0)"] } ?? [])
  }

  private let svc = "default.svc.cluster.local"

  @Test("a service has its address, and no other kind of address")
  func service() {
    #expect(ask("web.\(svc)") == ["10.96.1.1"])
    #expect(ask("web.\(svc)", 28) == [])
    #expect(ask("nothing.\(svc)") == ["-"])
    #expect(ask("web.other.svc.cluster.local") == ["-"])
  }

  @Test("what the search list makes of foreign names does not exist; foreign names are others'")
  func foreign() {
    #expect(ask("example.com.\(svc)") == ["-"])
    #expect(ask("example.com.cluster.local") == ["-"])
    #expect(ask("example.com") == nil)
    #expect(ask("notcluster.local") == nil)
  }

  @Test("a headless service has its pods that are ready, each also under a name of its own")
  func headless() {
    #expect(ask("db.\(svc)") == ["10.244.0.2", "10.244.0.3"])
    #expect(ask("db-0.db.\(svc)") == ["10.244.0.2"])
    #expect(ask("10-244-0-3.db.\(svc)") == ["10.244.0.3"])
    #expect(ask("db-2.db.\(svc)") == ["-"])
    #expect(ask("empty.\(svc)") == ["-"])
  }

  @Test("SRV records name the port and where it is")
  func ports() {
    #expect(ask("_http._tcp.web.\(svc)", NameQuestion.service) == ["80 web.\(svc)"])
    #expect(
      ask("_http._tcp.db.\(svc)", NameQuestion.service) == [
        "8080 10-244-0-3.db.\(svc)", "8080 db-0.db.\(svc)",
      ])
    #expect(ask("_ftp._tcp.web.\(svc)", NameQuestion.service) == ["-"])
    let reply = zone.reply(
      NameQuestion(name: "_http._tcp.web.\(svc)", type: NameQuestion.service))
    #expect(reply?.additional.map(\.owner) == ["web.\(svc)"])
  }

  @Test("an external name is an alias; what is behind it is told when it is the cluster's own")
  func external() {
    #expect(ask("out.\(svc)") == ["alias example.com", "ask example.com"])
    #expect(ask("in.\(svc)") == ["alias web.\(svc)", "web.\(svc) 10.96.1.1"])
  }

  @Test("pods have the name of their address")
  func pods() {
    #expect(ask("10-244-0-7.default.pod.cluster.local") == ["10.244.0.7"])
    #expect(ask("web.default.pod.cluster.local") == ["-"])
  }

  @Test("addresses lead back to names")
  func reverse() {
    #expect(ask("1.1.96.10.in-addr.arpa", NameQuestion.pointer) == ["web.\(svc)"])
    #expect(ask("2.0.244.10.in-addr.arpa", NameQuestion.pointer) == ["db-0.db.\(svc)"])
    #expect(ask("1.0.0.127.in-addr.arpa", NameQuestion.pointer) == nil)
  }
}
