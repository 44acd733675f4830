import Glibc
import Linux
import Support

extension Overlay {
  /// One mount joins the image's layers and the container layer, at `target`, in the calling mount
  /// namespace.
  package func mount() throws {
    // Where such a mount was once the kernel refuses a second one: it cannot know whether the machine
    // has run on in between. We do: after that everything of it would have been deleted.
    if isVolatile { try Directory.removeTree(work + "/work/incompat") }
    var options =
      "lowerdir=\(lower.map(escape).text(separatedBy: ":"))"
      + ",upperdir=\(escape(upper)),workdir=\(escape(work))"
    options += marks
    // The kernel takes one page of options. Deep images are mounted by names relative to the
    // directory all layers share.
    if options.utf8.count < 4000 {
      return try mount(options)
    }
    let common = commonDirectory(lower)
    try check(chdir(common), "chdir", common)
    options =
      "lowerdir=\(lower.map { escape(String($0.dropFirst(common.count))) }.joined(separator: ":"))"
      + ",upperdir=\(escape(upper)),workdir=\(escape(work))"
      + marks
    try mount(options)
  }

  /// The last mount of `upper` may still be on its way to the disk (`Monitor.mounts`). Some kernels let
  /// nobody else have it until then.
  private func mount(_ options: String) throws {
    let deadline = monotonicMilliseconds() + 10_000
    while true {
      do {
        return try mountFileSystem(
          "overlay", at: target, type: "overlay", data: options, subject: target)
      } catch let error as SyscallError
        where error.errno == EBUSY && monotonicMilliseconds() < deadline
      {
        usleep(5000)
      }
    }
  }

  /// Some distributions let overlay note only where a renamed directory has its content: then an
  /// upper directory would be no layer that stands for itself. In a user namespace it may not.
  private var marks: String {
    (userAttributes ? ",userxattr" : ",redirect_dir=off,metacopy=off")
      + (isVolatile ? ",volatile" : "")
  }

  /// `:` and `,` separate, `\` escapes (overlayfs documentation).
  private func escape(_ path: String) -> String {
    var result = ""
    for character in path {
      if character == ":" || character == "," || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result
  }

  private func commonDirectory(_ paths: [String]) -> String {
    guard var common = paths.first.map({ Array($0) }) else { return "/" }
    for path in paths {
      common = Array(zip(common, path).prefix { $0 == $1 }.map(\.0))
    }
    guard let slash = common.lastIndex(of: "/") else { return "/" }
    return String(common[...slash])
  }
}
