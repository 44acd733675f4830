import Linux
import Support

extension Planner {
  /// One of the specification's mounts: a copy of something that is there, or a file system.
  mutating func plan(_ mount: SpecMount) throws {
    try ProcGuard.check(mount)
    let options = MountOptions(mount.options ?? [])
    if mount.type == "bind" || options.flags.contains(.bind) {
      guard let source = mount.source else {
        throw DklabError(
          .invalid, id: "spec.mount",
          Text(
            "mounts: \(mount.destination): a bind mount needs a source",
            ko: "mounts: \(mount.destination): 바인드 마운트에는 source가 필요합니다"))
      }
      var request = BindRequest(
        source: source, within: mount.within, target: mount.destination, flags: options.flags,
        propagation: options.propagation, recursive: options.recursive)
      request.isCopiedOutside = isCopiedOutside(mount, options)
      return add(.rootfs, .bind(request), MountReasons.bind(mount.destination, options))
    }
    if mount.type == "cgroup" { return planCgroupMount(mount, options) }
    // Group 5 is "tty" by convention; without subordinate ids it has no number here.
    let data =
      options.data.filter { $0 != "gid=5" || mapsGroup(5) } + labelOption(of: mount.type ?? "")
    let request = MountRequest(
      type: mount.type ?? "none", source: mount.source ?? mount.type ?? "none",
      target: mount.destination, flags: options.flags, propagation: options.propagation,
      data: data.isEmpty ? nil : data.text(separatedBy: ","), recursive: options.recursive,
      copiesUp: options.copiesUp)
    add(.rootfs, .mount(request), MountReasons.fileSystem(mount.type ?? "", mount.destination))
  }

  /// Copies of mounts that the monitor makes. For maps of owners: each mount's own, or else the
  /// container's (runtime specification, "idmap").
  mutating func planMountCopies() throws {
    let user = try namespaces().first { $0.kind == .user }
    let linux = wish.spec.linux
    for mount in wish.spec.mounts ?? [] {
      let options = MountOptions(mount.options ?? [])
      guard let source = mount.source, isCopiedOutside(mount, options) else { continue }
      let isOwn = mount.uidMappings != nil
      let reach = options.ownerMap ?? (isOwn ? .mount : nil)
      let map = MountCopy(
        source: source, within: mount.within, target: mount.destination,
        isRecursive: options.flags.contains(.recursive), reach: reach,
        uid: (isOwn ? mount.uidMappings : linux?.uidMappings) ?? [],
        gid: (isOwn ? mount.gidMappings : linux?.gidMappings) ?? [],
        userNamespacePath: isOwn ? nil : user?.path)
      let reason =
        reach == nil
        ? Text(
          "for \(mount.destination): the container's root may not reach it",
          ko: "\(mount.destination)에 쓸 것입니다. 컨테이너의 root는 여기에 닿지 못할 수 있습니다")
        : Text(
          "the files of \(mount.destination) show other owners: a privilege of the host",
          ko: "\(mount.destination)의 파일이 다른 소유자로 보이게 합니다. 호스트의 권한으로만 할 수 있습니다")
      add(.monitor, .copyMount(map), reason)
    }
  }

  private func isCopiedOutside(_ mount: SpecMount, _ options: MountOptions) -> Bool {
    guard mount.type == "bind" || options.flags.contains(.bind) else { return false }
    return mount.uidMappings != nil || options.ownerMap != nil || (changesUser && host.mayMount)
  }

  /// `linux.mountLabel`, for file systems that keep their labels in memory. The kernel labels its own.
  private func labelOption(of type: String) -> [String] {
    guard let label = wish.spec.linux?.mountLabel, !label.isEmpty,
      host.modules.contains(.selinux), !["proc", "sysfs", "mqueue"].contains(type)
    else { return [] }
    return ["context=\"\(label)\""]
  }

  private func mapsGroup(_ group: UInt32) -> Bool {
    guard changesUser, let map = wish.spec.linux?.gidMappings, !map.isEmpty else {
      return host.mappedGroups > group
    }
    return map.contains { $0.containerID <= group && group - $0.containerID < $0.size }
  }

  /// On v2 one file system; on v1 a tmpfs with one directory a hierarchy. Both show only the
  /// container's own part: through its cgroup namespace, or else by mounting just that part.
  private mutating func planCgroupMount(_ mount: SpecMount, _ options: MountOptions) {
    guard host.cgroups.kind != .none, !(host.inUserNamespace && host.cgroups.kind != .v2) else {
      return
    }
    cgroupMount = (mount.destination, options)
  }

  /// Makes the view of the control groups; in a namespace of its own only once the process is in it.
  mutating func planCgroupFileSystems(_ destination: String, _ options: MountOptions) {
    let reason = Text(
      "shows the container its own limits and usage", ko: "컨테이너가 자기 제한과 사용량을 봅니다")
    func request(_ type: String, _ target: String, _ data: String?) -> Operation {
      .mount(
        MountRequest(
          type: type, source: type == "tmpfs" ? "tmpfs" : "cgroup", target: target,
          flags: options.flags.subtracting(type == "tmpfs" ? .readOnly : []), propagation: [],
          data: data))
    }
    let ownsNamespace = wish.spec.linux?.namespaces?.contains { $0.type == "cgroup" } ?? false
    if host.cgroups.kind == .v2 {
      return add(.rootfs, request("cgroup2", destination, nil), reason)
    }
    add(.rootfs, request("tmpfs", destination, "mode=755"), reason)
    for hierarchy in host.cgroups.hierarchies where !hierarchy.isUnified {
      let name = hierarchy.controllers.text(separatedBy: ",")
      let target = "\(destination)/\(name)"
      // In a user namespace of its own the container may do that, too; in the user's only what is bound.
      if ownsNamespace && (!changesUser || !host.inUserNamespace) {
        add(.rootfs, request("cgroup", target, name), reason)
      } else if let path = wish.spec.linux?.cgroupsPath {
        let own = path.split(separator: "/").text(separatedBy: "/")
        let bind = BindRequest(
          source: "\(hierarchy.base)/\(own)", target: target, flags: options.flags.union(.bind),
          propagation: [])
        add(.rootfs, .bind(bind), reason)
      }
      for controller in hierarchy.controllers where hierarchy.controllers.count > 1 {
        add(.rootfs, .symlink(target: name, path: "\(destination)/\(controller)"), reason)
      }
    }
    if options.flags.contains(.readOnly) {
      // Only now: the directories of the hierarchies had to be made in it.
      let flags = options.flags.union([.remount, .bind])
      add(
        .rootfs,
        .mount(
          MountRequest(
            type: "tmpfs", source: "tmpfs", target: destination, flags: flags, propagation: [],
            data: nil)), reason)
    }
  }
}
