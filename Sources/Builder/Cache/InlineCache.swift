// `--build-arg BUILDKIT_INLINE_CACHE=1` writes into an image what its layers were made from, and
// `--cache-from IMAGE` reads it: the keys are hashes of instruction, layers below and files, so they
// mean the same on every machine. What was built once and pushed need not be built again by whoever
// pulls it.

import Images
import Support

/// The keys of an image's own layers.
package enum InlineCache {
  /// The build argument that asks for it, as BuildKit's.
  package static let argument = "BUILDKIT_INLINE_CACHE"

  /// What is kept of the steps that made layers.
  static func rows(_ results: [StepResult]) -> [ImageConfig.CacheKey] {
    results.filter { $0.layer.diffID != Digest.emptyLayer }.map { result in
      ImageConfig.CacheKey(key: result.key, layer: result.layer.diffID, created: result.created)
    }
  }
}

extension BuildRun {
  /// Makes the layers of `image` known to the cache, as far as it says what they were made from.
  /// Returns how many it told of.
  @discardableResult
  package func addCache(from image: Image) throws -> Int {
    let layers = Dictionary(image.layers.map { ($0.diffID, $0) }, uniquingKeysWith: { $1 })
    var count = 0
    for row in image.config.cacheKeys ?? [] {
      guard let layer = layers[row.layer], CacheKey.isKey(row.key), try cache.entry(row.key) == nil
      else { continue }
      try cache.add(
        BuildCacheEntry(
          key: row.key, parent: "", operation: "", inputs: "", layer: layer.diffID,
          size: layer.size, created: row.created))
      count += 1
    }
    return count
  }
}
