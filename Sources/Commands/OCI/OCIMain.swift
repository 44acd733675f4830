// `dklab oci`: the command line of an OCI runtime, for those who call one: podman through conmon,
// dockerd and Kubernetes through containerd's shim, and people.
//
// It takes runc's verbs and flags. Linked or named `dklab-oci` (or `runc`, or `crun`), the program
// is nothing else. Callers look for words in our errors, so these are English unless a person is
// reading them at a terminal.
//
// Next: OCICommandLine.swift, OCICreate.swift.

import Glibc
import Linux
import Runtime
import Support

/// Reads the command line of the OCI runtime, and runs it.
enum OCIMain {
  /// The names under which the program is an OCI runtime.
  static let names = ["dklab-oci", "runc", "crun"]

  /// The words after `oci` when this command line is for the OCI runtime; nil for any other.
  static func words(of arguments: [String]) -> [String]? {
    let name = arguments.first?.split(separator: "/").last.map(String.init) ?? ""
    if names.contains(name) { return Array(arguments.dropFirst()) }
    return arguments.dropFirst().first == "oci" ? Array(arguments.dropFirst(2)) : nil
  }

  /// Runs `words`; `all` is the whole command line, for starting this program again.
  static func run(_ words: [String], all: [String]) -> Int32 {
    openMissingStreams()
    var log = OCILog()
    do {
      let line = try OCICommandLine(words)
      log = OCILog(line)
      if line.verb.entersContainer { try executeReadOnly(all, line) }
      return try line.verb.run(line, &log)
    } catch let error as OCIHelp {
      print(error.text)
      return 0
    } catch {
      log.fail(error)
      return OCIMain.status(of: error)
    }
  }

  private static func status(of error: any Error) -> Int32 {
    if let failure = error as? OCIFailure { return failure.status }
    return 1
  }

  /// A caller may have closed some of 0 to 2: then something of ours would get that number.
  private static func openMissingStreams() {
    var fd: Int32 = 0
    repeat { fd = open("/dev/null", O_RDWR) } while fd >= 0 && fd < 3
    if fd >= 3 { close(fd) }
  }

  /// Starts this program again through a mount it cannot be written through (SelfExecutable), and
  /// with no descriptor but those that are to be passed on.
  private static func executeReadOnly(_ all: [String], _ line: OCICommandLine) throws {
    let preserved = try line.preservedDescriptors()
    closeDescriptors(from: Int32(3 + preserved))
    for fd in 3..<Int32(3 + preserved) where !isOpenDescriptor(fd) {
      throw OCIUsage("--preserve-fds: descriptor \(fd) is not open")
    }
    guard !SelfExecutable.isProtected else { return }
    let executable = try SelfExecutable()
    var argv = all.map { strdup($0) } + [nil]
    execv(executable.path, &argv)
    throw SyscallError("execv", "dklab")
  }
}

/// An error that ends the command with another status than 1.
struct OCIFailure: Error, CustomStringConvertible {
  var error: any Error
  var status: Int32
  var description: String { "\(error)" }
}
