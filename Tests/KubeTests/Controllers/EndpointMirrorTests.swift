import Documents
import Testing

@testable import Kube

@Suite("Endpoints that somebody else writes")
struct EndpointMirrorTests {
  private let cluster: TestCluster
  private let manager: ControllerManager

  init() throws {
    cluster = try TestCluster()
    manager = ControllerManager(api: cluster.api)
    try manager.startWithoutThread()
  }

  private var slices: [JSONValue] { cluster.api.objects(EndpointsController.slices) }

  private func change(_ subsets: JSONValue) throws {
    try cluster.api.change(try cluster.type("Endpoints"), "default", "far") { object in
      var object = object
      object["subsets"] = subsets
      return object
    }
    manager.settle()
  }

  @Test("are shown as slices, which follow them and go with them")
  func mirror() throws {
    try cluster.apply(
      """
      apiVersion: v1
      kind: Service
      metadata: {name: far}
      spec: {ports: [{name: web, port: 80}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: far, labels: {tier: back}}
      subsets:
      - addresses: [{ip: 10.1.2.3}]
        notReadyAddresses: [{ip: 10.1.2.4}]
        ports: [{name: web, port: 8080, protocol: TCP}]
      """)
    manager.settle()
    let slice = try #require(slices.first)
    #expect(slices.count == 1 && slice.text("addressType") == "IPv4")
    #expect(slice.labels["kubernetes.io/service-name"] == "far" && slice.labels["tier"] == "back")
    #expect(
      slice.labels["endpointslice.kubernetes.io/managed-by"]
        == "endpointslicemirroring-controller.k8s.io")
    #expect(slice.list("endpoints").map { $0.list("addresses") } == [["10.1.2.3"], ["10.1.2.4"]])
    #expect(slice.list("endpoints").map { $0.at("conditions", "ready") } == [true, false])
    let ports: JSONValue = [["name": "web", "port": 8080, "protocol": "TCP"]]
    try change([["addresses": [["ip": "10.9.9.9"]], "ports": ports]])
    #expect(slices.map(\.name) == [slice.name])
    #expect(slices[0].list("endpoints").map { $0.list("addresses") } == [["10.9.9.9"]])
    try change([
      ["addresses": [["ip": "10.9.9.9"]], "ports": ports],
      ["addresses": [["ip": "10.9.9.9"]], "ports": [["port": 9, "protocol": "TCP"]]],
    ])
    #expect(slices.count == 2)
    try cluster.api.delete(try cluster.type("Endpoints"), "default", "far", DeleteOptions())
    manager.settle()
    #expect(slices.isEmpty)
  }

  @Test("are not shown when they say so, or when the service chooses its pods itself")
  func skipped() throws {
    try cluster.apply(
      """
      apiVersion: v1
      kind: Service
      metadata: {name: own}
      spec: {ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: own, labels: {endpointslice.kubernetes.io/skip-mirror: "true"}}
      subsets: [{addresses: [{ip: 10.1.2.3}], ports: [{port: 8080}]}]
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: nobody}
      subsets: [{addresses: [{ip: 10.1.2.3}], ports: [{port: 8080}]}]
      """)
    manager.settle()
    #expect(slices.isEmpty)
  }
}
