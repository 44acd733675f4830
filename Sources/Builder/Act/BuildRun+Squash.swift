// `build --squash`: the layers that a build made become one, over those of its base image.
//
// What a layer says about the ones below it (deleted, opaque) means something else once two layers are
// one. So nothing is computed here: the layers are written, lowest first, into a tree that overlay
// mounts over the base, and what overlay then has in its upper directory is the layer. A file that one
// step made and a later one removed is in neither.
//
// As in docker, the rows of the history stay, without sizes, and one says what was merged.
//
// Next: TreeWriter.swift.

import Glibc
import Images
import Linux
import Runtime
import Support

extension BuildRun {
  /// `result` with one layer over its base image. As it is when there is nothing to merge.
  package func squash(_ result: BuildResult) throws -> BuildResult {
    let base = states[build.target]?.base ?? []
    let added = Array(result.layers.dropFirst(base.count))
    guard !added.isEmpty else { return result }
    let vertex = progress.begin("squashing \(added.count) layers")
    var squashed = result
    let layer = try merge(added, over: base)
    squashed.layers = base + (layer.diffID == Digest.emptyLayer ? [] : [layer])
    squashed.config = try config(
      of: result, over: base, isEmpty: squashed.layers.count == base.count)
    progress.end(vertex, .done)
    return squashed
  }

  private func merge(_ layers: [Layer], over base: [Layer]) throws -> Layer {
    let place = try directory.takePlace()
    let lower = try lowerDirectories(base)
    var overlay = Overlay(
      lower: lower, upper: place + "/upper", work: place + "/work", target: directory.mountPoint,
      userAttributes: UserNamespace.current.isNested)
    overlay.isVolatile = true
    try overlay.mount()
    do {
      defer { try? unmountLazily(overlay.target) }
      for layer in layers {
        try checkCanceled()
        try LayerApplication(layer.directory, to: overlay.target).run()
      }
    }
    var upper = UpperDirectory(path: place + "/upper", lower: lower)
    upper.timeLimit = build.options.sourceDate
    upper.hasHostname = false
    return try store.content.withLock {
      let layer = try store.content.addLayer(taking: upper)
      // Like every layer of a build that runs: nothing else needs it yet.
      try cache.hold([layer.diffID])
      return layer
    }
  }

  private func config(
    of result: BuildResult, over base: [Layer], isEmpty: Bool
  ) throws -> ImageConfig {
    var config = result.config
    let image = baseImage(of: build.target)
    for index in config.history.indices.dropFirst(image?.config.history.count ?? 0) {
      config.history[index].emptyLayer = true
    }
    let id = result.config.id(with: result.layers)
    var row = ImageConfig.History(created: config.created)
    row.comment = image.map { "merge \(id) to \($0.id)" } ?? "create new from \(id)"
    row.emptyLayer = isEmpty ? true : nil
    config.history.append(row)
    config.cacheKeys = nil
    return config
  }

  /// The image that a stage, or the stage it builds on, begins with.
  private func baseImage(of index: Int) -> BaseImage? {
    switch build.stages[index]?.base {
    case .image(let image): image
    case .stage(let below): baseImage(of: below)
    case .scratch, nil: nil
    }
  }
}

/// One layer, written into a tree as overlay would show it.
private struct LayerApplication {
  let layer: SourceTree
  let writer: TreeWriter
  let target: String

  init(_ layer: String, to target: String) throws {
    self.layer = try SourceTree(layer, keepsOwners: true)
    self.target = target
    writer = try TreeWriter(target)
  }

  func run() throws {
    for selection in try layer.select(".", excluding: [], keepsParents: false) {
      for item in selection.items where !item.target.isEmpty { try write(item) }
    }
    try writer.finish()
  }

  private func write(_ item: SourceItem) throws {
    let place = try writer.root.parent(of: item.target)
    var there = stat()
    let isThere =
      fstatat(place.directory.number, place.name, &there, AT_SYMLINK_NOFOLLOW) == 0
    let isWhiteout = item.type == S_IFCHR && item.info.st_rdev == 0
    let staysDirectory = item.type == S_IFDIR && there.st_mode & S_IFMT == S_IFDIR
    if isThere, !staysDirectory {
      try remove(place)
    } else if isThere, try layer.isOpaque(item.path) {
      try empty(place)
    }
    if !isWhiteout { try writer.write(item, of: layer, at: item.target) }
  }

  private func remove(_ place: borrowing RootedDirectory.Place) throws {
    try Directory.removeTree("/proc/self/fd/\(place.directory.number)/\(place.name)")
  }

  private func empty(_ place: borrowing RootedDirectory.Place) throws {
    let path = "/proc/self/fd/\(place.directory.number)/\(place.name)"
    for name in try Directory.list(path) { try Directory.removeTree("\(path)/\(name)") }
  }
}

extension SourceTree {
  /// Whether the directory at `path` of a layer hides what the layers below have in it.
  fileprivate func isOpaque(_ path: String) throws -> Bool {
    let directory = try root.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    return try UpperDirectory.isOpaque(directory.number)
  }
}
