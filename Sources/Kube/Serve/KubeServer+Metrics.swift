import Documents
import HTTP

extension KubeServer {
  /// `metrics.k8s.io`: what is known of the nodes and pods there are, with their labels.
  func measured(_ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType) throws
    -> HTTPResponse
  {
    let now = api.now()
    let namespace = type.isNamespaced ? info.namespace : ""
    let found =
      type.isNamespaced ? metrics.pods(in: namespace, now: now) : metrics.nodes(now: now)
    let all = found.compactMap { metric -> JSONValue? in
      let key = ObjectKey(info.resource, metric.namespace, metric.name)
      guard let subject = api.store.get(key)?.value else { return nil }
      var metric = metric
      metric.set("metadata", "creationTimestamp", to: .string(api.timestamp))
      if !subject.labels.isEmpty {
        metric.set("metadata", "labels", to: JSONValue(map: subject.labels))
      }
      return metric
    }.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    guard info.verb == "list" else {
      guard let metric = all.first(where: { $0.name == info.name }) else {
        throw APIError(
          404, "NotFound",
          "\(type.kind.lowercased()).\(type.group) "
            + "\"\(type.isNamespaced ? "\(namespace)/" : "")\(info.name)\" not found")
      }
      return reply(metric, type, request)
    }
    let options = try listOptions(request, info, type)
    let wanted = all.filter {
      options.labels.matches($0.labels) && options.fields.matches($0)
    }
    switch ReplyForm.choose(request.headers.first(name: "accept")) {
    case .table:
      return Self.json(
        TableRendering.table(
          wanted, type, include: Self.include(request), metadata: [:], now: now))
    case .partialMetadata:
      return Self.json([
        "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": [:],
        "items": .array(wanted.map(Self.partial)),
      ])
    case .json:
      return Self.json([
        "kind": .string(type.kind + "List"), "apiVersion": .string(type.apiVersion),
        "metadata": [:], "items": .array(wanted),
      ])
    }
  }
}
