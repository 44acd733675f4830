import Linux
import Testing

@testable import Labs

@Suite("Played commands")
struct PlayedCommandTests {
  private static let environment = [
    "PATH": "/usr/local/bin:/usr/bin:/bin", "DKLAB_COMMANDS": "/dev/null",
  ]

  @Test("one that never ends is ended, and its line is known")
  func endless() throws {
    // A machine that has much to do may need longer to get so far.
    for seconds in [3, 20, 60] {
      let outcome = try Bash.run(
        "true\nfor i in 1 2; do\n  false | true\ndone\nsleep 1000\ntrue\n", folder: "/",
        environment: Self.environment, timeout: .seconds(seconds))
      #expect(outcome.timedOut)
      if outcome.line == 5 { return }
    }
    Issue.record("the line of the command was never known")
  }

  @Test("ones that end are told by their status, whatever options they set")
  func ending() throws {
    let outcome = try Bash.run(
      "set -u\necho one; (exit 3)\n", folder: "/", environment: Self.environment,
      timeout: .seconds(60))
    #expect(!outcome.timedOut && outcome.status == 3 && outcome.output == "one\n")
  }

  @Test("what they say of transfers is no explanation")
  func progress() {
    let said = """
      Unable to find image 'busybox:latest' locally
      latest: Pulling from library/busybox
      0123456789ab: Pull complete
      Digest: sha256:0123
      Status: Downloaded newer image for busybox:latest
      docker: Error response from daemon: Conflict: the name is taken

      """
    #expect(
      CommandOutput.telling(said)
        == ["docker: Error response from daemon: Conflict: the name is taken"])
  }
}
