// Which name a client took away from an image. Docker's event of it (`untag`) says the image's id only;
// the request has the name, and went through the lab's relay.

import Documents
import Engine
import Images
import Linux
import Support

/// A request to remove an image, as the relay took it down.
struct NameRemoval: Equatable {
  /// Before the name, escaped as in a path, in the name of a file of the relay's.
  static let prefix = "rmi="

  var name: String
  /// Nanoseconds since 1970.
  var time: Int64

  /// The subject of a request `DELETE /v1.41/images/NAME…`; nil for another path, and for an id, which is
  /// no name.
  static func subject(_ path: [Substring]) -> String? {
    guard let place = path.firstIndex(of: "images"), path.index(after: place) < path.endIndex else {
      return nil
    }
    let name = path[(place + 1)...].joined(separator: "/")
    let digits = name.hasPrefix("sha256:") ? name.dropFirst(7) : name[...]
    guard !digits.allSatisfy(\.isHexDigit) else { return nil }
    return prefix + name.replacing("/", with: "%2F").replacing("@", with: "%40")
  }

  /// Gives each `untag` in `entries` the name that the last request before it has, once; the others (a
  /// digest's, that goes with the last name) keep the image's id.
  static func complete(_ entries: inout [Journal.NewEntry], _ removals: [NameRemoval]) {
    var removals = removals
    for index in entries.indices
    where entries[index].type == "image" && entries[index].action == "untag"
      && entries[index].name.hasPrefix("sha256:")
    {
      guard let last = removals.lastIndex(where: { $0.time <= entries[index].time }) else {
        continue
      }
      entries[index].name = (try? Reference(removals[last].name).familiar) ?? removals[last].name
      removals.removeSubrange(...last)
    }
  }
}

extension OutputFolder {
  /// The requests to remove images by a name since `time`, in order.
  func removals(after time: Int64) -> [NameRemoval] {
    ((try? Directory.list(path)) ?? []).compactMap { file -> NameRemoval? in
      let parts = file.split(separator: "@").map(String.init)
      guard file.hasPrefix(NameRemoval.prefix), parts.count == 2, let asked = Int64(parts[1]),
        asked > time
      else { return nil }
      let name = parts[0].dropFirst(NameRemoval.prefix.count)
        .replacing("%3A", with: ":").replacing("%2F", with: "/").replacing("%40", with: "@")
      return NameRemoval(name: String(name), time: asked)
    }.sorted { $0.time < $1.time }
  }
}
