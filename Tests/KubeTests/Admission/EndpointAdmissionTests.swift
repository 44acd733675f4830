import Documents
import Testing

@testable import Kube

@Suite("Endpoints that people write")
struct EndpointAdmissionTests {
  private func endpoints(_ address: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Endpoints", "metadata": ["name": "far"],
      "subsets": [
        ["addresses": [["ip": .string(address)]], "ports": [["port": 80, "protocol": "TCP"]]]
      ],
    ]
  }

  private func slice(_ address: String, type: String = "IPv4") -> JSONValue {
    [
      "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": ["name": "far"],
      "addressType": .string(type), "endpoints": [["addresses": [.string(address)]]],
    ]
  }

  private static let jane: WriteOptions = {
    var options = WriteOptions()
    options.user = UserInfo("jane", groups: ["system:masters"])
    return options
  }()

  @Test(
    "never lead to what each machine has for itself",
    arguments: [
      ("127.0.0.1", "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
      ("127.8.7.6", "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
      ("::1", "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
      ("::ffff:127.0.0.1", "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
      ("0.0.0.0", "may not be unspecified (0.0.0.0)"), ("::", "may not be unspecified (::)"),
      ("169.254.169.254", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
      ("febf::1", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
      ("224.0.0.1", "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
      ("nowhere", "must be a valid IP address"),
    ])
  func refused(address: String, words: String) throws {
    let cluster = try TestCluster()
    let first = #expect(throws: APIError.self) {
      try cluster.create(endpoints(address), Self.jane)
    }
    #expect(
      first?.message
        == "Endpoints \"far\" is invalid: subsets[0].addresses[0].ip: Invalid value: "
        + "\"\(address)\": \(words)")
    let second = #expect(throws: APIError.self) { try cluster.create(slice(address), Self.jane) }
    #expect(
      second?.message
        == "EndpointSlice.discovery.k8s.io \"far\" is invalid: endpoints[0].addresses[0]: Invalid "
        + "value: \"\(address)\": \(words)")
    #expect(second?.code == 422)
  }

  @Test("may lead elsewhere, and stay as the cluster's own parts have written them")
  func accepted() throws {
    let cluster = try TestCluster()
    try cluster.create(endpoints("10.1.2.3"), Self.jane)
    try cluster.create(slice("far.example.com", type: "FQDN"), Self.jane)
    let type = try cluster.type("Endpoints")
    let change = { (object: JSONValue) -> JSONValue in
      var object = object
      object["subsets"] = self.endpoints("127.0.0.1")["subsets"]
      return object
    }
    #expect(throws: APIError.self) {
      try cluster.api.change(type, "default", "far", Self.jane, change)
    }
    // A pod in the node's network has its address.
    var own = WriteOptions()
    own.user = .controller("endpoint-controller")
    try cluster.api.change(type, "default", "far", own, change)
    try cluster.api.change(type, "default", "far", Self.jane) {
      var object = $0
      object.set("metadata", "labels", "seen", to: "yes")
      return object
    }
    // Who is only called so is not a part of the cluster.
    var account = WriteOptions()
    account.user = UserInfo("system:serviceaccount:kube-system:x")
    #expect(throws: APIError.self) { try cluster.create(slice("127.0.0.1"), account) }
  }

  @Test("are not for who edits a namespace")
  func roles() throws {
    for (name, _, rules) in DefaultRoles.roles where ["admin", "edit", "view"].contains(name) {
      func may(_ verb: String, _ group: String, _ resource: String) -> Bool {
        var request = AccessRequest(user: UserInfo("jane"), verb: verb)
        (request.group, request.resource, request.namespace) = (group, resource, "default")
        return (rules.array ?? []).contains { Authorizer.covers($0, request) }
      }
      for (group, resource) in [("", "endpoints"), ("discovery.k8s.io", "endpointslices")] {
        for verb in ["get", "list", "watch"] { #expect(may(verb, group, resource)) }
        for verb in ["create", "update", "patch", "delete", "deletecollection"] {
          #expect(!may(verb, group, resource), "\(name) may \(verb) \(resource)")
        }
      }
      #expect(may("update", "", "services") == (name != "view"))
    }
  }
}
