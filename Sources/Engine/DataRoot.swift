import Glibc
import Linux
import Support

/// Where everything is kept: `DKLAB_ROOT`, by default /var/lib/dklab for root and
/// `$XDG_DATA_HOME/dklab` for everyone else.
///
///     content/             blobs and unpacked layers, shared by all instances
///     cache/               what can be computed again
///     instances/NAME/      engine.db, containers/ID, volumes/NAME, network
package struct DataRoot: Sendable, Hashable {
  package let path: String

  /// The root at `path`, an absolute path.
  package init(path: String) {
    self.path = path
  }

  /// The root this process shall use.
  ///
  /// Throws `DklabError` `root.relative` when DKLAB_ROOT is not an absolute path.
  package static func current() throws -> DataRoot {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    if let path = variable("DKLAB_ROOT") {
      guard path.hasPrefix("/") else {
        throw DklabError(
          .invalid, id: "root.relative",
          Text(
            "DKLAB_ROOT: \(path): not an absolute path", ko: "DKLAB_ROOT: \(path): 절대 경로가 아닙니다"))
      }
      return DataRoot(path: path)
    }
    if geteuid() == 0 && variable("DKLAB_ROOTLESS_UID") == nil {
      return DataRoot(path: "/var/lib/dklab")
    }
    let data = variable("XDG_DATA_HOME") ?? (variable("HOME") ?? "/tmp") + "/.local/share"
    return DataRoot(path: data + "/dklab")
  }

  package var content: String { path + "/content" }
  package var cache: String { path + "/cache" }

  /// The directory of the instance `name`.
  package func instance(_ name: String) -> String { "\(path)/instances/\(name)" }

  /// The names of the instances that exist.
  package func instances() -> [String] {
    (try? Directory.list(path + "/instances")) ?? []
  }
}

/// The instance this process works in: `DKLAB_INSTANCE`, else `default`.
package func currentInstanceName() throws -> String {
  let name = getenv("DKLAB_INSTANCE").map { String(cString: $0) } ?? "default"
  guard isValidInstanceName(name) else {
    throw DklabError(
      .invalid, id: "instance.name",
      Text(
        "invalid instance name \(name): use letters, digits, - _ and .",
        ko: "잘못된 인스턴스 이름 \(name): 영문자, 숫자, - _ . 만 쓸 수 있습니다"))
  }
  return name
}

/// Whether `name` may be the name of an instance: it becomes a directory.
package func isValidInstanceName(_ name: String) -> Bool {
  guard let first = name.utf8.first, name.utf8.count <= 100 else { return false }
  func isPlain(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }
  return isPlain(first) && name.utf8.allSatisfy { isPlain($0) || [45, 46, 95].contains($0) }
}
