import Images
import Linux
import Support

extension BuildRun {
  /// The tree a COPY or a mount takes from.
  func tree(_ source: StepSource) throws -> SourceTree {
    switch source {
    case .context:
      let empty = directory.path + "/empty"
      try Directory.make(empty)
      return try context.tree(empty: empty)
    case .named(let name):
      let path = build.options.namedContexts[name] ?? ""
      return try opened(path) {
        // Its own .dockerignore counts.
        let text = (try? File.text(path + "/.dockerignore", limit: 1 << 20)) ?? ""
        return try SourceTree(path, ignore: IgnoreFile(parsing: text), keepsOwners: false)
      }
    case .image, .stage:
      let path = try treePath(source)
      return try opened(path) { try SourceTree(path, keepsOwners: true) }
    }
  }

  private func opened(_ path: String, _ open: () throws -> SourceTree) throws -> SourceTree {
    if let known = trees[path] { return known }
    let tree = try open()
    trees[path] = tree
    return tree
  }

  /// Where the files of a stage or an image can be seen.
  func treePath(_ source: StepSource) throws -> String {
    switch source {
    case .stage(let index):
      guard let state = states[index] else { preconditionFailure("a stage that is finished") }
      return try directory.tree(of: lowerDirectories(state.layers))
    case .image(let image): return try directory.tree(of: lowerDirectories(layers(of: image)))
    case .context, .named: preconditionFailure("has a tree of its own")
    }
  }

  /// What a COPY or ADD takes.
  func sources(of work: CopyWork) throws -> [CopySource] {
    let copy = work.instruction
    return try copy.sources.map { source in
      if copy.isAdd, RemoteSource.isRemote(source) {
        let remote = try remote(source, copy)
        return CopySource(tree: remote.tree, selections: remote.selections, isRemote: true)
      }
      let tree = try tree(work.from)
      return CopySource(
        tree: tree,
        selections: try tree.select(
          source, excluding: copy.excludes, keepsParents: copy.parents))
    }
  }

  /// The lines `digest path` of the files a step reads.
  func inputs(of step: Step) throws -> [String] {
    switch step.operation {
    case .makeDirectory: return []
    case .copy(let work):
      return try sources(of: work).flatMap { source in
        try source.tree.digests(
          source.selections,
          ownersCount: source.tree.keepsOwners && work.instruction.owner == nil)
      }
    case .run(let work):
      return try work.mounts.filter { $0.wish.kind == .bind }.flatMap { mount in
        let tree = try tree(mount.source)
        return try tree.digests(
          tree.select(mount.wish.source ?? ".", excluding: [], keepsParents: false),
          ownersCount: tree.keepsOwners)
      }
    }
  }
}

/// The view of the cache that a plan needs, before anything runs.
extension BuildRun: CacheView {
  package func layer(for key: String) throws -> Digest? {
    guard let entry = try cache.entry(key), let layer = try store.content.layer(entry.layer),
      File.isDirectory(layer.directory)
    else { return nil }
    return entry.layer
  }

  package func entries(on chain: String) throws -> [BuildCacheEntry] {
    try cache.entries(on: chain)
  }

  package func entries() throws -> [BuildCacheEntry] { try cache.entries() }

  package func inputs(of step: Step, layers: [Int: [Digest]]) throws -> [String] {
    for (index, digests) in layers where states[index] == nil {
      let found = try digests.map { digest in
        guard let layer = try store.content.layer(digest) else {
          throw ImageStore.notFound("\(digest)")
        }
        return layer
      }
      states[index] = StageProgress(base: found)
    }
    do {
      return try inputs(of: step)
    } catch let error as DockerfileError {
      throw error.asBuildError(at: step.range)
    }
  }

  /// What this build would do.
  package func plan() throws -> BuildPlan {
    defer { states = [:] }
    return try BuildPlan.plan(build, cache: self)
  }
}
