import Documents

/// The ConfigMaps and Secrets that the volumes of a node's pods are made from, watched while there are any:
/// so that a volume follows its object.
final class VolumeUpdates: ObjectSource {
  private let client: LocalClient
  private let watched: [String: WatchedObjects]
  private var before: [String: [String: JSONValue]] = [:]
  private var isWanted = false

  init(_ client: LocalClient) {
    self.client = client
    watched = [
      "configmaps": WatchedObjects(client, "/api/v1/configmaps"),
      "secrets": WatchedObjects(client, "/api/v1/secrets"),
    ]
  }

  /// Takes note of a pod: from the first one on that needs it, there is something to watch.
  func want(_ pod: JSONValue) {
    guard !isWanted else { return }
    isWanted = PodVolumes.sources(of: pod).contains { !$0.hasSuffix("/kube-root-ca.crt") }
  }

  /// Begins to watch, if there is need and it does not; returns what has changed.
  func connect() throws -> Set<String> {
    guard isWanted, watched.values.contains(where: { $0.descriptor == nil }) else { return [] }
    for resource in watched.values { _ = try resource.connect() }
    return changes()
  }

  /// To be polled for reading.
  var descriptors: [Int32] { watched.values.compactMap(\.descriptor) }

  /// Takes in what has come; returns what has changed, as `configmaps/NAMESPACE/NAME`.
  func read(_ descriptor: Int32) -> Set<String> {
    for resource in watched.values where resource.descriptor == descriptor { _ = resource.read() }
    return changes()
  }

  private func changes() -> Set<String> {
    var result: Set<String> = []
    for (plural, resource) in watched {
      let old = before[plural] ?? [:]
      for (name, object) in resource.objects
      where old[name]?.resourceVersion != object.resourceVersion {
        result.insert("\(plural)/\(name)")
      }
      for name in old.keys where resource.objects[name] == nil {
        result.insert("\(plural)/\(name)")
      }
      before[plural] = resource.objects
    }
    return result
  }

  // MARK: As they are known

  func object(_ plural: String, _ namespace: String, _ name: String) -> JSONValue? {
    watched[plural]?.objects["\(namespace)/\(name)"]
  }

  func services(_ namespace: String) -> [JSONValue] { [] }
}
