import Images

/// One instruction, understood as far as that is possible without the values of variables.
package struct Instruction: Sendable, Hashable {
  package var kind: Kind
  /// As it is written: `Copy`.
  package var keyword: String
  /// The whole instruction on one line.
  package var source: String
  package var range: SourceRange
  /// The comments directly above.
  package var comments: [String] = []

  /// What it says.
  package indirect enum Kind: Sendable, Hashable {
    case argument([Argument])
    case environment([KeyValue])
    case label([KeyValue])
    case run(RunInstruction)
    case copy(CopyInstruction)
    case workdir(String)
    case user(String)
    case expose([String])
    case volume([String])
    case command(CommandLineText)
    case entrypoint(CommandLineText)
    case maintainer(String)
    /// The trigger as text, to be read when another image is built from this one.
    case onBuild(String)
    case shell([String])
    case stopSignal(String)
    case healthcheck(ContainerConfig.Healthcheck)
  }
}

/// `ARG name` or `ARG name=value`.
package struct Argument: Sendable, Hashable {
  package var name: String
  package var value: String?
}

/// One pair of ENV or LABEL.
package struct KeyValue: Sendable, Hashable {
  package var key: String
  package var value: String
  /// `ENV key value`, without `=`.
  package var isLegacy = false
}

/// What RUN, CMD and ENTRYPOINT take.
package struct CommandLineText: Sendable, Hashable {
  /// The items of a JSON list, or one line for the shell.
  package var words: [String]
  /// The line is given to the shell.
  package var usesShell: Bool
  package var heredocs: [Heredoc] = []
}

/// RUN with its flags.
package struct RunInstruction: Sendable, Hashable {
  package var command: CommandLineText
  /// As written; variables in them are expanded when the step is planned.
  package var mounts: [String] = []
  package var network: String?
  package var security: String?
}

/// COPY or ADD with its flags.
package struct CopyInstruction: Sendable, Hashable {
  /// ADD, which also takes URLs and unpacks archives.
  package var isAdd: Bool
  package var sources: [String]
  package var destination: String
  /// Files whose content stands in the Dockerfile.
  package var documents: [Heredoc] = []
  package var from: String?
  package var owner: String?
  package var mode: String?
  package var link = false
  package var parents = false
  package var excludes: [String] = []
  package var keepsGitDirectory: Bool?
  package var checksum: String?
  package var unpack: Bool?

  /// `COPY` or `ADD`.
  package var name: String { isAdd ? "ADD" : "COPY" }
}

/// FROM and what belongs to it.
package struct Stage: Sendable, Hashable {
  /// The image or stage as written, with variables.
  package var base: String
  /// In lower case; nil without AS.
  package var name: String?
  /// As written.
  package var spelledName: String?
  package var platform: String?
  package var keyword: String
  /// `AS` as it is written.
  package var asKeyword: String?
  package var source: String
  package var range: SourceRange
  package var comments: [String] = []
  package var instructions: [Instruction] = []
}

/// A whole Dockerfile.
package struct Dockerfile: Sendable {
  /// As messages call it.
  package var name: String
  package var source: String
  package var directives: Directives
  /// ARG before the first FROM.
  package var globalArguments: [Instruction]
  package var stages: [Stage]
  /// Empty lines within continuations, by their numbers.
  package var emptyContinuations: [Int]
}
