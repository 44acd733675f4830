import Images

/// An image a stage begins with or copies from.
package struct BaseImage: Sendable, Hashable {
  /// The full name, as the progress shows it.
  package var name: String
  package var id: Digest
  package var config: ImageConfig
  /// Diff ids, base layer first.
  package var layers: [Digest]

  package init(name: String, id: Digest, config: ImageConfig) {
    self.name = name
    self.id = id
    self.config = config
    layers = config.rootFilesystem.diffIDs
  }
}

/// Where files come from that a step copies or mounts.
package enum StepSource: Sendable, Hashable {
  case context
  case stage(Int)
  case image(BaseImage)
  /// `--build-context NAME=DIRECTORY`.
  case named(String)
}

/// One step that makes a layer, with all variables expanded.
package struct Step: Sendable, Hashable {
  package var stage: Int
  /// As the progress shows it: `[build 2/4] RUN make`.
  package var title: String
  package var range: SourceRange
  package var operation: StepOperation

  /// The stages whose results it needs, beside its own.
  package var stages: [Int] {
    var found: [Int] = []
    switch operation {
    case .copy(let work): if case .stage(let index) = work.from { found.append(index) }
    case .run(let work):
      for mount in work.mounts { if case .stage(let index) = mount.source { found.append(index) } }
    case .makeDirectory: break
    }
    return found
  }
}

/// What a step does.
package enum StepOperation: Sendable, Hashable {
  case run(RunWork)
  case copy(CopyWork)
  /// WORKDIR.
  case makeDirectory(path: String, owner: String?)
}

/// RUN.
package struct RunWork: Sendable, Hashable {
  package var arguments: [String]
  package var environment: [String]
  /// Variables that do not count for the cache (proxies).
  package var silentEnvironment: [String] = []
  package var user: String?
  package var directory: String
  package var mounts: [Mount] = []
  package var network: String
  package var isInsecure = false
  /// A heredoc that begins with `#!`: the file /dev/pipes/NAME.
  package var script: Script?

  package struct Script: Sendable, Hashable {
    package var name: String
    package var content: String
  }

  /// A `--mount` with its source found.
  package struct Mount: Sendable, Hashable {
    package var wish: RunMount
    package var source: StepSource
  }
}

/// COPY or ADD.
package struct CopyWork: Sendable, Hashable {
  package var instruction: CopyInstruction
  package var from: StepSource
  /// Absolute; a slash at the end means a directory.
  package var destination: String
  /// What the documents contain, variables expanded, by their names.
  package var documents: [Document] = []

  package struct Document: Sendable, Hashable {
    package var name: String
    package var content: String
  }
}

/// What a stage begins with.
package enum StageBase: Sendable, Hashable {
  case scratch
  case image(BaseImage)
  case stage(Int)
}

/// A stage with all its variables expanded: what to do, and what the image will say.
package struct ResolvedStage: Sendable {
  package var index: Int
  /// As the progress shows it: empty for the only stage of a file.
  package var label: String
  package var base: StageBase
  package var steps: [Step]
  /// The configuration of the image the stage would be, without layers and times. Entries of its
  /// history with a layer belong to `steps`, in order, after those of the base.
  package var config: ImageConfig
  package var range: SourceRange
  /// `[build 1/4] FROM docker.io/library/alpine:3.20`.
  package var title: String
}
