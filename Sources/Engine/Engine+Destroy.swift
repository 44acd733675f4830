import Glibc
import Images
import Linux
import Support

extension Engine {
  /// Ends an instance: its containers are killed, its network goes, its image names, volumes,
  /// journal and files are deleted. An instance that does not exist is fine. Images that other
  /// instances have names for stay.
  package static func destroy(root: DataRoot, instance: String) throws {
    let directory = root.instance(instance)
    guard File.exists(directory) else { return }
    if File.exists(directory + "/engine.db") {
      let engine = try Engine(root: root, instance: instance, creating: false)
      for record in try engine.containers() {
        try? engine.remove(record, force: true, volumes: true)
      }
      try engine.network.teardown()
      let content = try ContentStore(root: root.content)
      try content.removeScope(instance)
    }
    removeGroups(instance)
    // Under another name first: who looks through the instances must not meet half of one, nor make a
    // new database in the place of the old.
    let going = "\(root.path)/removing-\(instance)"
    try Directory.removeTree(going)
    guard Glibc.rename(directory, going) == 0 || errno == ENOENT else {
      throw SyscallError("rename", directory)
    }
    try Directory.removeTree(going)
    try collectImages(root: root)
  }

  /// Deletes everything below `root`: all instances, all images, the root itself.
  package static func destroyAll(root: DataRoot) throws {
    for instance in root.instances() { try destroy(root: root, instance: instance) }
    try Directory.removeTree(root.path)
  }

  /// The control groups `dklab/INSTANCE`, which containers' own groups lay in, and `dklab` when it
  /// was the last.
  private static func removeGroups(_ instance: String) {
    for hierarchy in CgroupLayout.observe().hierarchies {
      rmdir("\(hierarchy.base)/dklab/\(instance)")
      rmdir("\(hierarchy.base)/dklab")
    }
  }
}
