import Documents
import HTTP
import Support

extension KubeServer {
  /// What is made below an object: bindings, evictions, tokens.
  func subresource(
    _ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType, _ body: [UInt8],
    _ options: WriteOptions
  ) throws -> HTTPResponse {
    let decoded = try decode(body, request.headers.first(name: "content-type"), type)
    let sent = try formed(decoded, info, type)
    var warnings: [String] = []
    func status() -> HTTPResponse {
      let status: JSONValue = [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201,
      ]
      return Self.warned(Self.json(status, status: 201), warnings)
    }
    switch (type.bucket, info.subresource) {
    case ("pods", "binding"):
      warnings = try api.bind(info.namespace, info.name, sent, options)
      return status()
    case ("pods", "eviction"):
      warnings = try api.evict(info.namespace, info.name, sent, options)
      return status()
    case ("serviceaccounts", "token"):
      let admitted = try api.admitted(
        sent, to: info.subresource, type, info.namespace, info.name, options, &warnings)
      return Self.warned(Self.json(try token(admitted, info, type), status: 201), warnings)
    default:
      throw APIError(
        503, "ServiceUnavailable", "no node of this cluster serves \(info.subresource)")
    }
  }

  /// What was sent to a subresource, with the fields that its form has and no others.
  private func formed(_ sent: JSONValue, _ info: RequestInfo, _ type: ResourceType) throws
    -> JSONValue
  {
    guard let part = type.subresource(info.subresource) else { return sent }
    let version = part.groupVersion ?? type.apiVersion
    guard let message = Self.otherKinds["\(version)/\(part.kind)"] else { return sent }
    var reader = ObjectReader(kind: part.kind, version: version)
    var object = try reader.read(sent, as: Schema.builtIn.message(message))
    object["apiVersion"] = .string(version)
    object["kind"] = .string(part.kind)
    return object
  }

  private func token(_ sent: JSONValue, _ info: RequestInfo, _ type: ResourceType) throws
    -> JSONValue
  {
    let account = try api.get(type, info.namespace, info.name)
    let seconds = sent.number("spec", "expirationSeconds") ?? 3600
    try ServiceAccountTokens.checkDuration(seconds)
    var pod: JSONValue?
    if sent.text("spec", "boundObjectRef", "kind") == "Pod" {
      let name = sent.text("spec", "boundObjectRef", "name")
      guard let found = api.store.get(ObjectKey("pods", info.namespace, name))?.value else {
        throw APIError(404, "NotFound", "pods \"\(name)\" not found")
      }
      pod = found
    }
    let audiences = sent.list("spec", "audiences").compactMap(\.string)
    let (token, expires) = try tokens.issue(
      account: account, audiences: audiences, seconds: seconds, pod: pod, now: api.now())
    var reply = sent
    reply["kind"] = "TokenRequest"
    reply["apiVersion"] = "authentication.k8s.io/v1"
    reply.set("metadata", "name", to: .string(info.name))
    reply.set("metadata", "namespace", to: .string(info.namespace))
    reply.set("metadata", "creationTimestamp", to: .string(api.timestamp))
    reply.set(
      "spec", "audiences",
      to: .array(
        (audiences.isEmpty ? [ServiceAccountTokens.issuer] : audiences).map(JSONValue.string)))
    reply.set("spec", "expirationSeconds", to: .integer(Int64(seconds)))
    reply["status"] = [
      "token": .string(token),
      "expirationTimestamp": .string(RFC3339.text(expires * 1_000_000_000)),
    ]
    return reply
  }

  /// `/scale`: the number of replicas, the same way for every kind.
  func scale(
    _ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType, _ body: [UInt8],
    _ options: WriteOptions
  ) throws -> HTTPResponse {
    if info.verb == "get" {
      return Self.json(ObjectAPI.scale(of: try api.get(type, info.namespace, info.name), type))
    }
    let contentType = request.headers.first(name: "content-type")
    let message = Schema.builtIn.message("autoscaling1.Scale")
    let result = try api.changeScale(type, info.namespace, info.name, options) { now in
      guard info.verb != "update" else {
        return try formed(try decode(body, contentType, type), info, type)
      }
      let (kind, patch) = try RequestDecoding.patch(body, contentType: contentType)
      switch kind {
      case .json: return try formed(try JSONPatch.apply(patch, to: now), info, type)
      case .merge: return try formed(MergePatch.apply(patch, to: now), info, type)
      default:
        return try formed(try StrategicMerge.apply(patch, to: now, message), info, type)
      }
    }
    return Self.warned(Self.json(result.object), result.warnings)
  }
}
