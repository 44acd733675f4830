import Documents
import Support

/// The name by which labs know a container of compose. Compose 2 joins project, service and number with
/// `-`; Compose 1, which is the only one that some distributions have, with `_`. Both write the three
/// into labels, so what Compose 1 has made goes by the newer name: a lab is about either.
enum ComposeName {
  /// `work-db-1` for a container with the labels of compose that is called `work_db_1`; any other keeps
  /// `name`, one that the file itself names among them.
  static func newer(_ name: String, label: (String) -> String?) -> String {
    let keys = ["project", "service", "container-number"].map { "com.docker.compose." + $0 }
    let parts = keys.compactMap(label)
    guard parts.count == keys.count, name == parts.joined(separator: "_") else { return name }
    return parts.joined(separator: "-")
  }
}
