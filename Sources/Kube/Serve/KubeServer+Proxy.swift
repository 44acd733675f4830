import Documents
import HTTP
import Linux
import Support

extension KubeServer {
  /// `…/proxy/PATH` of a pod or a service.
  func proxied(
    _ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType, _ body: [UInt8]
  ) async throws -> HTTPResponse {
    guard let proxy = streams.proxy else {
      throw APIError(503, "ServiceUnavailable", "no node of this cluster serves proxy")
    }
    guard let target = PodProxy.Target(info.name) else {
      throw APIError.badRequest("invalid \(info.resource) request \"\(info.name)\"")
    }
    let object = try api.get(type, info.namespace, target.name)
    let place: (address: String, port: UInt16)
    switch info.resource {
    case "pods":
      guard let port = PodProxy.port(target.port, of: object) else {
        throw APIError.badRequest("pod \"\(target.name)\" has no port \"\(target.port)\"")
      }
      place = (object.text("status", "podIP"), port)
    case "services":
      let book = EndpointBook(
        slices: api.objects("discovery.k8s.io/endpointslices", namespace: info.namespace),
        endpoints: api.objects("endpoints", namespace: info.namespace))
      guard let found = PodProxy.endpoint(target.port, of: object, book) else {
        throw APIError(
          503, "ServiceUnavailable", "no endpoints available for service \"\(info.name)\"")
      }
      place = (found.address, UInt16(clamping: found.port))
    default:
      throw APIError(501, "NotImplemented", "kubelets of this cluster serve no requests")
    }
    guard let address = IPv4Address(place.address) else {
      throw APIError(503, "ServiceUnavailable", "address not allocated")
    }
    return try await proxy.answer(
      request, body, path: Self.path(behindProxyIn: request.path), host: "\(address):\(place.port)",
      address: address, port: place.port, isSecure: target.scheme == "https")
  }

  /// As it was sent: what is encoded stays so.
  static func path(behindProxyIn path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    // /api/v1/namespaces/SPACE/RESOURCE/NAME/proxy/PATH, and without a namespace.
    let start = parts.count > 3 && parts[3] == "namespaces" ? 8 : 6
    return parts.dropFirst(start).joined(separator: "/")
  }
}
