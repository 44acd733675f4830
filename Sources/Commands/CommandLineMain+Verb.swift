import Builder
import Engine
import FoundationEssentials
import Glibc
import Images
import Linux
import Registry
import Support
import Synchronization

/// What `dklab __verb VERB …` runs: a verb for the API server, which wants an error as a document
/// (JSON of `DklabError`, on descriptor 3) beside the sentences.
package enum VerbMain {
  private static let descriptor: Int32 = 3
  private static let isReporting = Mutex(false)

  /// Runs the verb; `arguments` are those of the process.
  package static func run(_ arguments: [String]) -> Int32 {
    try? setInheritable(descriptor, false)
    isReporting.withLock { $0 = true }
    let words = Array(arguments.dropFirst(2))
    if words.first == "__path-status" { return PathStatus.run(words) }
    if words.first == "__distribution" { return DistributionStatus.run(words) }
    return CommandLineMain.run(["dklab"] + words)
  }

  /// Sends `error` to the server, when there is one. Only the first one counts. Whether it was sent.
  @discardableResult
  static func report(_ error: any Error) -> Bool {
    let isWanted = isReporting.withLock { reporting in
      defer { reporting = false }
      return reporting
    }
    guard isWanted, let document = try? JSONEncoder().encode(document(error)) else { return false }
    document.withUnsafeBytes { try? writeAll(descriptor, $0) }
    return true
  }

  /// BuildKit's sentence about a program that failed, in the words of the classic builder.
  private static func classicWords(_ message: Text) -> Text {
    let middle = "\" did not complete successfully: exit code: "
    guard message.en.hasPrefix("process \""), let found = message.en.firstRange(of: middle) else {
      return message
    }
    let command = message.en[..<found.lowerBound].dropFirst("process \"".count)
    let code = message.en[found.upperBound...]
    return Text(
      "The command '\(command)' returned a non-zero code: \(code)",
      ko: "명령 '\(command)'이(가) 상태 \(code)로 끝났습니다")
  }

  private static func document(_ error: any Error) -> DklabError {
    switch error {
    case let error as DklabError: error
    case let failure as StepFailure:
      DklabError(.invalid, id: "build.failed", classicWords(failure.message), hint: failure.hint)
    case let error as DockerfileError:
      DklabError(.invalid, id: "build.dockerfile", error.sentence, hint: error.hint)
    case let error as UsageError:
      DklabError(.invalid, id: "usage", Text(error.text, ko: error.text))
    default: DklabError(.internal, id: "system", Text("\(error)", ko: "\(error)"))
    }
  }
}

/// `__path-status CONTAINER PATH`: what stands there, as JSON.
private enum PathStatus {
  static func run(_ words: [String]) -> Int32 {
    guard words.count == 3 else { return 64 }
    do {
      let engine = try openEngine()
      let status = try engine.pathStatus(try engine.container(words[1]), path: words[2])
      print(status.text(), terminator: "")
      return fflush(nil) == 0 ? 0 : 1
    } catch {
      VerbMain.report(error)
      return 1
    }
  }
}

/// `__distribution NAME`: what a registry has under a name, as JSON.
private enum DistributionStatus {
  static func run(_ words: [String]) -> Int32 {
    guard words.count == 2 else { return 64 }
    do {
      let root = try DataRoot.current().path
      print(try RemoteManifest.summary(Reference(words[1]), root: root).text(), terminator: "")
      return fflush(nil) == 0 ? 0 : 1
    } catch {
      VerbMain.report(error)
      return 1
    }
  }
}
