// `docker commit`: what a container wrote becomes a layer, and its configuration that of an image.
//
// Next: Images' UpperDirectory.swift and TreeArchive.swift, which make the layer.

import Glibc
import Images
import Linux
import Support

/// What `commit` shall make.
package struct CommitWish: Sendable {
  /// The name of the image; nil leaves it dangling.
  package var reference: Reference?
  package var author: String?
  package var message: String?
  /// Dockerfile instructions that change the configuration.
  package var changes: [String] = []
  /// A running container stands still meanwhile, so that the layer is of one moment.
  package var pauses = true
  /// SOURCE_DATE_EPOCH: seconds since 1970, the time of the image and the latest of its files.
  package var sourceDate: Int64?

  package init() {}
}

extension Engine {
  /// Makes an image of `record` as it is now: volumes and other mounts are not part of it.
  package func commit(_ record: ContainerRecord, _ wish: CommitWish) throws -> Image {
    var config = record.spec.config
    for change in wish.changes { try config.apply(change: change) }
    let pauses = wish.pauses && record.state.status == .running
    if pauses { try pause(record) }
    let result = Result { try commit(record, wish, config) }
    // Also after a failure: nobody else knows that it was this command that stopped it.
    if pauses { try unpause(container(record.id)) }
    return try result.get()
  }

  private func commit(
    _ record: ContainerRecord, _ wish: CommitWish, _ config: ContainerConfig
  ) throws -> Image {
    let store = try images()
    guard let base = try store.heldImage(id: record.imageID) else {
      throw ImageStore.notFound(record.spec.image)
    }
    let image = try store.content.withLock {
      var upper = upperDirectory(record, image: base)
      upper.timeLimit = wish.sourceDate
      let layer = try store.content.addLayer(upper: upper)
      let isEmpty = layer.diffID == Digest.emptyLayer
      let now = RFC3339.text(wish.sourceDate.map { $0 * 1_000_000_000 } ?? wallClockNanoseconds())
      var step = ImageConfig.History(
        created: now, createdBy: (record.spec.config.cmd ?? []).joined(separator: " "),
        comment: wish.message, emptyLayer: isEmpty ? true : nil)
      step.author = wish.author
      var description = base.config
      description.created = now
      description.author = wish.author
      description.comment = wish.message
      description.config = config
      description.history.append(step)
      return try store.create(
        config: description, layers: base.layers + (isEmpty ? [] : [layer]),
        references: [wish.reference].compactMap { $0 })
    }
    try journal.append(
      "container", "commit", actor: record.id, name: record.name,
      attributes(
        record,
        [
          "comment": wish.message ?? "", "imageID": "\(image.id)",
          "imageRef": wish.reference?.familiar ?? "",
        ]))
    return image
  }
}
