import Crypto

/// The names of stacks of layers: the chain id of the first n layers is the hash of the chain id of
/// the first n - 1 and the diff id of the n-th (image-spec, config.md, "Layer ChainID").
enum ChainID {
  /// The chain ids of all the stacks that `diffIDs` make, base layer first.
  static func all(of diffIDs: [Digest]) -> [Digest] {
    var chain: [Digest] = []
    for diffID in diffIDs {
      guard let below = chain.last else {
        chain.append(diffID)
        continue
      }
      chain.append(Digest(bytes: SHA256.hash(data: Array("\(below) \(diffID)".utf8))))
    }
    return chain
  }
}
