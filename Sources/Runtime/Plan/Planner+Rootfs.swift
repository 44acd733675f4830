import Linux
import Support

extension Planner {
  /// The tree the container sees, built under the rootfs while the host's is still there.
  mutating func planRootfs() throws {
    if changesUser {
      let isNew = try namespaces().contains { $0.kind == .user && $0.path == nil }
      add(
        .rootfs, .becomeRoot(awaitingMaps: isNew),
        Text(
          "what is made from here on belongs to the container's root",
          ko: "여기서부터 만드는 것은 컨테이너의 root 소유가 됩니다"))
    }
    // Propagation to the host, when it is asked for, must not be cut off before the mounts.
    let spreads = MountFlags.propagationNames[wish.spec.linux?.rootfsPropagation ?? ""]
    let isShared = spreads?.contains(.shared) ?? false
    add(
      .rootfs, .makeMountsPrivate(isShared ? [.shared, .recursive] : [.slave, .recursive]),
      isShared
        ? Text("the specification wants mounts to spread", ko: "명세가 마운트의 전파를 요구합니다")
        : Text(
          "what is mounted from here on must not appear on the host",
          ko: "여기서부터의 마운트가 호스트에 나타나지 않게 합니다"))
    try joinExisting()
    planRoot()
    for mount in wish.spec.mounts ?? [] { try plan(mount) }
    planDevices()
    add(
      .rootfs, .awaitHost,
      Text(
        "until the monitor has set the id maps and the network",
        ko: "모니터가 ID 매핑과 네트워크를 마칠 때까지 기다립니다"))
    try planNames()
    planHidden()
    planDirectory()
    planHooks()
    planRootChange()
  }

  private mutating func planDirectory() {
    guard let directory = wish.spec.process?.cwd, directory != "/" else { return }
    add(
      .rootfs, .makeDirectory(path: directory),
      Text("the working directory must exist", ko: "작업 디렉터리가 있어야 합니다"))
  }

  /// The tree is complete, and the host's is still visible: both kinds of hooks need that.
  private mutating func planHooks() {
    guard let hooks = wish.spec.hooks else { return }
    if !(hooks[.prestart] + hooks[.createRuntime]).isEmpty {
      add(
        .rootfs, .awaitHostHooks,
        Text(
          "hooks of the host may add to the tree, from outside",
          ko: "호스트의 훅이 바깥에서 트리에 무언가를 더할 수 있습니다"))
    }
    if !hooks[.createContainer].isEmpty {
      add(
        .rootfs, .runHooks(.createContainer, hooks[.createContainer]),
        Text(
          "programs of the host, in the container's namespaces",
          ko: "호스트의 프로그램을 컨테이너의 네임스페이스에서 실행합니다"))
    }
  }

  private mutating func planRootChange() {
    if wish.pivotsRoot {
      return add(
        .rootfs, .pivotRoot,
        Text(
          "the rootfs becomes /, and the host's tree is let go: chroot would leave a way back",
          ko: "rootfs가 /가 되고 호스트의 트리를 놓습니다. chroot만으로는 돌아갈 길이 남습니다"))
    }
    add(
      .rootfs, .moveRoot,
      Text(
        "--no-pivot: on a ramdisk there is nothing to pivot from, so the mount is moved over /",
        ko: "--no-pivot: 램디스크에서는 pivot_root를 쓸 수 없어 마운트를 / 위로 옮깁니다"))
  }

  /// The mount namespace last: the paths of the others are those of this one.
  private mutating func joinExisting() throws {
    let all = try namespaces().filter { $0.kind != .pid && $0.kind != .user }
    for (kind, path) in all.filter({ $0.kind != .mount }) + all.filter({ $0.kind == .mount }) {
      guard let path else { continue }
      add(
        .rootfs, .joinNamespace(kind, path: path),
        Text("shares \(kind.isolates(.en))", ko: "공유합니다: \(kind.isolates(.ko))"))
    }
  }

  /// By the monitor: the container's root may not mount what belongs to the host.
  mutating func planMappedOverlay() {
    guard mapsLayers, case .overlay(let overlay) = wish.rootfs else { return }
    let mapped = MappedOverlay(
      overlay: overlay, uid: wish.spec.linux?.uidMappings ?? [],
      gid: wish.spec.linux?.gidMappings ?? [])
    let root = mapped.root.user
    add(
      .monitor, .mountMappedOverlay(mapped),
      Text(
        "on the disk the layers belong to root, who is nobody in the container: copies of the mounts show "
          + "\(root) in its place, whom the container calls root; nothing on the disk changes",
        ko: "디스크의 레이어는 root의 것인데, 컨테이너는 그 root를 모릅니다. 그래서 소유자가 \(root)(컨테이너의 root)로 "
          + "보이는 마운트 사본을 만들어 합칩니다. 디스크의 파일은 바뀌지 않습니다"))
  }

  private mutating func planRoot() {
    switch wish.rootfs {
    case .overlay where mapsLayers:
      add(
        .rootfs, .attachRoot,
        Text(
          "over the old /: so no directory of the host lies on the way that the container's root may not "
            + "enter",
          ko: "원래의 / 위에 얹습니다. 컨테이너의 root가 들어갈 수 없는 호스트 디렉터리를 지나지 않기 위해서입니다"))
    case .overlay(let overlay):
      add(
        .rootfs, .mountOverlay(overlay),
        Text(
          "the image's read-only layers below one writable layer: the container layer"
            + (overlay.isVolatile ? ", of which nothing has to be on the disk at the end" : ""),
          ko: "이미지의 읽기 전용 레이어들 위에 쓰기 가능한 한 층, 곧 컨테이너 레이어를 얹습니다"
            + (overlay.isVolatile ? ". 끝나면 버리므로 디스크에 남길 필요가 없습니다" : "")))
    case .directory(let path):
      add(
        .rootfs, .bindRootfs(path: path),
        Text(
          "pivot_root wants a mount point, so the directory is mounted on itself",
          ko: "pivot_root는 마운트 지점을 요구하므로 디렉터리를 자기 위에 마운트합니다"))
    }
  }
}
