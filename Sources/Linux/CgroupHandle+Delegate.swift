// Giving a container's control group to the container.
//
// On v2 a group may belong to somebody who is not root: who owns its directory may make groups below
// it and move processes between them. What must not be given is the files that set the group's own
// limits, which belong to whoever gave the group away. Which files may go along, the kernel lists.
// On v1 this is not safe, so nothing happens there.
//
// See cgroups(7), "Cgroups delegation".

import Glibc
import Support

extension CgroupHandle {
  /// What kernels without a list of their own have.
  static let delegatedFiles = ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"]

  /// Makes `owner` the owner of the group, so that a container of that user can divide it further. A
  /// listed file that the group does not have is left out.
  package func delegate(to owner: uid_t) throws {
    guard let unified else { return }
    let listed = try? File.text("/sys/kernel/cgroup/delegate", limit: 64 << 10)
    let names = listed?.split(whereSeparator: \.isNewline).map(String.init) ?? Self.delegatedFiles
    for path in [unified] + names.map({ "\(unified)/\($0)" }) {
      let result = SyscallTrace.note(
        "chown", "\(path), \(owner)", lchown(path, owner, gid_t.max))
      if result != 0 && errno != ENOENT { throw SyscallError("chown", path) }
    }
  }
}
