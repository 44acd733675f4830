import Documents
import Glibc
import HTTP
import Linux
import Support

/// A request for a server that serves a part of the API.
struct BackendRequest: Sendable {
  var method: String
  /// Path and query.
  var target: String
  var headers: [(String, String)] = []
  var body: [UInt8]?
  /// How long the answer may take.
  var seconds = 60
  /// Whether that is meant of its head only: a watch goes on as long as its client wants.
  var goesOn = false

  /// Says for whom it is.
  mutating func identify(_ user: UserInfo) {
    headers.append(("X-Remote-User", user.name))
    if !user.uid.isEmpty { headers.append(("X-Remote-Uid", user.uid)) }
    headers += user.groups.map { ("X-Remote-Group", $0) }
    for (key, values) in user.extra.sorted(by: { $0.key < $1.key }) {
      let name = "X-Remote-Extra-" + PercentEncoding.encode(key)
      headers += values.map { (name, $0) }
    }
  }
}

/// An answer whose body comes as it comes. It is read by one at a time.
final class BackendAnswer: @unchecked Sendable {
  let status: Int
  let headers: [(name: String, value: String)]
  /// The next piece; nothing when there is none for a second, nil at the end.
  let read: () throws -> [UInt8]?

  init(
    status: Int, headers: [(name: String, value: String)] = [],
    read: @escaping () throws -> [UInt8]?
  ) {
    self.status = status
    self.headers = headers
    self.read = read
  }

  /// As much as discovery may take.
  private static let limit = 8 << 20

  func readAll() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < Self.limit, let piece = try read() { bytes += piece }
    return bytes
  }
}

/// Asks the server behind an APIService; what a test puts in its place needs no network.
typealias BackendCall =
  @Sendable (_ apiService: JSONValue, BackendRequest, ObjectAPI) throws -> BackendAnswer

/// Asks the servers behind the services of one cluster.
struct BackendCaller: Sendable {
  let webhooks: WebhookCaller
  /// What the cluster shows them, so that they believe for whom a request is.
  let identity: KeyPair

  func call(_ apiService: JSONValue, _ request: BackendRequest, _ api: ObjectAPI) throws
    -> BackendAnswer
  {
    let spec = apiService["spec"] ?? [:]
    let place = try webhooks.place(behind: spec["service"] ?? [:], api)
    var trust = ClientTrust()
    trust.serverName = place.serverName
    trust.acceptsAnything = spec.flag("insecureSkipTLSVerify")
    if let pem = Base64.decode(spec.text("caBundle")), !pem.isEmpty { trust.authorities = pem }
    trust.certificate = Array(identity.certificate.utf8)
    trust.key = Array(identity.key.utf8)
    let deadline = monotonicMilliseconds() + Int64(request.seconds) * 1000
    let connection = try webhooks.connect(place, trust, deadline)
    let head = try connection.send(
      request.method, request.target, headers: request.headers, body: request.body)
    if request.goesOn { connection.stream.waitForever() }
    return BackendAnswer(status: head.status, headers: head.headers) {
      try connection.readBody(timeout: 1000)
    }
  }
}
