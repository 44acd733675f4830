// The aggregator: API groups that somebody else serves. An APIService says which version of which group
// stands behind which service; requests below `/apis/GROUP/VERSION` go there, and discovery names the group
// as if it were one of the cluster's own.
//
//     kubectl ──▶ API server: who is it, may it do that? ──▶ service ──▶ the other server
//                 X-Remote-User, X-Remote-Group, and a certificate for `front-proxy-client`
//
// The other server believes the headers because of the certificate, whose authority it reads in
// `kube-system/extension-apiserver-authentication`.
//
// Simplification: of what such a server says in OpenAPI only version 3 is read; of one that has none there is
// a document that says what kinds there are, and nothing of their fields.
//
// Next: BackendCaller.swift, KubeServer+Aggregation.swift.

import Documents
import Support
import Synchronization

/// Knows which groups others serve, and whether they do.
package final class APIAggregator: Sendable {
  /// What such a server has said about one version of a group.
  struct Version: Sendable {
    var group: String
    var version: String
    /// The higher, the earlier.
    var groupPriority: Int
    var versionPriority: Int
    /// `v1.APIResourceList`.
    var resources: JSONValue
    /// The OpenAPI document of version 3.
    var document: JSONValue
  }

  private let api: ObjectAPI
  let call: BackendCall
  private let known = Mutex<[String: Version]>([:])

  init(api: ObjectAPI, call: @escaping BackendCall) {
    self.api = api
    self.call = call
  }

  /// The APIService for a path below `/apis/GROUP/VERSION`, when somebody else serves it.
  func service(for path: String) -> JSONValue? {
    let parts = path.split(separator: "/", maxSplits: 3).map(String.init)
    guard parts.count >= 3, parts[0] == "apis" else { return nil }
    let key = ObjectKey(APIServiceController.bucket, "", "\(parts[2]).\(parts[1])")
    guard let found = api.store.get(key)?.value, found.at("spec", "service") != nil else {
      return nil
    }
    return found
  }

  /// What is served by others at the moment, the preferred first.
  var versions: [Version] {
    known.withLock { Array($0.values) }.sorted {
      ($1.groupPriority, $0.group, $1.versionPriority, VersionOrder($1.version))
        < ($0.groupPriority, $1.group, $0.versionPriority, VersionOrder($0.version))
    }
  }

  /// Looks at all servers once, and writes down what it has found. Waits for them.
  package func check() {
    let services = api.objects(APIServiceController.bucket).filter {
      $0.at("spec", "service") != nil
    }
    let names = Set(services.map(\.name))
    known.withLock { known in known = known.filter { names.contains($0.key) } }
    for service in services {
      let found = look(at: service)
      known.withLock { known in
        known[service.name] = found.resources.map { resources in
          Version(
            group: service.text("spec", "group"), version: service.text("spec", "version"),
            groupPriority: service.number("spec", "groupPriorityMinimum") ?? 0,
            versionPriority: service.number("spec", "versionPriority") ?? 0, resources: resources,
            document: found.document)
        }
      }
      report(service, found)
    }
  }

  private struct Finding {
    var reason: String
    var message: String
    var resources: JSONValue?
    var document: JSONValue = .null
  }

  private func look(at object: JSONValue) -> Finding {
    let target = object.at("spec", "service") ?? [:]
    let (namespace, name) = (target.text("namespace"), target.text("name"))
    let words = "service/\(name) in \"\(namespace)\""
    guard let service = api.store.get(ObjectKey("services", namespace, name))?.value else {
      return Finding(reason: "ServiceNotFound", message: "\(words) is not present")
    }
    let number = target.number("port") ?? 443
    guard let port = service.list("spec", "ports").first(where: { $0.number("port") == number })
    else {
      return Finding(
        reason: "ServicePortError", message: "\(words) is not listening on port \(number)")
    }
    guard api.store.get(ObjectKey("endpoints", namespace, name)) != nil else {
      return Finding(reason: "EndpointsNotFound", message: "cannot find endpoints for \(words)")
    }
    let book = EndpointBook(
      slices: api.objects("discovery.k8s.io/endpointslices", namespace: namespace),
      endpoints: api.objects("endpoints", namespace: namespace))
    guard PodProxy.endpoint(String(number), of: service, book) != nil else {
      return Finding(
        reason: "MissingEndpoints",
        message: "endpoints for \(words) have no addresses with port name \"\(port.text("name"))\"")
    }
    return discover(object, "https://\(name).\(namespace).svc:\(number)")
  }

  /// Asks the server what it serves.
  private func discover(_ object: JSONValue, _ origin: String) -> Finding {
    let group = "\(object.text("spec", "group"))/\(object.text("spec", "version"))"
    let url = "\(origin)/apis/\(group)"
    func failure(_ cause: String) -> Finding {
      Finding(
        reason: "FailedDiscoveryCheck", message: "failing or missing response from \(url): \(cause)"
      )
    }
    do {
      let answer = try call(object, Self.question("/apis/\(group)"), api)
      guard (200..<300).contains(answer.status) else {
        return failure("bad status from \(url): \(answer.status)")
      }
      let list = try JSONValue.parse(try answer.readAll())
      guard list.kind == "APIResourceList" else { return failure("no APIResourceList") }
      return Finding(
        reason: "Passed", message: "all checks passed", resources: list,
        document: document(object, group, list))
    } catch {
      return failure("Get \"\(url)\": \(WebhookCaller.words(error))")
    }
  }

  private static func question(_ target: String) -> BackendRequest {
    var request = BackendRequest(method: "GET", target: target)
    request.headers = [("Accept", "application/json")]
    request.identify(UserInfo("system:kube-aggregator", groups: ["system:masters"]))
    request.seconds = 5
    return request
  }

  /// What the server says in OpenAPI, or at least what it serves.
  private func document(_ object: JSONValue, _ group: String, _ list: JSONValue) -> JSONValue {
    if let answer = try? call(object, Self.question("/openapi/v3/apis/\(group)"), api),
      answer.status == 200, let bytes = try? answer.readAll(),
      let document = try? JSONValue.parse(bytes), document["openapi"] != nil
    {
      return document
    }
    return ForeignDiscovery.document(group, list)
  }

  private func report(_ service: JSONValue, _ found: Finding) {
    guard let type = api.registry.find(bucket: APIServiceController.bucket) else { return }
    let status = found.resources == nil ? "False" : "True"
    let old = service.condition("Available")
    guard
      old?.text("status") != status || old?.text("reason") != found.reason
        || old?.text("message") != found.message
    else { return }
    // Who has deleted it meanwhile has no use for it.
    _ = try? api.change(type, "", service.name, subresource: "status") { current in
      var current = current
      Conditions.set(
        &current, "Available", status: found.resources != nil, reason: found.reason,
        message: found.message, now: api.timestamp)
      return current
    }
  }
}
