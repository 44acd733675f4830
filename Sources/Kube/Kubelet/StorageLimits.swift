// What a pod may write to the node's disk: into its empty directories (`sizeLimit`), and altogether, with
// what its containers change in their own files and what they print (`ephemeral-storage`). The kernel does
// not hold it back; the kubelet looks now and then, and evicts the pod that has taken more.
//
// Simplification: the real kubelet also evicts pods when the disk runs full, the greediest first.
//
// Man pages: stat(2), du(1). Next: Kubelet+Admission.swift

import Documents
import Glibc
import Linux
import Support

/// The limits of one pod.
struct StorageLimits {
  let pod: JSONValue
  private static let resource = "ephemeral-storage"

  /// Whether there is anything to measure.
  var isLimited: Bool {
    total != nil || directories.contains { $0.limit != nil }
  }

  /// The empty directories that lie on the disk.
  private var directories: [(name: String, limit: Quantity?)] {
    pod.list("spec", "volumes").compactMap { volume in
      guard let source = volume["emptyDir"], source.text("medium") != "Memory" else { return nil }
      let limit = Quantity(source.text("sizeLimit"))
      return (volume.text("name"), limit.flatMap { $0.nano > 0 ? $0 : nil })
    }
  }

  /// What all containers may write together; nil when none of them has a limit.
  private var total: Quantity? { PodResources.sum(pod, "limits")[Self.resource] }

  /// Why the pod has to go, in the kubelet's words; nil when it may stay. `volume` and `container` say
  /// how many bytes the one of a name has taken.
  func verdict(volume: (String) -> Int, container: (String) -> Int) -> NodeVerdict? {
    var sum = 0
    for (name, limit) in directories where limit != nil || total != nil {
      let used = volume(name)
      sum += used
      if let limit, used > limit.units {
        return evicted("Usage of EmptyDir volume \"\(name)\" exceeds the limit \"\(limit)\". ")
      }
    }
    guard let total else { return nil }
    let containers = pod.list("spec", "initContainers") + pod.list("spec", "containers")
    let used = containers.map { ($0, container($0.text("name"))) }
    sum += used.map(\.1).reduce(0, +)
    if sum > total.units {
      return evicted(
        "Pod ephemeral local storage usage exceeds the total limit of containers \(total). ")
    }
    for (container, bytes) in used {
      guard let limit = Quantity(container.text("resources", "limits", Self.resource)),
        bytes > limit.units
      else { continue }
      return evicted(
        "Container \(container.text("name")) exceeded its local ephemeral storage limit "
          + "\"\(limit)\". ")
    }
    return nil
  }

  private func evicted(_ message: String) -> NodeVerdict {
    NodeVerdict(reason: "Evicted", message: message, isEviction: true)
  }
}

/// What files take on the disk, as du(1) counts.
enum DiskUsage {
  /// All below `path`, each file once however many names it has; nothing for what is not there.
  static func bytes(below path: String) -> Int {
    var seen: Set<UInt64> = []
    return bytes(path, &seen)
  }

  private static func bytes(_ path: String, _ seen: inout Set<UInt64>) -> Int {
    var info = stat()
    guard lstat(path, &info) == 0 else { return 0 }
    guard info.st_nlink < 2 || seen.insert(UInt64(info.st_ino)).inserted else { return 0 }
    var sum = Int(info.st_blocks) * 512
    guard info.st_mode & S_IFMT == S_IFDIR else { return sum }
    for name in (try? Directory.list(path)) ?? [] { sum += bytes("\(path)/\(name)", &seen) }
    return sum
  }
}
