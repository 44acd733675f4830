import Documents
import Support
import Testing

@testable import Labs

/// The checks about networks, on snapshots made by hand.
@Suite struct NetworkCheckTests {
  /// A container on `networks`, with an address on each.
  private static func container(
    _ networks: [String: String], status: String = "running"
  ) -> JSONValue {
    var container = Fixture.container(status: status)
    container["NetworkSettings"] = [
      "Networks": .object(
        JSONObject(networks.map { ($0.key, JSONValue.object(["IPAddress": .string($0.value)])) }))
    ]
    return container
  }

  private static let ann = container(["labnet": "172.18.0.2"])
  private static let bob = container(["labnet": "172.18.0.3"])
  private static let cid = container(["net2": "172.19.0.2"])

  private func snapshot(_ probes: [Probe: ProbeResult] = [:]) -> Snapshot {
    Snapshot(
      containers: ["ann": Self.ann, "bob": Self.bob, "cid": Self.cid],
      networks: [
        ["Name": "labnet", "Driver": "bridge", "IPAM": ["Config": [["Subnet": "172.18.0.0/16"]]]]
      ],
      probes: probes)
  }

  private func causes(_ verdict: Verdict) -> [String] {
    verdict.failure?.causes.map(\.id) ?? []
  }

  private func passes(_ verdict: Verdict) -> Bool {
    verdict.passed
  }

  @Test("membership is read from the container") func member() throws {
    let yes = try Fixture.verdict("- net.member: {name: ann, network: labnet}", snapshot())
    #expect(passes(yes))
    let no = try Fixture.verdict("- net.member: {name: cid, network: labnet}", snapshot())
    #expect(causes(no) == ["value.differs"])
    #expect(
      passes(try Fixture.verdict("- net.no-member: {name: cid, network: labnet}", snapshot())))
    #expect(
      !passes(try Fixture.verdict("- net.no-member: {name: ann, network: labnet}", snapshot())))
  }

  @Test("a network's settings are compared by their place") func config() throws {
    let path = "path: \"IPAM.Config[0].Subnet\""
    let yes = "- net.config: {network: labnet, \(path), is: 172.18.0.0/16}"
    #expect(passes(try Fixture.verdict(yes, snapshot())))
    let other = "- net.config: {network: labnet, \(path), is: 10.0.0.0/8}"
    #expect(causes(try Fixture.verdict(other, snapshot())) == ["value.differs"])
    let missing = "- net.config: {network: nope, \(path), is: x}"
    #expect(causes(try Fixture.verdict(missing, snapshot())) == ["journal.never"])
  }

  @Test("a name must stand for the container's own address; the causes tell why it does not")
  func resolve() throws {
    let check = "- net.resolve: {from: ann, host: bob, container: bob}"
    let probe = Probe.resolve(container: "ann", host: "bob")
    #expect(passes(try Fixture.verdict(check, snapshot([probe: .lines(["172.18.0.3"])]))))
    let other = try Fixture.verdict(check, snapshot([probe: .lines(["172.18.0.9"])]))
    #expect(causes(other) == ["value.differs"])
    let apart = "- net.resolve: {from: ann, host: cid, container: cid}"
    let nobody = Probe.resolve(container: "ann", host: "cid")
    #expect(
      causes(try Fixture.verdict(apart, snapshot([nobody: .lines([])]))) == ["network.not-shared"])
    let wanted = "- net.resolve: {from: ann, host: cid, is: nobody}"
    #expect(passes(try Fixture.verdict(wanted, snapshot([nobody: .lines([])]))))
    var plain = snapshot([probe: .lines([])])
    plain.containers["ann"] = Self.container(["bridge": "172.17.0.2"])
    #expect(causes(try Fixture.verdict(check, plain)) == ["network.no-names"])
    var stopped = snapshot([probe: .lines([])])
    stopped.containers["bob"] = Self.container(["labnet": ""], status: "exited")
    #expect(causes(try Fixture.verdict(check, stopped)) == ["container.stopped"])
  }

  @Test("a connection is judged by what came of it") func reach() throws {
    let check = "- net.reach: {from: ann, host: cid, port: 7}"
    let probe = Probe.reach(container: "ann", host: "cid", port: 7)
    #expect(passes(try Fixture.verdict(check, snapshot([probe: .text("open")]))))
    let refused = try Fixture.verdict(check, snapshot([probe: .text("refused")]))
    #expect(causes(refused) == ["port.nothing-listens"])
    let unknown = try Fixture.verdict(check, snapshot([probe: .text("unknown")]))
    #expect(causes(unknown) == ["network.not-shared"])
    let closed = "- net.reach: {from: ann, host: cid, port: 7, is: closed}"
    #expect(passes(try Fixture.verdict(closed, snapshot([probe: .text("timeout")]))))
    let open = try Fixture.verdict(closed, snapshot([probe: .text("open")]))
    #expect(causes(open) == ["network.shared"])
    // That nobody could look is a fault of the kit's.
    let failed = try Fixture.verdict(check, snapshot([probe: .failed(Text("x", ko: "x"))]))
    #expect(failed.word == "error")
  }
}
