import Glibc
import Support

extension ImageStore {
  /// Makes an image of one layer from the files in `archive`, an open file or pipe with a tar,
  /// compressed or not, as `docker import` does. `changes` are Dockerfile instructions
  /// (`CMD ["sh"]`); `name` is what messages and the history call the archive.
  package func importArchive(
    _ archive: Int32, name: String, changes: [String] = [], message: String? = nil,
    reference: Reference? = nil, progress: (ImageProgress) -> Void = { _ in }
  ) throws -> Image {
    var config = ContainerConfig()
    for change in changes { try config.apply(change: change) }
    let image = try content.withLock {
      let file = try content.seekable(archive, name: name)
      progress(ImageProgress("Importing", done: 0, total: nil))
      let layer = try content.addLayer(archive: file.number, name: name)
      let now = ImageStore.now()
      let comment = message ?? "Imported from \(name)"
      var image = ImageConfig(
        created: now, config: config,
        history: [ImageConfig.History(created: now, comment: comment)])
      image.comment = comment
      return try create(
        config: image, layers: [layer], references: [reference].compactMap { $0 })
    }
    try onChange(
      ImageChange(action: .import, id: image.id, name: reference?.familiar ?? ""))
    return image
  }

  /// The time, in RFC 3339.
  static func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return RFC3339.text(Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
