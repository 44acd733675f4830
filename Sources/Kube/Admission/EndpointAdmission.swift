import Documents
import Linux

/// Where endpoints that people write may lead: not back to the node itself, nor to what each machine has
/// for itself only. Otherwise who may write endpoints could reach, through a service, what listens only
/// there.
///
/// The cluster's own controllers write the addresses of pods in the node's network, which is 127.0.0.1 on
/// a machine that has no other; so they may.
enum EndpointAdmission {
  static func check(
    _ object: JSONValue, _ old: JSONValue?, _ type: ResourceType, _ user: UserInfo
  ) throws(APIError) {
    guard !isOwn(user) else { return }
    var problems: [FieldProblem] = []
    switch type.bucket {
    case "endpoints" where object["subsets"] != old?["subsets"]:
      for (index, subset) in object.list("subsets").enumerated() {
        for list in ["addresses", "notReadyAddresses"] {
          for (place, address) in subset.list(list).enumerated() {
            check(address.text("ip"), "subsets[\(index)].\(list)[\(place)].ip", &problems)
          }
        }
      }
    case EndpointsController.slices
    where object["endpoints"] != old?["endpoints"] && object.text("addressType") != "FQDN":
      for (index, endpoint) in object.list("endpoints").enumerated() {
        for (place, address) in endpoint.list("addresses").enumerated() {
          check(address.string ?? "", "endpoints[\(index)].addresses[\(place)]", &problems)
        }
      }
    default: break
    }
    guard problems.isEmpty else { throw .invalid(type, object.name, problems) }
  }

  private static func isOwn(_ user: UserInfo) -> Bool {
    user.name == UserInfo.system.name
      || user.isMaster && user.name.hasPrefix("system:serviceaccount:kube-system:")
  }

  private static func check(_ text: String, _ path: String, _ problems: inout [FieldProblem]) {
    guard let address = IPAddress(text) else {
      return problems.append(
        .invalid(path, text, "must be a valid IP address"))
    }
    if let wrong = problem(address.unmapped, text) { problems.append(.invalid(path, text, wrong)) }
  }

  private static func problem(_ address: IPAddress, _ text: String) -> String? {
    if address.isAny { return "may not be unspecified (\(text))" }
    if address.isLoopback { return "may not be in the loopback range (127.0.0.0/8, ::1/128)" }
    let bytes: [UInt8]
    switch address {
    case .v4(let address): bytes = address.octets
    case .v6(let all): bytes = all
    }
    if bytes.count == 4 ? bytes[..<2] == [169, 254] : bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 {
      return "may not be in the link-local range (169.254.0.0/16, fe80::/10)"
    }
    if bytes.count == 4 ? bytes[..<3] == [224, 0, 0] : bytes[0] == 0xff && bytes[1] & 0xf == 2 {
      return "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"
    }
    return nil
  }
}

extension IPAddress {
  /// The IPv4 address that an IPv6 address stands for (`::ffff:127.0.0.1`), or the address itself.
  fileprivate var unmapped: IPAddress {
    guard case .v6(let bytes) = self, bytes[..<10].allSatisfy({ $0 == 0 }),
      bytes[10..<12] == [0xff, 0xff]
    else { return self }
    return IPAddress(bytes: Array(bytes[12...])) ?? self
  }
}
