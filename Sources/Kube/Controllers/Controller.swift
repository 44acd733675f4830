import Documents
import Support

/// One thing that a controller wants done, and why.
package struct Step: Sendable {
  /// What can be done.
  package enum Action: Sendable {
    /// Make an object; `owner` hears of it in an event.
    case create(bucket: String, JSONValue, owner: JSONValue?)
    /// Replace an object. Its `resourceVersion` says which form has been seen.
    case update(bucket: String, JSONValue)
    /// Replace an object's status.
    case updateStatus(bucket: String, JSONValue)
    /// Change how many replicas an object wants.
    case scale(bucket: String, JSONValue, replicas: Int)
    /// Give a pod its node.
    case bind(pod: JSONValue, node: String)
    /// Delete an object; `owner` hears of it in an event.
    case delete(bucket: String, JSONValue, owner: JSONValue?)
    /// Delete an object when all that it owns is gone.
    case deleteInForeground(bucket: String, JSONValue)
    /// Replace a namespace's finalizers.
    case finalize(JSONValue)
    /// Tell about something.
    case record(EventNote)
  }

  package let action: Action
  package let reason: Text

  package init(_ action: Action, _ reason: Text) {
    self.action = action
    self.reason = reason
  }
}

/// What a controller has decided.
package struct Plan: Sendable {
  package var steps: [Step] = []
  /// Look again after so many seconds, although nothing changed.
  package var again: Int?
  /// What the controller wants to be reminded of next time (`ClusterView.memory`), once the steps are
  /// done; nil keeps what it said before.
  package var memory: AutoscalerMemory?

  package init() {}

  /// Adds a step.
  package mutating func add(_ action: Step.Action, _ reason: Text) {
    steps.append(Step(action, reason))
  }

  /// Looks again at the earlier of two times.
  package mutating func lookAgain(after seconds: Int) {
    again = min(again ?? .max, max(seconds, 0))
  }
}

/// A part of the control plane: it compares what is with what was asked for, and says what to do. It
/// decides only by the view it is given, has no memory but what that holds, and does nothing itself.
package protocol Controller: Sendable {
  /// The name, as events and logs have it.
  var name: String { get }
  /// The resources whose changes concern it.
  var watches: [String] { get }
  /// At how many of its objects it may look at the same time; one, when what it does for one object depends
  /// on what it has just done for another.
  var width: Int { get }
  /// Which of its objects a change concerns.
  func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey]
  /// What to do about one object. The key may be of an object that is gone.
  func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan
}

extension Controller {
  package var width: Int { 1 }

  /// The key of the object that manages another, when it is of the kind.
  package func ownerKey(_ object: JSONValue, kind: String, bucket: String) -> [ObjectKey] {
    guard let owner = object.controllerReference, owner.text("kind") == kind else { return [] }
    return [ObjectKey(bucket, object.namespace, owner.text("name"))]
  }
}

/// Something worth telling about an object.
package struct EventNote: Sendable, Equatable {
  package var object: JSONValue
  package var isWarning = false
  package var reason: String
  package var message: String
  package var component: String
  /// The part of the object that is meant, such as `spec.containers{web}`.
  package var fieldPath = ""
  /// The node it happened on.
  package var host = ""

  package init(
    _ object: JSONValue, _ reason: String, _ message: String, from component: String,
    isWarning: Bool = false
  ) {
    self.object = object
    self.reason = reason
    self.message = message
    self.component = component
    self.isWarning = isWarning
  }
}

extension Step.Action: CustomStringConvertible {
  /// What is done, in a few words.
  package var description: String {
    switch self {
    case .create(let bucket, let object, _):
      let name =
        object.name.isEmpty ? object.text("metadata", "generateName") + "…" : object.name
      return "create \(bucket) \(name)"
    case .update(let bucket, let object): return "update \(bucket) \(object.name)"
    case .scale(let bucket, let object, let replicas):
      return "scale \(bucket) \(object.name) to \(replicas)"
    case .bind(let pod, let node): return "bind pods \(pod.name) to \(node)"
    case .updateStatus(let bucket, let object): return "status of \(bucket) \(object.name)"
    case .delete(let bucket, let object, _): return "delete \(bucket) \(object.name)"
    case .deleteInForeground(let bucket, let object):
      return "delete \(bucket) \(object.name) after what it owns"
    case .finalize(let namespace): return "let namespace \(namespace.name) go"
    case .record(let note): return "event \(note.reason)"
    }
  }
}

extension EventNote {
  /// The note as it travels from a kubelet to the server.
  var json: JSONValue {
    [
      "object": [
        "apiVersion": .string(object.text("apiVersion")), "kind": .string(object.kind),
        "metadata": [
          "name": .string(object.name), "namespace": .string(object.namespace),
          "uid": .string(object.uid), "resourceVersion": .string(object.resourceVersion),
        ],
      ],
      "reason": .string(reason), "message": .string(message), "component": .string(component),
      "isWarning": .bool(isWarning), "fieldPath": .string(fieldPath), "host": .string(host),
    ]
  }

  /// Nil for what is no note.
  init?(_ json: JSONValue) {
    guard let object = json["object"], !json.text("reason").isEmpty else { return nil }
    self.init(
      object, json.text("reason"), json.text("message"), from: json.text("component"),
      isWarning: json.flag("isWarning"))
    fieldPath = json.text("fieldPath")
    host = json.text("host")
  }
}
