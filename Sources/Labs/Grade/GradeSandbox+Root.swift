import Glibc
import Linux
import Support

/// The root file system of a sandbox.
extension GradeSandbox {
  /// Places of the host that its programs need.
  private static let hostDirectories = [
    "usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc",
  ]
  private static let devices = ["null", "zero", "full", "random", "urandom", "tty"]

  /// Where things are inside.
  enum Inside {
    static let images = "/images"
    static let program = "/lab/program"
    static let root = "/lab/root"
    static let home = "/lab/home"
  }

  /// Builds it over `setting.place`, in the builder's mount namespace. Host directories that are links
  /// into others, as /bin is, are links inside.
  static func furnish(_ setting: Setting) throws {
    let place = setting.place
    try mountFileSystem(
      "tmpfs", at: place, type: "tmpfs", [.noSuid],
      data: "size=\(setting.limits.disk),nr_inodes=\(setting.limits.files),mode=755")
    for name in [
      "dev/pts", "dev/shm", "proc", "sys", "run", "tmp", "var/tmp", "root", "lab/home", "images",
    ] {
      try Directory.make("\(place)/\(name)")
    }
    for name in ["tmp", "var/tmp", "dev/shm"] { chmod("\(place)/\(name)", 0o1777) }
    for name in hostDirectories where File.exists("/\(name)") {
      if let target = try? File.link("/\(name)") {
        try check(symlink(target, "\(place)/\(name)"), "symlink", name)
      } else {
        try bind("/\(name)", "\(place)/\(name)", [.readOnly, .noSuid, .noDevices])
      }
    }
    for directory in libraryDirectories() {
      try bind(directory, place + directory, [.readOnly, .noSuid, .noDevices])
    }
    try bindFile(try File.link("/proc/self/exe"), place + Inside.program, [.readOnly, .noSuid])
    for name in devices { try bindFile("/dev/\(name)", "\(place)/dev/\(name)", []) }
    for (name, target) in [
      ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
      ("stderr", "/proc/self/fd/2"), ("ptmx", "pts/ptmx"),
    ] {
      try check(symlink(target, "\(place)/dev/\(name)"), "symlink", name)
    }
    // Root inside owns nothing of it but the control groups it was given.
    try bind("/sys", place + "/sys", [.noSuid, .noDevices, .noExec])
    try bind(
      setting.images, place + Inside.images,
      setting.writesImages ? [.noSuid, .noDevices] : [.readOnly, .noSuid, .noDevices])
    // The tmpfs is the builder's; what is to be written inside is not.
    let owner = mapping.outside
    for name in ["tmp", "var/tmp", "dev/shm", "run", "root", "lab", "lab/home"] {
      chown("\(place)/\(name)", owner, owner)
    }
  }

  /// Goes in: what only the new namespaces can mount, then the new root.
  static func settle(_ setting: Setting) throws {
    let place = setting.place
    // A locked mount cannot become the root; a copy of it can, and what is below stays locked.
    try mountFileSystem(place, at: place, [.bind, .recursive])
    // The kernel wants to see the host's whole /proc while a new one is mounted; afterwards it goes.
    try mountFileSystem("proc", at: place + "/proc", type: "proc", [.noSuid, .noDevices, .noExec])
    try mountFileSystem(
      "devpts", at: place + "/dev/pts", type: "devpts", [.noSuid, .noExec],
      data: "newinstance,ptmxmode=0666,mode=0620")
    try pivotRoot(to: place)
  }

  private static func bind(_ source: String, _ target: String, _ flags: MountFlags) throws {
    try Directory.make(target)
    try attach(source, target, flags)
  }

  private static func bindFile(_ source: String, _ target: String, _ flags: MountFlags) throws {
    _ = try FileDescriptor.open(target, O_WRONLY | O_CREAT, mode: 0o644)
    try attach(source, target, flags)
  }

  private static func attach(_ source: String, _ target: String, _ flags: MountFlags) throws {
    let tree = try DetachedMount(copying: source, recursive: true)
    try tree.set(flags, recursive: true)
    try tree.attach(
      to: try FileDescriptor.open(target, O_PATH), subject: target)
  }

  /// Directories outside the usual ones that hold libraries of this program: a development build has
  /// some, an installed one has none.
  private static func libraryDirectories() -> [String] {
    let maps = (try? File.text("/proc/self/maps", limit: 4 << 20)) ?? ""
    var found: Set<String> = []
    for line in maps.split(separator: "\n") {
      guard let start = line.firstIndex(of: "/"), line.contains(".so") else { continue }
      let path = line[start...]
      let isUsual = hostDirectories.contains { path.hasPrefix("/\($0)/") }
      guard !isUsual, let slash = path.lastIndex(of: "/") else { continue }
      found.insert(String(path[..<slash]))
    }
    return found.sorted()
  }
}
