import ArgumentParser
import Glibc
import Kubectl
import Runtime
import Support

/// Reads the command line, runs the command, tells of errors, gives the exit status.
package enum CommandLineMain {
  /// `arguments` as the process got them, program name first.
  package static func run(_ arguments: [String]) -> Int32 {
    if let words = OCIMain.words(of: arguments) {
      let status = OCIMain.run(words, all: arguments)
      return flush() == 0 ? status : max(status, 1)
    }
    if let words = KubectlCommand.words(of: arguments) {
      let status = KubectlMain.run(words)
      return flush() == 0 ? status : max(status, 1)
    }
    // Whatever enters a container must have been started in the way that nobody can write to.
    if launches(arguments) { SelfExecutable.restart() }
    do {
      var command = try parse(Array(arguments.dropFirst()))
      try command.run()
      return flush()
    } catch let error as UsageError {
      FailureLog.note(error)
      return tell(error.text, error.exitStatus)
    } catch let code as ExitCode {
      _ = flush()
      return code.rawValue
    } catch let error where error is DklabError || error is SyscallError {
      FailureLog.note(error)
      for line in ErrorReport(program: ProgramName.current).lines(for: error) {
        StandardError.print(line)
      }
      return ErrorReport.exitStatus(of: error)
    } catch let error as BatchFailure {
      return error.exitStatus
    } catch {
      // Help, the version, and what ArgumentParser itself refuses.
      let text = Dklab.fullMessage(for: error)
      let code = Dklab.exitCode(for: error)
      if code == .success {
        print(text)
        return flush()
      }
      return tell(text, code == .validationFailure ? 64 : code.rawValue)
    }
  }

  /// Whether this command line is likely to start something in a container. One that is missed is
  /// slower and nothing else: by 50 milliseconds where it has a mount namespace of its own, for each
  /// thing it starts.
  private static func launches(_ arguments: [String]) -> Bool {
    if ProgramName.from(arguments.first ?? "") == "docker-compose" { return true }
    let words = arguments.dropFirst()
    guard let first = words.first else { return false }
    let isNoun = ["container", "image", "builder", "buildx"].contains(first)
    let verb = isNoun ? words.dropFirst().first ?? "" : first
    return ["run", "exec", "start", "restart", "build", "compose", "serve"].contains(verb)
  }

  /// The command that `words` lead to, group by group, and the words that are left for it. nil when
  /// they do not lead to a single verb.
  ///
  /// Knowing the type saves the argument parser from looking at all the others, which takes longer
  /// than a container does. No group has flags of its own, so nothing is left out (a test sees to that).
  static func verb(_ words: [String]) -> (type: any ParsableCommand.Type, rest: [String])? {
    var type: any ParsableCommand.Type = Dklab.self
    var rest = words[...]
    while let word = rest.first,
      let next = type.configuration.subcommands.first(where: {
        $0._commandName == word || $0.configuration.aliases.contains(word)
      })
    {
      type = next
      rest.removeFirst()
    }
    return type.configuration.subcommands.isEmpty ? (type, Array(rest)) : nil
  }

  /// The command of a command line without the program's name.
  static func parse(_ words: [String]) throws -> any ParsableCommand {
    let reader = CommandLineReader(
      program: ProgramName.current,
      otherCommands: { Dklab.configuration.subcommands.compactMap { $0._commandName } + ["help"] })
    let words = ProgramName.current == "docker-compose" ? ["compose"] + words : words
    let reading = try reader.reading(words.isEmpty ? ["--help"] : words)
    if let command = reading.line.flatMap(DirectCommands.command) { return command }
    let read = reading.words
    // When that fails, the whole tree says why, so that the words are the same.
    if let (type, rest) = verb(read), let command = try? type.parseAsRoot(rest) { return command }
    return try Dklab.parseAsRoot(read)
  }

  private static func tell(_ text: String, _ status: Int32) -> Int32 {
    StandardError.print(text)
    return status
  }

  /// Standard output may be a pipe whose reader has gone, or a full disk: then the result was not
  /// delivered.
  private static func flush() -> Int32 {
    fflush(nil) == 0 || errno == EPIPE ? 0 : 1
  }
}

/// Writing to standard error, where everything goes that is not a result.
enum StandardError {
  /// Results printed so far go out first, so that a terminal shows both in order.
  static func print(_ text: String) {
    fflush(nil)
    ProgressLine.writeToStandardError(text + "\n")
  }
}

/// Some of several objects failed; each failure has been told already.
struct BatchFailure: Error {
  var exitStatus: Int32 = 1
}
