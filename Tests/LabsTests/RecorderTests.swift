import Glibc
import Linux
import Support
import Testing

@testable import Labs

/// What the shells take down of what was typed.
@Suite("The recorder of commands") struct RecorderTests {
  private func typed(_ line: Substring) -> CommandLog.Entry? {
    guard case .typed(let entry) = CommandLog.parse(line) else { return nil }
    return entry
  }

  private func recorded(
    _ program: [String], _ script: String
  ) throws -> [String] {
    let folder = "/tmp/dklab-recorder-\(UInt64.random(in: .min ... .max))"
    try Directory.make(folder)
    defer { try? Directory.removeTree(folder) }
    let environment = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "DKLAB_COMMANDS": folder + "/log",
    ]
    try File.replace(folder + "/script", script, durable: false)
    let line = (program + [folder + "/script"]).map(Bash.quoted).joined(separator: " ")
    var plain = environment
    plain["DKLAB_COMMANDS"] = "/dev/null"
    _ = try Bash.run(
      "DKLAB_COMMANDS=\(folder)/log \(line)", folder: folder, environment: plain,
      timeout: .seconds(20))
    let text = (try? File.text(folder + "/log")) ?? ""
    return text.split(separator: "\n").compactMap { line in
      typed(line).map { "\($0.status.map(String.init) ?? "-") \($0.command)" }
    }
  }

  @Test(
    "bash takes down every command of a line with its own status",
    arguments: [
      ("true; false; echo end", ["0 true", "1 false", "0 echo end"]),
      ("false | true | cat", ["1 false", "0 true", "0 cat"]),
      ("true && false || echo hi", ["0 true", "1 false", "0 echo hi"]),
      ("! true\ntrue", ["0 true", "0 true"]),
      ("cd /usr; cd /nowhere 2>/dev/null", ["0 cd /usr", "1 cd /nowhere 2> /dev/null"]),
      ("for i in 1 2; do false; done", ["1 false", "1 false"]),
      ("f() { true; false; }; f", ["1 f"]),
      ("echo 'a\tb\nc' | grep -q x; true", ["0 echo 'a b c'", "1 grep -q x", "0 true"]),
      ("exit 4", ["4 exit 4"]),
    ])
  func bash(_ script: String, _ expected: [String]) throws {
    let found = try recorded(["bash", "--norc"], CommandRecorder.bashScript() + script + "\n")
    #expect(found == expected)
  }

  @Test("a status that may be a subshell's is not taken for a command's")
  func unsure() {
    for line in ["(exit 3)", "true; (exit 3)", "true && ( false )"] {
      #expect(CommandRecorder.isUnsure(line), "\(line)")
    }
    for line in ["echo $(date)", "cat <(true)", "a=(1 2)", "docker ps"] {
      #expect(!CommandRecorder.isUnsure(line), "\(line)")
    }
  }

  @Test("a command is recorded in the folder it was typed in")
  func folder() throws {
    let folder = "/tmp/dklab-recorder-\(UInt64.random(in: .min ... .max))"
    try Directory.make(folder)
    defer { try? Directory.removeTree(folder) }
    _ = try Bash.run(
      "cd /usr\ntrue", folder: folder,
      environment: ["PATH": "/usr/bin:/bin", "DKLAB_COMMANDS": folder + "/log"],
      timeout: .seconds(20))
    let lines = try File.text(folder + "/log").split(separator: "\n")
    #expect(lines.compactMap { typed($0)?.folder } == [folder, "/usr"])
  }

  @Test(
    "zsh takes down what it knows of each",
    .enabled(if: access("/usr/bin/zsh", X_OK) == 0, "needs zsh"),
    arguments: [
      ("true; false", ["0 true", "1 false"]), ("! true; cd /usr", ["0 ! true", "0 cd /usr"]),
      ("(exit 3); true", ["0 true"]),
      ("false | true", ["1 false", "0 true"]),
      ("true && echo hi", ["0 true", "0 echo hi"]),
      ("true && false", ["- true", "- false"]),
      ("false || true", ["- false", "- true"]),
    ])
  func zsh(_ line: String, _ expected: [String]) throws {
    let script =
      CommandRecorder.zsh + """
        zmodload zsh/datetime
        setopt debug_before_cmd
        trap '__dklab_code=$? __dklab_pipes="$pipestatus"
          (( $#funcstack || ZSH_SUBSHELL )) ||
            __dklab_debug "$__dklab_code" "$__dklab_pipes" "$ZSH_DEBUG_CMD"' DEBUG
        \(line)
        __dklab_last

        """
    let found = try recorded(["zsh", "-f"], script).filter { !$0.contains("trap") }
    #expect(found == expected)
  }
}
