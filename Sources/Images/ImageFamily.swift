import Support

/// An image and the images that stand on its layers.
package struct ImageFamily: Sendable {
  package var image: Image
  /// Bytes of the layers it adds to the image it stands on.
  package var ownSize: Int64
  package var children: [ImageFamily]

  /// The images of `images` as trees: each hangs from the one with the longest part of its layers.
  /// Oldest first on every level.
  package static func trees(of images: [Image]) -> [ImageFamily] {
    var parents: [Int: [Int]] = [:]
    var roots: [Int] = []
    let order = images.indices.sorted {
      (images[$0].created, images[$0].id) < (images[$1].created, images[$1].id)
    }
    let layers = images.map { $0.layers.map(\.diffID) }
    for index in order {
      let base = order.filter { other in
        let (below, own) = (layers[other], layers[index])
        return !below.isEmpty && below.count < own.count && own.starts(with: below)
      }.max { layers[$0].count < layers[$1].count }
      if let base { parents[base, default: []].append(index) } else { roots.append(index) }
    }
    func family(_ index: Int, below: Int) -> ImageFamily {
      ImageFamily(
        image: images[index],
        ownSize: images[index].layers.dropFirst(below).reduce(0) { $0 + $1.size },
        children: (parents[index] ?? []).map { family($0, below: layers[index].count) })
    }
    return roots.map { family($0, below: 0) }
  }
}
