// Verbs of the command line as workers. What takes long and touches many files (a build, an archive, a
// commit) is done by the same command a user would type, in a process of its own, with its streams
// here: `dklab __verb build …`. The command line tells of errors in words; `__verb` sends them as a
// document on descriptor 3, so that they arrive whole.
//
// Next: Commands' CommandLineMain.swift.

import FoundationEssentials
import Glibc
import HTTP
import Linux
import Runtime
import Support

/// One verb that runs beside the server.
struct VerbProcess: Sendable {
  /// What it writes to its standard output.
  let output: ByteStream
  /// What it writes to its standard error.
  let errors: ByteStream
  /// What it reads; nil when that was given as a descriptor, or when there is nothing.
  let input: ByteStream?
  private let pid: pid_t
  private let report: ByteStream

  /// Starts `dklab ARGUMENTS`.
  ///
  /// - Parameters:
  ///   - hasInput: whether its input will be written here; else it is empty.
  ///   - environment: what it finds there beside ours.
  static func start(
    _ arguments: [String], hasInput: Bool, environment: [String: String] = [:],
    on loop: DescriptorLoop
  ) async throws -> VerbProcess {
    let output = try FileDescriptor.pipe().split()
    let errors = try FileDescriptor.pipe().split()
    let report = try FileDescriptor.pipe().split()
    let input = hasInput ? try FileDescriptor.pipe().split() : (read: -1, write: -1)
    let inside = [input.read, output.write, errors.write, report.write]
    defer { for fd in inside where fd >= 0 { close(fd) } }
    let executable = try SelfExecutable()
    let pid = try spawnSelf(
      executable.path, ["dklab", "__verb"] + arguments, streams: Array(inside[..<3]),
      passing: [report.write], environment: environment.merging(["DKLAB_LANG": "en"]) { $1 })
    return VerbProcess(
      output: try await loop.adopt(input: output.read, output: -1),
      errors: try await loop.adopt(input: errors.read, output: -1),
      input: hasInput ? try await loop.adopt(input: -1, output: input.write) : nil, pid: pid,
      report: try await loop.adopt(input: report.read, output: -1))
  }

  /// Waits for its end, once its output has been read.
  ///
  /// - Throws: what it failed with.
  func end() async throws {
    var document: [UInt8] = []
    while let bytes = try? await report.read() { document += bytes }
    let pid = pid
    let status = try await BlockingWork.run { try waitFor(pid) }
    guard status.code != 0 else { return }
    if let error = try? JSONDecoder().decode(DklabError.self, from: Data(document)) { throw error }
    throw DklabError(
      .internal, id: "api.verb",
      Text("the command ended with status \(status.code)", ko: "명령이 상태 \(status.code)로 끝났습니다"))
  }

  /// Ends it early: the client has gone.
  func kill() { Glibc.kill(pid, SIGTERM) }

  /// Runs one to its end and gives back what it wrote to standard output.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], on loop: DescriptorLoop
  ) async throws -> String {
    let verb = try await start(arguments, hasInput: false, environment: environment, on: loop)
    async let errors = verb.errors.all(upTo: 1 << 20)
    let output = try await verb.output.all(upTo: 16 << 20)
    _ = try await errors
    try await verb.end()
    return String(decoding: output, as: UTF8.self)
  }
}

extension ByteStream {
  /// Everything until its end, at most `limit` bytes.
  func all(upTo limit: Int) async throws -> [UInt8] {
    var result: [UInt8] = []
    while let bytes = try? await read() {
      result += bytes
      if result.count > limit { throw APIError(.internalServerError, "too much output") }
    }
    return result
  }
}
