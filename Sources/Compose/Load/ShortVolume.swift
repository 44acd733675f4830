import Documents
import Support

/// The short form of a mount: `[SOURCE:]TARGET[:OPTIONS]`.
enum ShortVolume {
  /// Where a short mount goes, nil when it cannot be read.
  static func target(_ text: String) -> String? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    return parts.count == 1 ? parts[0] : parts.count <= 3 ? parts[1] : nil
  }

  /// Whether a source is a path and not a volume's name.
  static func isPath(_ source: String) -> Bool {
    source.first.map { "./~".contains($0) } ?? false
  }

  private static let propagations = [
    "rprivate", "private", "rshared", "shared", "rslave", "slave",
  ]

  /// The long form of a short mount.
  ///
  /// - Throws: ``DklabError`` with the place of `node`.
  static func expand(_ node: YAMLNode, at path: ComposePath) throws -> YAMLNode {
    let text = node.text ?? ""
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    if parts.contains("") || parts.count > 3 {
      throw node.error(
        "compose.volume",
        Text(
          "\(path): invalid mount `\(text)`: "
            + (parts.count > 3 ? "too many colons" : "empty section between colons"),
          ko: "\(path): 잘못된 마운트 `\(text)`: "
            + (parts.count > 3 ? "콜론이 너무 많습니다" : "콜론 사이가 비어 있습니다")),
        hint: Text(
          "write VOLUME:/path, ./directory:/path or /path, with :ro at the end for read-only",
          ko: "볼륨:/경로, ./디렉터리:/경로 또는 /경로로 쓰고, 읽기 전용이면 끝에 :ro를 붙이세요"))
    }
    let source = parts.count > 1 ? parts[0] : nil
    var bind: [(String, YAMLNode)] = []
    var volume: [(String, YAMLNode)] = []
    var readOnly = false
    for option in (parts.count == 3 ? parts[2] : "").split(separator: ",").map(String.init) {
      switch option {
      case "ro": readOnly = true
      case "rw", "cached", "delegated", "consistent": break
      case "nocopy": volume.append(("nocopy", node.plain("true")))
      case "z", "Z": bind.append(("selinux", node.string(option)))
      case _ where propagations.contains(option):
        bind.append(("propagation", node.string(option)))
      default:
        throw node.error(
          "compose.volume.option",
          Text(
            "\(path): unknown mount option `\(option)`",
            ko: "\(path): 알 수 없는 마운트 옵션 `\(option)`"),
          hint: Text(
            "known: ro, rw, nocopy, z, Z, \(propagations.joined(separator: ", "))",
            ko: "쓸 수 있는 옵션: ro, rw, nocopy, z, Z, \(propagations.joined(separator: ", "))"))
      }
    }
    let isBind = source.map(isPath) ?? false
    var members: [(String, YAMLNode)] = [("type", node.string(isBind ? "bind" : "volume"))]
    if let source { members.append(("source", node.string(source))) }
    members.append(("target", node.string(parts.count > 1 ? parts[1] : parts[0])))
    if readOnly { members.append(("read_only", node.plain("true"))) }
    if isBind {
      // The short form makes a missing directory, the long form refuses it.
      bind.append(("create_host_path", node.plain("true")))
      members.append(("bind", node.object(bind)))
    } else {
      members.append(("volume", node.object(volume)))
    }
    return node.object(members)
  }
}
