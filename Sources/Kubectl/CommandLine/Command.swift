import Support

/// One command of the tree: what it is called, what it takes, what it does.
struct Command: Sendable {
  let name: String
  var aliases: [String] = []
  /// What stands behind the name in the line "Usage".
  var usage = ""
  let summary: String
  var flags: [Flag] = []
  var examples: [String] = []
  var commands: [Command] = []
  /// Nil for a command that only has commands below it.
  var run: (@Sendable (Invocation) throws -> Void)?

  /// The command of that name below this one.
  func command(_ name: String) -> Command? {
    commands.first { $0.name == name || $0.aliases.contains(name) }
  }
}

/// A command line that was understood.
struct Invocation: Sendable {
  let command: Command
  /// `kubectl create deployment`.
  let path: String
  let flags: FlagValues

  var words: [String] { flags.words }

  /// The words before `--`.
  var wordsBeforeDash: [String] { flags.dash.map { Array(words[..<$0]) } ?? words }

  /// The words behind `--`.
  var wordsAfterDash: [String] { flags.dash.map { Array(words[$0...]) } ?? [] }

  /// An error about how the command was called, with where to read more.
  func usageError(_ message: String) -> KubectlError {
    KubectlError("\(message)\nSee '\(path) -h' for help and examples")
  }
}

/// Flags that several commands have.
enum CommonFlags {
  /// To be understood before and behind every command.
  static let global: [Flag] = [
    .string("as", "User to act as"),
    .array("as-group", "Group to act as; may be repeated"),
    .string("as-uid", "UID to act as"),
    .string("cache-dir", "Accepted and not used: nothing is cached"),
    .string("certificate-authority", "File with the authority behind the server's certificate"),
    .string("client-certificate", "File with the certificate to show the server"),
    .string("client-key", "File with the key of that certificate"),
    .string("cluster", "Cluster of the kubeconfig to use"),
    .string("context", "Context of the kubeconfig to use"),
    .bool("disable-compression", "Accepted and not used: answers are never compressed"),
    .bool("insecure-skip-tls-verify", "Believe any certificate; insecure"),
    .string("kubeconfig", "The kubeconfig file to use"),
    .duration("log-flush-frequency", "Accepted and not used", standard: "5s"),
    .bool("match-server-version", "Require the server to have this program's version"),
    .string("namespace", "Namespace to work in", short: "n"),
    .string("password", "Password for the server"),
    .string("profile", "Accepted and not used", standard: "none"),
    .string("profile-output", "Accepted and not used", standard: "profile.pprof"),
    .string("request-timeout", "Give a request up after so long; 0 for never", standard: "0"),
    .string("server", "Address of the API server", short: "s"),
    .string("tls-server-name", "Name that the server's certificate must be for"),
    .string("token", "Bearer token for the server"),
    .string("user", "User of the kubeconfig to use"),
    .string("username", "User name for the server"),
    .int("v", "Above 5, show each request", short: "v"),
    .string("vmodule", "Accepted and not used"),
    .bool("warnings-as-errors", "Fail when the server warns"),
  ]

  static let files: [Flag] = [
    .list("filename", "File, folder or - with the objects; may be repeated", short: "f"),
    .string("kustomize", "Folder with a kustomization", short: "k"),
    .bool("recursive", "Read folders below folders too", short: "R"),
  ]

  static let selector = Flag.string("selector", "Only objects with these labels", short: "l")
  static let fieldSelector = Flag.string("field-selector", "Only objects with these fields")
  static let allNamespaces = Flag.bool(
    "all-namespaces", "Objects of all namespaces", short: "A")
  static let dryRun = Flag.string(
    "dry-run", "none, client (only show what would be sent) or server (send it, keep nothing)",
    standard: "none", alone: "unchanged")

  static let output: [Flag] = [
    .string("output", "json, yaml, name, go-template, jsonpath …", short: "o"),
    .string("template", "The Go template, or the file it is in"),
    .bool("allow-missing-template-keys", "A template may name what is not there", standard: true),
    .bool("show-managed-fields", "Show who manages which field"),
  ]

  static func fieldManager(_ name: String) -> Flag {
    .string("field-manager", "Name under which the change is recorded", standard: name)
  }
}
