import Images
import Linux
import Support

/// What a build came to.
package struct BuildResult {
  package var config: ImageConfig
  /// Base layer first, without those that change nothing.
  package var layers: [Layer]
  package var hits: Int
  package var misses: Int
  /// The instructions that ran, in the order they began.
  package var ran: [String]
}

extension BuildRun {
  /// Layers of the image: an empty one is only a row of its history.
  func finalLayers(_ state: StageProgress?) -> [Layer] {
    guard let state else { return [] }
    return state.base + state.results.map(\.layer).filter { $0.diffID != Digest.emptyLayer }
  }

  /// The configuration with its times. Rows without a layer have the time of the step before them,
  /// so that the same build from the cache is the same image.
  func finalConfig() -> ImageConfig {
    var config = build.result.config
    var results = (states[build.target]?.results ?? [])[...]
    let date = build.options.sourceDate.map { $0 * 1_000_000_000 }
    var last = config.history.last { $0.created != nil }?.created
    if last == nil {
      last = results.first.map { RFC3339.text($0.created) } ?? date.map { RFC3339.text($0) }
    }
    for index in config.history.indices where config.history[index].created == nil {
      if config.history[index].emptyLayer != true, let result = results.popFirst() {
        last = RFC3339.text(result.created)
        if result.layer.diffID == Digest.emptyLayer { config.history[index].emptyLayer = true }
      }
      config.history[index].created = date.map { RFC3339.text($0) } ?? last
    }
    config.created =
      date.map { RFC3339.text($0) } ?? last ?? RFC3339.text(wallClockNanoseconds())
    config.comment = nil
    config.cacheKeys =
      build.options.arguments[InlineCache.argument] == "1"
      ? InlineCache.rows(states[build.target]?.results ?? []) : nil
    return config
  }

  /// Keeps the result as an image under `references`.
  package func keep(_ result: BuildResult, as references: [Reference]) throws -> Image {
    let image = try store.content.withLock {
      try store.create(
        config: result.config, layers: result.layers, references: references)
    }
    isUnsettled = false
    return image
  }
}
