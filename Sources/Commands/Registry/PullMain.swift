import Glibc
import Images
import Linux
import Registry
import Support

/// `dklab __pull CONTENT SCOPE REFERENCE [PLATFORM]`: a transfer, in a process that may have threads.
/// PullProcess.swift is its other side.
package enum PullMain {
  /// Pulls what `arguments` say, writing `PullMessage`s to standard output.
  package static func run(_ arguments: [String]) -> Int32 {
    ProcessControl.setName("dklab:pull")
    do {
      guard arguments.count >= 3 else { throw SyscallError("__pull", "", errno: EINVAL) }
      let store = ImageStore(
        content: try ContentStore(root: arguments[0]), scope: arguments[1])
      let reference = try Reference(arguments[2])
      let platform = arguments.count > 3 ? try Platform(parsing: arguments[3]) : .current
      let root = String(arguments[0].dropLast("/content".count))
      try RegistryClient.using(reference.domain, root: root) { client in
        try ImageDownload(client: client, store: store).pull(reference, platform: platform) {
          tell(PullMessage(progress: $0))
        }
      }
      return 0
    } catch let error as DklabError {
      tell(PullMessage(failure: error))
    } catch {
      tell(
        PullMessage(
          failure: DklabError(
            error is SyscallError ? .unavailable : .internal, id: "pull.system",
            Text("\(error)", ko: "\(error)"))))
    }
    return 1
  }

  private static func tell(_ message: PullMessage) {
    // Nobody reads any more: what has arrived so far stays for the next attempt.
    guard let line = try? message.line(), (try? writeAll(STDOUT_FILENO, line)) != nil else {
      exit(1)
    }
  }
}

extension Platform {
  /// Reads `linux/arm64`, `linux/arm/v7`, or `arm64` alone.
  init(parsing text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard (1...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else {
      throw DklabError(
        .invalid, id: "platform.invalid",
        Text(
          "\"\(text)\" is an invalid OS component or architecture: write OS/ARCH[/VARIANT]",
          ko: "\"\(text)\": 플랫폼은 OS/아키텍처[/변형] 꼴로 쓰세요"),
        hint: Text("for example linux/amd64 or linux/arm64", ko: "예: linux/amd64, linux/arm64"))
    }
    self.init(
      architecture: Self.goName(parts.count == 1 ? parts[0] : parts[1]),
      os: parts.count == 1 ? "linux" : parts[0], variant: parts.count > 2 ? parts[2] : nil)
  }

  private static func goName(_ architecture: String) -> String {
    ["x86_64": "amd64", "aarch64": "arm64", "armhf": "arm", "i386": "386"][architecture]
      ?? architecture
  }
}
