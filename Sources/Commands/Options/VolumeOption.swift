import Engine
import Glibc
import Support

/// One `-v`: `[SOURCE:]TARGET[:MODE]`.
package enum VolumeOption: Equatable {
  /// A path alone: an anonymous volume there.
  case anonymous(String)
  /// A host directory or a named volume.
  case mount(MountWish)

  private static let propagations: Set<String> = [
    "private", "rprivate", "shared", "rshared", "slave", "rslave",
  ]
  private static let consistencies: Set<String> = ["consistent", "cached", "delegated", "default"]

  /// Reads one value by docker's rules. A source that starts with `.` is a path below `directory`.
  package static func parse(
    _ text: String, in directory: String = currentDirectory()
  ) throws -> VolumeOption {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard !text.isEmpty else {
      throw refused("invalid empty volume spec", ko: "볼륨 지정이 비어 있습니다")
    }
    guard parts.count <= 3 else {
      throw refused(
        "invalid spec: \(text): too many colons", ko: "잘못된 볼륨 지정입니다: '\(text)': 콜론이 너무 많습니다")
    }
    guard !parts.contains("") else {
      throw refused(
        "invalid spec: \(text): empty section between colons",
        ko: "잘못된 볼륨 지정입니다: '\(text)': 콜론 사이가 비어 있습니다")
    }
    if parts.count == 1 { return .anonymous(try target(parts[0], in: text)) }
    // `/data:ro` forgets the source: docker refuses it rather than mount at "ro".
    if (try? Mode(parts[1])) != nil, !parts[1].isEmpty, !parts[1].hasPrefix("/") {
      throw invalid(text, nil)
    }
    let target = try target(parts[1], in: text)
    let source = parts[0].hasPrefix(".") ? absolute(parts[0], in: directory) : parts[0]
    let isPath = source.hasPrefix("/")
    if !isPath { try Engine.checkVolumeName(source) }
    var wish = MountWish(kind: isPath ? .bind : .volume, source: source, target: target)
    wish.createsSource = isPath
    if parts.count == 3 {
      let mode = try Mode(parts[2])
      wish.readOnly = mode.readOnly
      wish.propagation = mode.propagation
      wish.noCopy = mode.noCopy
    }
    return .mount(wish)
  }

  /// The words after the second colon.
  private struct Mode {
    var readOnly = false
    var propagation: String?
    var noCopy = false

    init(_ text: String) throws {
      var kinds: Set<String> = []
      for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
        let kind: String
        switch word {
        case "ro", "rw":
          readOnly = word == "ro"
          kind = "access"
        case "z", "Z": kind = "label"
        case "nocopy":
          noCopy = true
          kind = "copy"
        case _ where propagations.contains(word):
          propagation = word
          kind = "propagation"
        case _ where consistencies.contains(word): kind = "consistency"
        default: throw VolumeOption.invalidMode(text)
        }
        guard kinds.insert(kind).inserted else { throw VolumeOption.invalidMode(text) }
      }
    }
  }

  private static func target(_ path: String, in text: String) throws -> String {
    guard path.hasPrefix("/") else {
      throw invalid(text, "invalid mount path: '\(path)' mount path must be absolute")
    }
    let clean = cleanPath(path)
    guard clean != "/" else {
      throw invalid(text, "invalid specification: destination can't be '/'")
    }
    return clean
  }

  private static func invalid(_ text: String, _ reason: String?) -> DklabError {
    let more = reason.map { ": \($0)" } ?? ""
    return refused(
      "invalid volume specification: '\(text)'\(more)", ko: "잘못된 볼륨 지정입니다: '\(text)'\(more)")
  }

  private static func refused(_ english: String, ko korean: String) -> DklabError {
    DklabError(
      .invalid, id: "volume.invalid", Text(english, ko: korean),
      hint: Text(
        "write /container/path, name:/container/path or /host/path:/container/path[:ro]",
        ko: "/컨테이너/경로, 이름:/컨테이너/경로, /호스트/경로:/컨테이너/경로[:ro] 가운데 하나로 쓰세요"))
  }

  private static func invalidMode(_ text: String) -> DklabError {
    DklabError(
      .invalid, id: "volume.mode-invalid",
      Text("invalid mode: \(text)", ko: "잘못된 모드입니다: \(text)"),
      hint: Text(
        "modes are ro, rw, z, Z, nocopy and the propagations private, shared, slave, rprivate, "
          + "rshared, rslave",
        ko: "모드는 ro, rw, z, Z, nocopy와 전파 방식 private, shared, slave, rprivate, rshared, rslave입니다"
      ))
  }
}

/// The working directory of this process.
package func currentDirectory() -> String {
  guard let path = getcwd(nil, 0) else { return "/" }
  defer { free(path) }
  return String(cString: path)
}

/// `path` below `directory` without `.`, `..` and double slashes.
func absolute(_ path: String, in directory: String) -> String {
  cleanPath(path.hasPrefix("/") ? path : directory + "/" + path)
}

/// An absolute path without `.`, `..`, double slashes and a slash at the end.
func cleanPath(_ path: String) -> String {
  var parts: [Substring] = []
  for part in path.split(separator: "/") where part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  return "/" + parts.joined(separator: "/")
}
