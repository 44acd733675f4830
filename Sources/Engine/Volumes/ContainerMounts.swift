import Glibc
import Images
import Linux
import Support

// Data outside the container layer: host directories, volumes, memory.

extension Engine {
  /// The directory of the volume `name`.
  package func volumeDirectory(_ name: String) -> String { "\(directory)/volumes/\(name)/_data" }

  /// The mounts of a container that is being made: what was asked for, then the volumes of other
  /// containers, then an anonymous volume for each VOLUME of the image.
  func resolveMounts(_ spec: ContainerSpec, image: Image) throws -> [MountPoint] {
    var mounts: [MountPoint] = []
    for wish in spec.host.mounts {
      guard !mounts.contains(where: { $0.destination == wish.target }) else {
        throw DklabError(
          .invalid, id: "mount.duplicate",
          Text(
            "Duplicate mount point: \(wish.target)", ko: "마운트 위치가 두 번 나옵니다: \(wish.target)"))
      }
      mounts.append(try resolve(wish))
    }
    for reference in spec.host.volumesFrom {
      let parts = reference.split(separator: ":", maxSplits: 1)
      guard !parts.isEmpty, parts.count == 1 || ["ro", "rw"].contains(parts[1]) else {
        throw DklabError(
          .invalid, id: "mount.volumes-from",
          Text(
            "invalid mode: \(parts.count > 1 ? String(parts[1]) : "")",
            ko: "--volumes-from \(reference): 모드는 ro나 rw입니다"))
      }
      let source = try container(String(parts[0]))
      for var mount in source.mounts where mount.kind != .tmpfs {
        if parts.count > 1 && parts[1] == "ro" { mount.readWrite = false }
        mount.isAnonymous = false
        if !mounts.contains(where: { $0.destination == mount.destination }) {
          mounts.append(mount)
        }
      }
    }
    for target in spec.config.volumes where !mounts.contains(where: { $0.destination == target }) {
      mounts.append(try resolve(MountWish(kind: .volume, source: nil, target: target)))
    }
    return mounts
  }

  private func resolve(_ wish: MountWish) throws -> MountPoint {
    var point = MountPoint(
      kind: wish.kind, name: nil, source: wish.source ?? "", destination: wish.target,
      readWrite: !wish.readOnly, propagation: wish.propagation ?? "", options: wish.options)
    switch wish.kind {
    case .tmpfs: break
    case .bind:
      point.propagation = wish.propagation ?? "rprivate"
      point.recursion = wish.recursion
      point.subpath = wish.subpath
      if !File.exists(point.source) {
        guard wish.createsSource else {
          throw DklabError(
            .invalid, id: "mount.source-missing",
            Text(
              "invalid mount config for type \"bind\": bind source path does not exist: \(point.source)",
              ko: "bind 마운트의 source 경로가 없습니다: \(point.source)"),
            hint: Text(
              "--mount never makes the directory; -v does", ko: "--mount는 디렉터리를 만들지 않습니다. -v는 만듭니다")
          )
        }
        try Directory.make(point.source)
      }
    case .volume:
      let name = try wish.source ?? randomIdentifier()
      point.name = name
      point.isAnonymous = wish.source == nil
      point.source = volumeDirectory(name)
      point.subpath = wish.subpath
      point.labels = wish.labels
      point.volumeOptions = wish.volumeOptions
      let options = try findVolume(name)?.options ?? wish.volumeOptions ?? [:]
      point.device = VolumeDevice(options)
    }
    return point
  }

  /// Called within the transaction that makes the container, which also holds off whoever looks for
  /// directories without a record.
  func recordVolume(_ mount: MountPoint) throws {
    guard mount.kind == .volume, let name = mount.name else { return }
    try Directory.make(mount.source)
    try insertVolume(
      name, isAnonymous: mount.isAnonymous,
      labels: mount.isAnonymous ? ["com.docker.volume.anonymous": ""] : mount.labels ?? [:],
      options: mount.volumeOptions ?? [:])
  }

  /// A new volume starts with what the image has at its place, owner and mode included.
  func populateVolumes(_ record: ContainerRecord, image: Image) throws {
    let fresh = record.mounts.filter { mount in
      mount.kind == .volume && mount.subpath == nil && mount.device == nil
        && !record.spec.host.mounts.contains { $0.target == mount.destination && $0.noCopy }
        && ((try? Directory.list(mount.source))?.isEmpty ?? false)
    }
    guard !fresh.isEmpty else { return }
    try withStoppedTree(record, image: image) { tree in
      let root = try RootedDirectory(tree)
      for mount in fresh {
        guard try root.exists(mount.destination) else { continue }
        let source = try root.open(mount.destination, O_RDONLY | O_DIRECTORY)
        let target = try FileDescriptor.open(mount.source, O_RDONLY | O_DIRECTORY)
        try TreeCopy().copyContents(of: source, into: target)
      }
    }
  }

  /// The anonymous volumes of a container that nothing else uses; called within the transaction that
  /// removes it, which forgets them too. Their directories are left for afterwards.
  func forgetAnonymousVolumes(of record: ContainerRecord) throws -> [String] {
    let names = record.mounts.filter(\.isAnonymous).compactMap(\.name)
    guard !names.isEmpty else { return [] }
    let others = try containers().filter { $0.id != record.id }
    let used = Set(others.flatMap { $0.mounts.compactMap(\.name) })
    let unused = names.filter { !used.contains($0) }
    for name in unused {
      try forgetVolume(name)
    }
    return unused
  }
}
