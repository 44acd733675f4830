import Glibc
import Runtime
import Support

/// A verb of the OCI runtime: its command line, and what it does.
struct OCIVerb: Sendable {
  let name: String
  /// What follows the name in a usage line.
  let synopsis: String
  let abstract: Text
  let count: ClosedRange<Int>
  /// In the spelling of `FlagGrammar`.
  let flags: [String]
  /// Everything after the first argument belongs to the container's command.
  var stopsAtArgument = false
  /// A process made here ends up in a container.
  var entersContainer = false
  let run: @Sendable (OCICommandLine, inout OCILog) throws -> Int32

  static let all: [OCIVerb] = [
    OCICreate.create, OCICreate.run, OCILife.start, OCILife.state, OCILife.kill, OCILife.delete,
    OCILife.pause, OCILife.resume, OCIExec.exec, OCIList.list, OCIList.processes, OCIUpdate.update,
    OCIEvents.events, OCISpec.spec, OCIFeatures.features,
  ]

  static func named(_ name: String) -> OCIVerb? { all.first { $0.name == name } }

  var usage: String { "dklab oci \(name) \(synopsis)" }

  /// What `--help` prints.
  var help: String {
    let list = flags.map(FlagGrammar.init).map { flag in
      "  " + (flag.short.map { "-\($0), " } ?? "    ") + "--\(flag.long)"
        + (flag.kind == .value ? " VALUE" : "")
    }
    return ([abstract(), "", "Usage:  \(usage)"] + (list.isEmpty ? [] : [""] + list))
      .joined(separator: "\n")
  }

  /// What `dklab oci --help` prints.
  static var overview: String {
    let width = all.map(\.name.count).max() ?? 0
    let lines = all.map { verb in
      "  " + verb.name + String(repeating: " ", count: width - verb.name.count + 2)
        + verb.abstract()
    }
    let globals = OCICommandLine.globals.map { flag in
      "  --\(flag.long)" + (flag.kind == .value ? " VALUE" : "")
    }
    let title = Text(
      "An OCI runtime: containers from bundles (runtime-spec 1.2)",
      ko: "OCI 런타임: 번들로 컨테이너를 만듭니다(runtime-spec 1.2)")
    return
      ([title(), "", "Usage:  dklab oci [OPTIONS] COMMAND [ARGUMENTS]", ""] + lines + [""] + globals)
      .joined(separator: "\n")
  }

  /// What `--version` prints: podman shows the first line.
  static var version: String {
    "dklab-oci version \(Version.text)\nspec: \(OCIFeatures.highest)"
  }
}

extension OCICommandLine {
  var store: RuntimeStore { RuntimeStore(root: value("root").flatMap { $0.isEmpty ? nil : $0 }) }

  /// The container named first.
  func container() throws -> RuntimeContainer { try store.load(arguments[0]) }

  /// A path as an absolute one, from this process's directory.
  static func absolute(_ path: String) throws -> String {
    guard let resolved = realpath(path, nil) else { throw SyscallError("open", path) }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
