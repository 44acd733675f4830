// The other process that a transfer happens in, seen from the one that wants an image.
//
// `run`, `create`, `build`, `compose` and the kubelet launch containers, and may have one thread
// only (CONTRIBUTING.md, "Processes"); a transfer has several. So it is done by `dklab __pull`, the
// same binary, which writes what it does to its standard output, a JSON object a line:
//
//   {"progress":{"id":"…","status":"Downloading","done":1,"total":2}}
//   {"failure":{"code":"notFound","id":"image.not-found",…}}
//
// When its reader goes away, the next line ends it, and what has arrived so far is kept.

import Documents
import Glibc
import Linux
import Support

/// One line between the two processes.
package struct PullMessage: Codable, Sendable {
  package var progress: ImageProgress?
  package var failure: DklabError?

  package init(progress: ImageProgress? = nil, failure: DklabError? = nil) {
    self.progress = progress
    self.failure = failure
  }

  /// The line, with its end.
  package func line() throws -> String {
    try JSONValue(encoding: self).text() + "\n"
  }
}

/// Brings images by running `dklab __pull`.
package struct PullProcess: RemoteImages {
  package init() {}

  package func begin(
    _ reference: Reference, platform: Platform?, into store: ImageStore
  ) throws -> Transfer {
    var arguments = [
      "/proc/self/exe", "__pull", store.content.root, store.scope, reference.description,
    ]
    if let platform { arguments.append(platform.description) }
    return Transfer(
      of: reference, child: try ChildProgram(arguments, environment: PullProcess.environment))
  }

  /// What this process has: proxies, DOCKER_CONFIG, the user's language.
  private static var environment: [String] {
    var result: [String] = []
    var next = environ
    while let variable = next.pointee {
      let text = String(cString: variable)
      // ChildProgram has its own of these.
      if !text.hasPrefix("PATH="), !text.hasPrefix("HOME="), !text.hasPrefix("LC_ALL=") {
        result.append(text)
      }
      next += 1
    }
    return result
  }
}

/// An image on its way. The other process is ended when this goes away before it.
package final class Transfer {
  private let reference: Reference
  private let child: ChildProgram
  private var failure: DklabError?
  private var rest: [UInt8] = []

  init(of reference: Reference, child: ChildProgram) {
    self.reference = reference
    self.child = child
  }

  /// Becomes readable when there is something to hear.
  package var descriptor: Int32 { child.output }

  /// Takes in what has come, and waits when nothing has. Returns whether more may come.
  package func hear(_ progress: (ImageProgress) -> Void) throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = try check(
      retryingInterrupts { read(child.output, &buffer, buffer.count) }, "read", "__pull")
    if count == 0 { return false }
    rest += buffer[..<count]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let message = try JSONValue.parse(rest[..<end], file: "__pull").decode(as: PullMessage.self)
      rest.removeSubrange(...end)
      if let line = message.progress { progress(line) }
      failure = failure ?? message.failure
    }
    return true
  }

  /// After the last word: throws why the image has not come.
  package func end() throws {
    let (status, complaints) = try child.wait()
    if let failure { throw failure }
    guard status.code == 0 else {
      let reason = complaints.isEmpty ? "exit status \(status.code)" : complaints
      throw DklabError(
        .internal, id: "pull.process",
        Text(
          "\(reference.familiar): the transfer ended early: \(reason)",
          ko: "\(reference.familiar): 전송이 중간에 끝났습니다: \(reason)"))
    }
  }
}
