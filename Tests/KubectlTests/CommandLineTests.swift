import Documents
import Testing

@testable import Kubectl

@Suite("kubectl's command line")
struct CommandLineTests {
  private func failure(_ line: String) -> String? {
    do {
      _ = try KubectlMain.read(line.split(separator: " ").map(String.init))
      return nil
    } catch {
      return ErrorText.of(error).text
    }
  }

  @Test("flags may stand anywhere, with and without their values")
  func flags() throws {
    let read = try KubectlMain.read([
      "-n", "a", "get", "pods", "-owide", "--selector=x=y", "-A", "web", "--v", "3",
    ])
    #expect(read.path == "kubectl get")
    #expect(read.words == ["pods", "web"])
    #expect(read.flags.string("namespace") == "a")
    #expect(read.flags.string("output") == "wide")
    #expect(read.flags.string("selector") == "x=y")
    #expect(read.flags.bool("all-namespaces"))
    #expect(read.flags.int("v") == 3)
  }

  @Test("what follows -- is not looked at")
  func dash() throws {
    let read = try KubectlMain.read(["exec", "-it", "web", "-c", "x", "--", "sh", "-c", "ls -l"])
    #expect(read.wordsBeforeDash == ["web"])
    #expect(read.wordsAfterDash == ["sh", "-c", "ls -l"])
    #expect(read.flags.bool("stdin") && read.flags.bool("tty"))
    #expect(read.flags.string("container") == "x")
  }

  @Test("commands below commands, and their other names")
  func nested() throws {
    #expect(try KubectlMain.read(["create", "deploy", "x"]).path == "kubectl create deployment")
    #expect(try KubectlMain.read(["create", "-f", "x"]).path == "kubectl create")
  }

  @Test(
    "mistakes are told in kubectl's words",
    arguments: [
      ("get --foo", "error: unknown flag: --foo\nSee 'kubectl get --help' for usage."),
      (
        "get pods -n",
        "error: flag needs an argument: 'n' in -n\nSee 'kubectl get --help' for usage."
      ),
      (
        "scale --replicas=x deploy/x",
        "error: invalid argument \"x\" for \"--replicas\" flag: strconv.ParseInt: parsing \"x\": "
          + "invalid syntax\nSee 'kubectl scale --help' for usage."
      ),
      ("frobnicate", "error: unknown command \"frobnicate\" for \"kubectl\""),
    ])
  func mistakes(_ line: String, _ wanted: String) {
    #expect(failure(line) == wanted)
  }

  @Test(
    "durations are Go's",
    arguments: [
      ("30s", 30.0), ("1m30s", 90), ("2h", 7200), ("1.5h", 5400), ("500ms", 0.5), ("0", 0),
      ("-1s", -1), ("", nil), ("5", nil), ("x", nil), ("5 s", nil),
    ])
  func durations(_ text: String, _ wanted: Double?) {
    #expect(GoDuration.seconds(text) == wanted)
  }

  @Test("every command has a summary, and no flag twice")
  func commands() {
    func look(_ command: Command, _ path: String) {
      #expect(!command.summary.isEmpty, "\(path)")
      let all = (command.flags + CommonFlags.global)
      // A binding's users are named by a flag that otherwise chooses who asks.
      for flag in command.flags where flag.name != "user" {
        #expect(all.count { $0.name == flag.name } == 1, "\(path): --\(flag.name)")
        if let short = flag.short {
          #expect(all.count { $0.short == short } == 1, "\(path): -\(short)")
        }
      }
      for inner in command.commands { look(inner, "\(path) \(inner.name)") }
    }
    look(CommandTree.root, "kubectl")
    for (_, names) in CommandTree.groups {
      for name in names { #expect(CommandTree.root.command(name) != nil, "\(name)") }
    }
  }
}
