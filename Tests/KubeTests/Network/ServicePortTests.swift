import Documents
import Testing

@testable import Kube

/// Services and their endpoints as manifests.
enum ServiceObjects {
  static func service(
    _ name: String, _ spec: JSONValue = [:], namespace: String = "default"
  ) -> JSONValue {
    var service: JSONValue = [
      "metadata": ["name": .string(name), "namespace": .string(namespace)],
      "spec": [
        "type": "ClusterIP", "clusterIP": "10.96.1.1",
        "ports": [["name": "http", "protocol": "TCP", "port": 80, "targetPort": 8080]],
      ],
    ]
    for (key, value) in spec.object ?? [:] { service.set("spec", key, to: value) }
    return service
  }

  static func slice(_ service: String, _ endpoints: [JSONValue], port: Int = 8080) -> JSONValue {
    [
      "metadata": [
        "name": .string(service + "-x"), "namespace": "default",
        "labels": ["kubernetes.io/service-name": .string(service)],
      ], "endpoints": .array(endpoints),
      "ports": [["name": "http", "protocol": "TCP", "port": .integer(Int64(port))]],
    ]
  }

  static func endpoint(
    _ address: String, ready: Bool = true, serving: Bool? = nil, hostname: String? = nil
  ) -> JSONValue {
    var endpoint: JSONValue = [
      "addresses": [.string(address)],
      "conditions": ["ready": .bool(ready), "serving": .bool(serving ?? ready)],
    ]
    if let hostname { endpoint["hostname"] = .string(hostname) }
    return endpoint
  }
}

@Suite("Ports of services")
struct ServicePortTests {
  private func addresses(_ service: JSONValue, _ slices: [JSONValue], _ endpoints: [JSONValue] = [])
    -> [String]
  {
    ServicePort.all(services: [service], slices: slices, endpoints: endpoints)
      .flatMap { $0.endpoints.map { "\($0.address):\($0.port)" } }
  }

  @Test("ready endpoints are led to; when none is ready, those that still serve while they end")
  func ready() {
    let service = ServiceObjects.service("web")
    let both = ServiceObjects.slice(
      "web",
      [
        ServiceObjects.endpoint("10.244.0.3"), ServiceObjects.endpoint("10.244.0.2", ready: false),
      ])
    #expect(addresses(service, [both]) == ["10.244.0.3:8080"])
    let ending = ServiceObjects.slice(
      "web",
      [
        ServiceObjects.endpoint("10.244.0.2", ready: false, serving: true),
        ServiceObjects.endpoint("10.244.0.4", ready: false),
      ])
    #expect(addresses(service, [ending]) == ["10.244.0.2:8080"])
  }

  @Test("Endpoints that were written by hand count when there are no slices")
  func byHand() {
    let object: JSONValue = [
      "metadata": ["name": "web", "namespace": "default"],
      "subsets": [
        ["addresses": [["ip": "10.0.0.9"]], "ports": [["name": "http", "port": 9376]]]
      ],
    ]
    #expect(addresses(ServiceObjects.service("web"), [], [object]) == ["10.0.0.9:9376"])
  }

  @Test("headless services and names of other places have no port to lead from")
  func without() {
    for spec: JSONValue in [["clusterIP": "None"], ["type": "ExternalName", "clusterIP": ""]] {
      let service = ServiceObjects.service("web", spec)
      #expect(ServicePort.all(services: [service], slices: []).isEmpty)
    }
  }

  @Test("affinity and node ports are read")
  func details() throws {
    let service = ServiceObjects.service(
      "web",
      [
        "sessionAffinity": "ClientIP",
        "ports": [["name": "http", "port": 80, "nodePort": 30080]],
      ])
    let port = try #require(ServicePort.all(services: [service], slices: []).first)
    #expect(port.affinity == 10800 && port.nodePort == 30080 && port.transport == "tcp")
    #expect(port.title == "default/web:http")
  }
}
