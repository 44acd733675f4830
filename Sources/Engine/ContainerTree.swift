// A container's files as the container sees them.
//
// While it runs, that is /proc/PID/root: the kernel itself shows the process's tree. While it does
// not, the overlay is mounted for the moment in a child process with a mount namespace of its own,
// so that nothing of it ever shows on the host and nothing is left behind, whatever happens.

import FoundationEssentials
import Glibc
import Images
import Linux
import Runtime
import Support

extension Engine {
  /// Where the overlay of a container lies.
  func overlay(_ record: ContainerRecord, image: Image) -> Overlay {
    let directory = containerDirectory(record.id)
    var overlay = Overlay(
      lower: image.lowerDirectories, upper: directory + "/upper", work: directory + "/work",
      target: directory + "/rootfs", userAttributes: UserNamespace.current.isNested)
    // With --rm the layer is deleted at the container's end.
    overlay.isVolatile = record.spec.host.autoRemove
    return overlay
  }

  /// Calls `body` with the path of the container's tree, in a child process when it is stopped:
  /// what `body` changes in memory is lost then, what it writes to files and descriptors stays.
  ///
  /// Owners are those of the host, whose root `body` is, as dockerd is for `cp`. `writes`: it will make
  /// files there, which shall belong to the container's root. Without `volumes`, the tree of a stopped
  /// container is that of the disk.
  package func withTree(
    of record: ContainerRecord, volumes: Bool = true, writes: Bool = false,
    _ body: (String) throws -> Void
  ) throws {
    if let process = runningProcess(record) {
      let path = "/proc/\(process.pid)/root"
      guard writes, let root = UserNamespace.root(of: process.pid), root != (0, 0) else {
        return try body(path)
      }
      return try inReportingChild {
        try FileSystemIdentity.assume(user: root.user, group: root.group)
        try body(path)
      }
    }
    guard let image = try images().heldImage(id: record.imageID) else {
      throw DklabError(
        .notFound, id: "image.not-found",
        Text(
          "the image of container \(record.name) is gone: \(record.imageID)",
          ko: "컨테이너 \(record.name)의 이미지가 없습니다: \(record.imageID)"))
    }
    let remap = volumes ? record.spec.host.remap : nil
    let view = remap.map { MappedView(users: $0.users, groups: $0.groups) }
    try withStoppedTree(record, image: image, view) { tree in
      // Through mapped mounts, only somebody whom they know makes anything: places of mounts, too.
      if let root = remap?.onHost(0, 0) {
        try FileSystemIdentity.assume(user: root.user, group: root.group)
      }
      if volumes { try mountVolumes(of: record, in: tree, view) }
      if !writes, remap != nil { try FileSystemIdentity.assume(user: geteuid(), group: getegid()) }
      try body(tree)
    }
  }

  /// The process whose view is the container's tree; nil while there is none.
  func runningProcess(_ record: ContainerRecord) -> ProcessIdentity? {
    guard record.state.isActive, let process = record.state.process, process.isAlive else {
      return nil
    }
    return process
  }

  func withStoppedTree(
    _ record: ContainerRecord, image: Image, _ view: MappedView? = nil,
    _ body: (String) throws -> Void
  ) throws {
    try inMountNamespace {
      var overlay = overlay(record, image: image)
      // What was mounted so once can never be mounted again, and this container may yet start.
      overlay.isVolatile = false
      if let view { try view.mount(overlay) } else { try overlay.mount() }
      try body(overlay.target)
    }
  }

  /// Puts a stopped container's volumes and directories of the host where it has them, as docker does
  /// for `cp`. Only in the mount namespace of the look.
  private func mountVolumes(
    of record: ContainerRecord, in tree: String, _ view: MappedView?
  ) throws {
    let root = try RootedDirectory(tree)
    for point in record.mounts.sorted(by: { $0.destination < $1.destination }) {
      let source = point.device?.device ?? point.source
      guard point.kind != .tmpfs, point.device?.isBind ?? true, point.subpath ?? "" == "",
        File.exists(source)
      else { continue }
      let copy = try DetachedMount(copying: source, recursive: true)
      guard copy.isDirectory else { continue }
      if point.kind == .volume, point.device == nil {
        try view?.mapOwners(of: copy, subject: source)
      }
      let target = try root.makeDirectories(point.destination, throughLinks: true)
      try copy.set(
        point.readWrite ? [] : .readOnly, propagation: .private, recursive: true)
      try copy.attach(to: target, subject: point.destination)
    }
  }

  /// Calls `body` with the path of the tree of `image`, in a child process, as `withTree` does. What
  /// it writes goes into memory and is lost.
  package func withTree(of image: Image, _ body: (String) throws -> Void) throws {
    try inMountNamespace {
      let place = directory + "/look"
      try Directory.make(place)
      try mountFileSystem("tmpfs", at: place, type: "tmpfs", subject: place)
      for name in ["upper", "work", "rootfs"] { try Directory.make("\(place)/\(name)") }
      let overlay = Overlay(
        lower: image.lowerDirectories, upper: place + "/upper", work: place + "/work",
        target: place + "/rootfs", userAttributes: UserNamespace.current.isNested)
      try overlay.mount()
      try body(overlay.target)
    }
  }

  /// Runs `body` in a child process with a mount namespace of its own.
  private func inMountNamespace(_ body: () throws -> Void) throws {
    try inReportingChild {
      // A process that only looks, such as a lab's check, may not have stepped in yet; and which
      // overlay is allowed depends on where it is mounted.
      try Rootless.enter(state: root.path + "/rootless")
      try unshareNamespaces([.mount])
      try mountFileSystem(nil, at: "/", [.slave, .recursive], subject: "propagation of /")
      try body()
    }
  }

  /// Calls `body`, in a child process, with a descriptor of the container's root file system alone:
  /// what else is mounted in it (volumes, /proc) shows as the empty directories below.
  package func withRootFileSystem(
    of record: ContainerRecord, _ body: (Int32) throws -> Void
  ) throws {
    guard let process = runningProcess(record) else {
      return try withTree(of: record, volumes: false) { path in
        let root = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)
        try body(root.number)
      }
    }
    try inReportingChild {
      let namespace = try FileDescriptor.open(Namespace.mount.path(of: process.pid), O_RDONLY)
      let users = try FileDescriptor.open(Namespace.user.path(of: process.pid), O_RDONLY)
      try setNamespace(namespace.number, .mount, subject: "mount namespace of \(record.name)")
      // The child has the container's root now. What is mounted there is copied without what is
      // mounted in it.
      let root = try DetachedMount(copying: "/", recursive: false)
      if record.spec.host.remap != nil {
        try setNamespace(users.number, .user, subject: "user namespace of \(record.name)")
        try UserNamespace.becomeRoot()
      }
      try body(root.number)
    }
  }

  /// Calls `body` in a child process and throws here what it throws there.
  func inReportingChild(_ body: () throws -> Void) throws {
    let (report, reportInside) = try FileDescriptor.pipe().split()
    let reader = FileDescriptor(owning: report)
    let code = try inChildProcess {
      do {
        try body()
        return 0
      } catch {
        let report =
          error as? DklabError
          ?? DklabError(
            .internal, id: "container.tree", Text("\(error)", ko: "\(error)"))
        try? JSONEncoder().encode(report).withUnsafeBytes { try writeAll(reportInside, $0) }
        return 1
      }
    }
    close(reportInside)
    guard code != 0 else { return }
    throw try JSONDecoder().decode(DklabError.self, from: Data(try readAll(reader.number)))
  }
}
