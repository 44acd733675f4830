// `lab shell`: the student's own shell, in the lab. docker and the others resolve to this kit and
// the lab's instance, each command is taken down with its exit status, and the prompt tells the
// step and how much of it is right.
//
// Next: ShellStartup.swift for what the shell reads, CommandRecorder.swift for what it takes down.

import Glibc
import Linux
import Support

/// Becomes the student's shell.
package struct LabShell {
  private static let marker = "DKLAB_LAB_SHELL"

  let session: LabSession

  package init(_ session: LabSession) {
    self.session = session
  }

  /// The id of the lab in whose shell this process was started; nil outside of one.
  package static var current: String? {
    getenv(marker).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Refuses a shell in a shell: nobody would know any more how often to type `exit`.
  package func refuseInside() throws {
    guard let lab = Self.current else { return }
    guard lab == session.lab.id else {
      throw DklabError(
        .conflict, id: "lab.other-shell",
        Text(
          "this is the shell of `\(lab)`, and one lab's shell is not opened inside another's",
          ko: "지금은 `\(lab)` 실습 셸 안이므로, 그 안에서 다른 실습의 셸을 열 수 없습니다"),
        hint: Text(
          "leave it with `exit`, then `dklab lab start \(session.lab.id)`",
          ko: "`exit`로 나간 다음 `dklab lab start \(session.lab.id)`"))
    }
    throw DklabError(
      .conflict, id: "lab.in-shell",
      Text("you are in the shell of `\(lab)` already", ko: "이미 `\(lab)` 실습 셸 안에 있습니다"),
      hint: Text(
        "just go on: `lab show` shows the step, `lab check` checks it",
        ko: "그대로 이어서 하면 됩니다. `lab show`로 단계를 보고 `lab check`로 검사합니다"))
  }

  /// What to know before the shell opens.
  package static func introduction(_ language: Language, _ facts: TerminalFacts) -> [String] {
    let words = Text(
      "In this shell `docker` is the lab's own engine. `lab check` checks, `lab hint` helps, "
        + "`lab show` shows the step again, `exit` leaves; what you did stays.",
      ko: "이 셸의 `docker`는 이 실습 전용 엔진입니다. `lab check`로 검사하고, `lab hint`로 힌트를 보고, "
        + "`lab show`로 단계를 다시 봅니다. `exit`로 나가도 작업은 그대로 남습니다.")
    return InlineMarkdown.render(words(language), facts: facts)
      .wrapped(to: max(20, min(facts.columns, 100) - 2))
  }

  /// Replaces this process by the shell. Returns only by throwing.
  package func run() throws -> Never {
    try refuseInside()
    try session.openRelay()
    let shell = getenv("SHELL").map { String(cString: $0) } ?? "bash"
    var environment = session.environment
    environment[Self.marker] = session.lab.id
    environment["DKLAB_HISTORY"] = session.bench.directory + "/history"
    environment["DKLAB_PATH"] = session.bench.binaries
    environment["DKLAB_PROMPT"] = session.bench.prompt
    environment["DKLAB_BEGUN"] = session.bench.begun
    environment["DKLAB_ANEW"] =
      Text(
        "(The lab was begun anew elsewhere, and its folder with it: you are in the new one.)",
        ko: "(다른 곳에서 실습을 다시 시작해 작업 폴더가 새로 만들어졌습니다. 지금은 새 폴더 안입니다.)")()
    let startup = session.bench.directory + "/shell"
    try Directory.make(startup)
    let arguments: [String]
    if shell.hasSuffix("/zsh") {
      try File.replace(startup + "/.zshrc", ShellStartup.zsh, durable: false)
      environment["DKLAB_ZDOTDIR"] = getenv("ZDOTDIR").map { String(cString: $0) }
      environment["ZDOTDIR"] = startup
      arguments = [shell, "-i"]
    } else {
      try File.replace(startup + "/bashrc", ShellStartup.bash, durable: false)
      let program = shell.hasSuffix("/bash") ? shell : "bash"
      arguments = [program, "--rcfile", startup + "/bashrc", "-i"]
    }
    for (name, value) in environment { setenv(name, value, 1) }
    guard chdir(session.bench.folder) == 0 else {
      throw SyscallError("chdir", session.bench.folder)
    }
    let argv = arguments.map { strdup($0) } + [nil]
    CreationMask.restore()
    execvp(arguments[0], argv)
    throw SyscallError("execve", arguments[0])
  }
}
