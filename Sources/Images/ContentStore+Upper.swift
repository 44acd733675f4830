// A layer out of what was written: the archive is made, hashed and kept in one pass. The unpacked
// layer is the upper directory itself when it can be had, else the archive unpacked.

import Glibc
import Linux
import SQLite
import Support

extension ContentStore {
  /// Makes a layer of `upper`, which stays as it is. The caller holds the store's lock, and nobody
  /// should write to the directory meanwhile.
  package func addLayer(upper: UpperDirectory) throws -> Layer {
    let (blob, _) = try write(upper, isTaken: false)
    let (digest, size) = try blob.commit()
    return try addLayer(
      blob: Descriptor(mediaType: MediaType.ociLayer, digest: digest, size: size),
      expecting: digest, name: upper.path)
  }

  /// Makes a layer of `upper` and takes the directory itself for it where possible: nothing may be
  /// mounted on it any more. Afterwards the caller removes what is left of it. The caller holds the
  /// store's lock, and sees to `settleLayers`.
  package func addLayer(taking upper: UpperDirectory) throws -> Layer {
    let (blob, bytes) = try write(upper, isTaken: true)
    let archive = Descriptor(
      mediaType: MediaType.ociLayer, digest: blob.finish(), size: blob.size)
    return try withLayerLock(archive.digest) {
      if let layer = try layer(archive.digest) {
        let isThere = hasBlob(archive.digest) || File.exists(pendingArchive(archive.digest.hex))
        if !isThere { _ = try blob.commit() }
        return layer
      }
      let temporary = try temporaryPath("layer")
      defer { try? Directory.removeTree(temporary) }
      try Directory.make(temporary)
      guard rename(upper.path, temporary + "/diff") == 0 else {
        guard errno == EXDEV || errno == EBUSY else { throw SyscallError("rename", upper.path) }
        _ = try blob.commit()
        return try unpackLayer(
          blob: archive, expecting: archive.digest, name: upper.path, limits: UnpackLimits())
      }
      chmod(temporary + "/diff", 0o755)
      guard !ContentStore.bootID.isEmpty else {
        _ = try blob.commit()
        return try install(temporary, as: archive.digest, bytes: bytes, from: archive)
      }
      return try installPending(
        temporary, as: archive.digest, bytes: bytes, from: archive, with: blob)
    }
  }

  private func write(_ upper: UpperDirectory, isTaken: Bool) throws -> (BlobWriter, Int64) {
    let blob = try BlobWriter(self)
    let writer = TarWriter(blob)
    let archive = TreeArchive(writer)
    archive.timeLimit = upper.timeLimit
    try upper.walk(
      visit: { node in
        try UpperWriter.refuseRedirect(node)
        try UpperWriter.add(node, to: archive)
        guard isTaken, !node.isDirectory, !node.isWhiteout else { return }
        if node.type == S_IFSOCK {
          try check(unlinkat(node.parent, node.name, 0), "unlink", node.path)
        } else {
          let time = timespec(tv_sec: Int(archive.time(of: node.info).seconds), tv_nsec: 0)
          try check(
            utimensat(node.parent, node.name, [time, time], AT_SYMLINK_NOFOLLOW), "utimensat",
            node.path)
        }
      },
      leave: { node, directory in
        guard isTaken else { return }
        let time = timespec(tv_sec: Int(archive.time(of: node.info).seconds), tv_nsec: 0)
        try check(futimens(directory, [time, time]), "futimens", node.path)
      },
      skip: { node in
        if isTaken { try Directory.removeTree("/proc/self/fd/\(node.parent)/\(node.name)") }
      })
    try writer.finish()
    return (blob, archive.bytes)
  }
}

private enum UpperWriter {
  static func add(_ node: TreeNode, to archive: TreeArchive) throws {
    if node.isWhiteout { return try archive.addWhiteout(node.path) }
    try archive.add(node, as: node.path)
    // Overlay marks every new directory: where nothing is below, there is nothing to hide.
    guard node.isDirectory, node.below?.isDirectory == true else { return }
    let directory = try node.open()
    if try UpperDirectory.isOpaque(directory.number) { try archive.addOpaque(node.path) }
  }

  /// Overlay may be told (`redirect_dir`, `metacopy`) to note only where a renamed directory or a
  /// changed file has its content: such an upper directory is no layer.
  static func refuseRedirect(_ node: TreeNode) throws {
    guard node.isDirectory || node.type == S_IFREG else { return }
    let file = try node.open()
    for name in ["redirect", "metacopy"]
    where try ExtendedAttributes.value(of: OverlayAttributes.prefix + name, in: file.number) != nil
    {
      throw DklabError(
        .unsupported, id: "layer.redirect",
        Text(
          "/\(node.path): overlay kept its content in a layer below (\(name))",
          ko: "/\(node.path): 오버레이가 내용을 아래 레이어에 남겨 두었습니다(\(name))"),
        hint: Text(
          "turn it off and use a new container: echo N > /sys/module/overlay/parameters/redirect_dir",
          ko: "끄고 새 컨테이너를 쓰세요: echo N > /sys/module/overlay/parameters/redirect_dir"))
    }
  }
}

extension Digest {
  /// The diff id of a layer that changes nothing: 1024 zero bytes, which docker knows by heart too.
  package static let emptyLayer = Digest(
    hex: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")
}
