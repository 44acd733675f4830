import Documents
import Support
import Synchronization

/// What can be done with objects, with all of the API's rules: the one way in which clients,
/// controllers and the kubelet read and change them.
///
/// Safe for use by many threads. Every change is checked, defaulted, admitted and written as one
/// row of the store's log; what two of them do at once is settled by the store's revisions.
///
/// The verbs are files of their own. Next: `ObjectAPI+Create.swift`
package final class ObjectAPI: Sendable {
  package let store: Store
  package let registry: Registry
  let admission: Admission
  /// This moment, in nanoseconds since 1970; tests bring their own.
  let now: @Sendable () -> Int64
  /// Random bits for names and uids; tests bring their own.
  let random: @Sendable () -> UInt64
  /// Asks webhooks; nil where there is no network.
  let webhooks: WebhookCall?
  /// What conversion webhooks have made of objects.
  let conversions = ConversionCache()
  /// Held from the moment at which quotas are asked until what they allowed is written.
  let amounts = Mutex(())

  package init(
    store: Store, registry: Registry = Registry(),
    network: ClusterNetwork = ClusterNetwork(), webhooks: WebhookCall? = nil,
    now: @escaping @Sendable () -> Int64 = RFC3339.now,
    random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
  ) {
    self.store = store
    self.registry = registry
    self.now = now
    self.random = random
    self.webhooks = webhooks
    admission = Admission(network: network)
  }

  /// The time now as metadata has it.
  package var timestamp: String { RFC3339.text(now() / 1_000_000_000 * 1_000_000_000) }

  /// The key of an object of a resource.
  func key(_ type: ResourceType, _ namespace: String, _ name: String) -> ObjectKey {
    ObjectKey(type.bucket, type.isNamespaced ? namespace : "", name)
  }

  /// A new uid (a version 4 UUID).
  func newUID() -> String {
    let high = random() & 0xffff_ffff_ffff_0fff | 0x4000
    let low = random() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    let digits = Array(Self.hex(high) + Self.hex(low))
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
    return parts.joined(separator: "-")
  }

  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// A name made of a prefix and five characters that spell nothing.
  package func generatedName(_ prefix: String) -> String {
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    var bits = random()
    var suffix = ""
    for _ in 0..<5 {
      suffix.append(alphabet[Int(bits % UInt64(alphabet.count))])
      bits /= UInt64(alphabet.count)
    }
    return String(prefix.prefix(58)) + suffix
  }
}

/// How a request wants to be carried out.
package struct WriteOptions: Sendable {
  package var isDryRun = false
  /// Who owns the fields that are written; empty for writes that are not recorded.
  package var fieldManager = ""
  package var force = false
  /// What happens to fields that the kind does not have.
  package var fieldValidation = FieldValidation.warn
  /// Keys that the client wrote twice, by their paths; treated as fields the kind does not have.
  package var duplicates: [String] = []
  package var user = UserInfo.system
  /// Whether policies and webhooks are asked. What a cluster needs to begin at all is written before any
  /// of them can answer.
  var isJudged = true

  package init() {}

  /// As policies and webhooks see them: `meta/v1.CreateOptions` and its kin.
  func json(_ operation: String) -> JSONValue {
    let kinds = ["CREATE": "CreateOptions", "UPDATE": "UpdateOptions", "DELETE": "DeleteOptions"]
    var value: JSONValue = [
      "kind": .string(kinds[operation] ?? "UpdateOptions"), "apiVersion": "meta.k8s.io/v1",
    ]
    if isDryRun { value["dryRun"] = ["All"] }
    guard operation != "DELETE" else { return value }
    if !fieldManager.isEmpty { value["fieldManager"] = .string(fieldManager) }
    if fieldValidation != .warn { value["fieldValidation"] = .string(fieldValidation.rawValue) }
    return value
  }

  /// What happens to fields that the kind does not have.
  package enum FieldValidation: String, Sendable {
    case strict = "Strict"
    case warn = "Warn"
    case ignore = "Ignore"
  }
}

/// What a write led to.
package struct WriteResult: Sendable {
  package var object: JSONValue
  package var warnings: [String] = []
  package var wasCreated = false
}
