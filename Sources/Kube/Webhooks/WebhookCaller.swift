// Requests from the API server to servers of somebody else's: admission webhooks. They stand in pods,
// behind a service (`clientConfig.service`), or anywhere (`clientConfig.url`), and always speak TLS.
//
// A request waits in the thread that makes it, so it must not be made by a task.

import Documents
import Glibc
import HTTP
import Linux
import Support

/// Calls webhooks; what a test puts in its place answers without a network.
package typealias WebhookCall =
  @Sendable (_ clientConfig: JSONValue, _ review: JSONValue, _ seconds: Int, ObjectAPI) throws ->
  JSONValue

/// Calls the webhooks of one cluster.
struct WebhookCaller: Sendable {
  let root: String
  let cluster: String

  /// As much as an object with its patch may take.
  private static let answerLimit = 4 << 20
  /// As much as the objects of one question may become.
  private static let conversionLimit = 64 << 20

  /// Where a webhook is.
  struct Place {
    var origin: HTTPOrigin
    var path: String
    var serverName: String
    /// Of a pod, when it stands behind a service.
    var pod: (address: IPv4Address, port: UInt16)?
  }

  func call(_ config: JSONValue, _ review: JSONValue, _ seconds: Int, _ api: ObjectAPI) throws
    -> JSONValue
  {
    let place = try place(config, api)
    let url = "\(place.origin)\(place.path)?timeout=\(seconds)s"
    do {
      return try send(review, to: place, config, seconds)
    } catch let error as SyscallError where error.errno == ETIMEDOUT {
      throw WebhookFailure(
        "Post \"\(url)\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
      )
    } catch let error as WebhookFailure {
      throw error
    } catch {
      throw WebhookFailure("Post \"\(url)\": \(Self.words(error))")
    }
  }

  /// Why a server could not be asked; of what the kernel says, as Go says it.
  static func words(_ error: any Error) -> String {
    if let failure = error as? WebhookFailure { return failure.message }
    guard let error = error as? SyscallError, ["dial", "connect"].contains(error.call) else {
      return "\(error)"
    }
    let cause = String(cString: strerror(error.errno)).lowercased()
    return "dial tcp \(error.subject): connect: \(cause)"
  }

  private func send(
    _ review: JSONValue, to place: Place, _ config: JSONValue, _ seconds: Int
  ) throws -> JSONValue {
    var trust = ClientTrust()
    if place.pod != nil { trust.serverName = place.serverName }
    let bundle = config.text("caBundle")
    if !bundle.isEmpty {
      guard let pem = Base64.decode(bundle) else { throw WebhookFailure("caBundle is no base64") }
      trust.authorities = pem
    }
    let deadline = monotonicMilliseconds() + Int64(seconds) * 1000
    let connection = try connect(place, trust, deadline)
    let head = try connection.send(
      "POST", "\(place.path)?timeout=\(seconds)s",
      headers: [("Content-Type", "application/json"), ("Accept", "application/json")],
      body: review.bytes())
    let limit = review.kind == "ConversionReview" ? Self.conversionLimit : Self.answerLimit
    let body = try connection.readAll(limit: limit)
    guard (200..<300).contains(head.status) else {
      throw WebhookFailure("the server responded with status \(head.status)")
    }
    return try JSONValue.parse(body)
  }

  /// A connection to a place; everything on it ends at `deadline`.
  func connect(_ place: Place, _ trust: ClientTrust, _ deadline: Int64) throws -> ClientConnection {
    guard let pod = place.pod else {
      return ClientConnection(
        place.origin, try ClientStream(place.origin, trust: trust, deadline: deadline))
    }
    let target = SocketAddress(.v4(pod.address), port: pod.port)
    let pods = PodNetwork(root: root, cluster: cluster)
    let open = { try InternetSocket.connect(.stream, target) }
    let socket = try pod.address.isLoopback ? open() : pods.network.open(open)
    let stream = try ClientStream(
      connecting: socket.release(), to: target, place.origin, trust: trust, deadline: deadline)
    return ClientConnection(place.origin, stream)
  }

  private func place(_ config: JSONValue, _ api: ObjectAPI) throws -> Place {
    if let service = config["service"] { return try place(behind: service, api) }
    let url = config.text("url")
    guard let origin = HTTPOrigin(url), origin.isSecure else {
      throw WebhookFailure("\(url) is no https URL")
    }
    let rest = url.dropFirst("https://".count)
    let path = rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    return Place(origin: origin, path: path, serverName: origin.host)
  }

  func place(behind service: JSONValue, _ api: ObjectAPI) throws -> Place {
    let (namespace, name) = (service.text("namespace"), service.text("name"))
    let port = service.number("port") ?? 443
    guard let object = api.store.get(ObjectKey("services", namespace, name))?.value else {
      throw WebhookFailure("service \"\(name)\" not found")
    }
    let book = EndpointBook(
      slices: api.objects("discovery.k8s.io/endpointslices", namespace: namespace),
      endpoints: api.objects("endpoints", namespace: namespace))
    guard let endpoint = PodProxy.endpoint(String(port), of: object, book),
      let address = IPv4Address(endpoint.address)
    else { throw WebhookFailure("no endpoints available for service \"\(name)\"") }
    let host = "\(name).\(namespace).svc"
    guard let origin = HTTPOrigin("https://\(host):\(port)") else {
      throw WebhookFailure("\(host):\(port) is no address")
    }
    let path = service.text("path")
    return Place(
      origin: origin, path: path.isEmpty ? "/" : path, serverName: host,
      pod: (address, UInt16(clamping: endpoint.port)))
  }
}
