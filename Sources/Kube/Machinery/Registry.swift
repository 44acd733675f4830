import Documents
import Synchronization

/// Which resources there are: the built-in ones, and those that custom resource definitions add
/// while the server runs.
package final class Registry: Sendable {
  private let custom = Mutex<[String: [ResourceType]]>([:])

  package init() {}

  /// All resources, the core group first, in the order in which discovery names them.
  package var all: [ResourceType] {
    ResourceType.builtIn + custom.withLock { $0.sorted { $0.key < $1.key }.flatMap(\.value) }
  }

  /// The resource under that address.
  package func find(group: String, version: String, plural: String) -> ResourceType? {
    if let type = Self.byAddress["\(group)/\(version)/\(plural)"] { return type }
    return custom.withLock { custom in
      custom.values.joined().first {
        $0.group == group && $0.version == version && $0.plural == plural
      }
    }
  }

  /// The resource of a kind, such as `apps/v1` and `Deployment`.
  package func find(apiVersion: String, kind: String) -> ResourceType? {
    if let type = Self.byKind["\(apiVersion)/\(kind)"] { return type }
    return custom.withLock { custom in
      custom.values.joined().first { $0.apiVersion == apiVersion && $0.kind == kind }
    }
  }

  /// The built-in resource under which objects of a bucket are stored.
  package func find(bucket: String) -> ResourceType? {
    let found = all.filter { $0.bucket == bucket && $0.storedAs == nil }
    // In the version in which they are kept they need not be converted.
    return found.first(where: \.isStorage) ?? found.first
  }

  /// Sets the resources of one custom resource definition; none takes them away.
  package func setCustom(_ types: [ResourceType], for definition: String) {
    custom.withLock { $0[definition] = types.isEmpty ? nil : types }
  }

  /// Group and version pairs, in order: core, then the built-in groups, then custom ones.
  package var groupVersions: [(group: String, version: String)] {
    var seen: Set<String> = []
    return all.compactMap { type in
      seen.insert(type.apiVersion).inserted ? (type.group, type.version) : nil
    }
  }

  private static let byAddress = Dictionary(
    ResourceType.builtIn.map { ("\($0.group)/\($0.version)/\($0.plural)", $0) },
    uniquingKeysWith: { one, _ in one })
  private static let byKind = Dictionary(
    ResourceType.builtIn.filter { !$0.verbs.isEmpty }.map { ("\($0.apiVersion)/\($0.kind)", $0) },
    uniquingKeysWith: { one, _ in one })
}
