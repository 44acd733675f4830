import Support

/// Why a container that exists does not run.
enum StoppedContainer {
  static func causes(_ container: ContainerView, in snapshot: Snapshot) -> [Cause] {
    let story = snapshot.story
    switch container.status {
    case "created": return notStarted(container, snapshot)
    case "paused": return [paused(container, story)]
    case "restarting": return [restarting(container)] + reason(container)
    default: break
    }
    guard container.hasEnded else { return [] }
    let events = story.life(of: container)
    let begun = events.lastIndex { $0.action == "start" } ?? events.startIndex
    let sinceStart = events.suffix(from: begun)
    if sinceStart.contains(where: { $0.attributes["repair"] == "true" }) {
      return [lost(container)]
    }
    if let stop = sinceStart.first(where: { $0.action == "stop" }) {
      return [by("container.stopped", "stopped", ko: "멈췄습니다", stop, story)]
    }
    if container.wasKilledForMemory {
      return [
        Cause(
          "container.out-of-memory", "the kernel killed it: it used more memory than its limit",
          ko: "메모리 제한을 넘어 커널이 강제로 끝냈습니다")
      ]
    }
    if let kill = sinceStart.first(where: { $0.action == "kill" }) {
      return [by("container.killed", "killed", ko: "강제 종료되었습니다", kill, story)]
    }
    let lastWords = snapshot.lastWords[container.name] ?? ""
    return [ended(container, lastWords: lastWords)]
      + reason(container, lastWords: lastWords) + attached(container)
      + Refusal.named(container.name, since: sinceStart.last?.time ?? 0, in: snapshot)
  }

  private static func notStarted(_ container: ContainerView, _ snapshot: Snapshot) -> [Cause] {
    guard !container.error.isEmpty || container.exitCode != 0 else {
      return [
        Cause(
          "container.not-started",
          "it was created and never started; `docker start \(container.name)` starts it",
          ko: "만들기만 하고 시작하지 않았습니다. `docker start \(container.name)`(으)로 시작합니다")
      ]
    }
    let failed = Cause(
      "container.create-failed", "its start failed: \(container.error.printable)",
      ko: "시작하지 못했습니다: \(container.error.printable)")
    if container.exitCode == 126 || container.exitCode == 127 {
      return [failed] + reason(container)
    }
    let made = snapshot.story.life(of: container).first?.time ?? 0
    let refused = snapshot.journal.last { event in
      event.kind == "command.refuse" && event.time >= made
        && event.attributes["error"] == "port.allocated"
        && container.bindings.contains { "\($0.hostPort)" == event.attributes["object"] }
    }
    if let refused { return [failed] + Refusal.causes(refused, in: snapshot) }
    let taken = container.bindings.map(\.hostPort).first { port in
      container.error.contains("\(port)") && container.error.contains("already")
    }
    guard let taken else { return [failed] }
    return [
      failed,
      Cause(
        "port.in-use", "port \(taken) of the host is taken; choose another",
        ko: "호스트의 \(taken) 포트는 이미 쓰이고 있습니다. 다른 포트를 고르세요"),
    ]
  }

  private static func paused(_ container: ContainerView, _ story: Story) -> Cause {
    let name = container.name
    let pause = story.life(of: container).last { $0.kind == "container.pause" }
    let time = pause.map { clockTime($0.time) }
    let since = Text(time.map { " since \($0)" } ?? "", ko: time.map { "\($0)부터 " } ?? "")
    return Cause(
      "container.paused",
      "it is paused\(since.en): its process is there and stands still; "
        + "`docker unpause \(name)` lets it go on",
      ko: "\(since.ko)일시 정지되어 있습니다. 프로세스는 있지만 멈춰 있습니다. "
        + "`docker unpause \(name)`(으)로 다시 진행합니다")
  }

  private static func restarting(_ container: ContainerView) -> Cause {
    Cause(
      "container.restarting",
      "its process keeps ending (status \(container.exitCode)) and its restart policy starts it "
        + "again each time",
      ko: "프로세스가 계속 끝나고(종료 코드 \(container.exitCode)) 재시작 정책이 매번 다시 시작합니다")
  }

  private static func lost(_ container: ContainerView) -> Cause {
    Cause(
      "container.lost",
      "the kit's monitor of `\(container.name)` was killed, and the container with it; "
        + "`docker start \(container.name)` starts it again",
      ko: "`\(container.name)`의 모니터 프로세스가 강제로 끝나 컨테이너도 함께 끝났습니다. "
        + "`docker start \(container.name)`(으)로 다시 시작합니다")
  }

  private static func by(
    _ id: String, _ english: String, ko korean: String, _ event: JournalEvent, _ story: Story
  ) -> Cause {
    let command = story.command(behind: event)
    return Cause(
      id, "it was \(english) at \(clockTime(event.time))" + (command.map { " by `\($0)`" } ?? ""),
      ko: "\(clockTime(event.time))에 " + (command.map { "`\($0)` 명령으로 " } ?? "") + korean)
  }

  private static func ended(_ container: ContainerView, lastWords output: String) -> Cause {
    let program = container.command.joined(separator: " ").printable
    let line = output.printable.split(separator: "\n").last?.trimmed ?? ""
    let said = container.exitCode == 0 ? "" : line.prefix(120)
    return Cause(
      "container.exited",
      "its process `\(program)` ended with status \(container.exitCode)"
        + (said.isEmpty ? "" : "; its last words: `\(said)`"),
      ko: "프로세스 `\(program)`이(가) 종료 코드 \(container.exitCode)(으)로 끝났습니다"
        + (said.isEmpty ? "" : ". 마지막 출력: `\(said)`"))
  }

  /// It lived in the student's terminal, and ended with that.
  private static func attached(_ container: ContainerView) -> [Cause] {
    guard container.isAttached, !container.hasTerminal,
      [130, 137, 143].contains(container.exitCode) || container.lifetime > 2_000_000_000
    else { return [] }
    return [
      Cause(
        "container.not-detached",
        "it was run without `-d`: it lived in your terminal and ended with it",
        ko: "`-d` 없이 실행해서 터미널에 붙어 있다가 함께 끝났습니다")
    ]
  }

  private static func reason(_ container: ContainerView, lastWords: String = "") -> [Cause] {
    let program = container.command.first ?? ""
    switch container.exitCode {
    case 0 where isShellWaitingForInput(container):
      return [
        Cause(
          "container.shell-without-terminal",
          "a shell without `-it` has no input to read and ends at once",
          ko: "`-it` 없이 실행한 셸은 읽을 입력이 없어 바로 끝납니다")
      ]
    case 127 where (notFound(in: lastWords) ?? program) != program:
      // Its program is there, and has looked for another.
      let missing = notFound(in: lastWords) ?? ""
      return [
        Cause(
          "container.command-not-found",
          "`\(program)` of its image was started and found no program `\(missing)`; what stands after "
            + "the image's name is the command",
          ko: "이미지의 `\(program)`은(는) 실행되었지만 `\(missing)`(이)라는 프로그램을 찾지 못했습니다. "
            + "이미지 이름 뒤에 오는 것이 명령입니다")
      ]
    case 127:
      return [
        Cause(
          "container.command-not-found",
          "its image has no program `\(program)`; what stands after the image's name is the command",
          ko: "이미지에 `\(program)` 프로그램이 없습니다. 이미지 이름 뒤에 오는 것이 명령입니다")
      ]
    case 126:
      return [
        Cause(
          "container.not-executable", "`\(program)` cannot be executed (no `x` permission?)",
          ko: "`\(program)`을(를) 실행할 수 없습니다(실행 권한이 없나요?)")
      ]
    case 129...192:
      return [
        Cause(
          "container.killed", "signal \(container.exitCode - 128) ended it",
          ko: "\(container.exitCode - 128)번 시그널로 끝났습니다")
      ]
    default:
      return []
    }
  }

  /// The program that a shell did not find, by what it says then: `exec: X: not found` (busybox),
  /// `sh: 1: X: not found` (dash), `sh: line 1: X: command not found` (bash), with `exec: ` before `X`
  /// where it was to be replaced. Nil for other words.
  static func notFound(in words: String) -> String? {
    let line = words.split(separator: "\n").last.map(\.trimmed) ?? ""
    let parts = line.split(separator: ":").map(\.trimmed)
    guard parts.count >= 3, ["not found", "command not found"].contains(parts[parts.count - 1])
    else { return nil }
    let name = parts[parts.count - 2]
    return name.isEmpty || name.contains(" ") ? nil : name
  }

  private static func isShellWaitingForInput(_ container: ContainerView) -> Bool {
    guard !(container.hasTerminal && container.keepsInputOpen), container.command.count == 1,
      let program = container.command.first?.split(separator: "/").last
    else { return false }
    return ["sh", "bash", "ash", "dash", "zsh"].contains(program)
  }
}

/// Why a container that should have ended has not.
enum RunningContainer {
  static func cause(_ container: ContainerView) -> Cause {
    Cause(
      "container.still-running",
      "its process `\(container.command.joined(separator: " ").printable)` still runs; "
        + "`docker stop \(container.name)` ends it",
      ko: "프로세스 `\(container.command.joined(separator: " ").printable)`이(가) 아직 실행 중입니다. "
        + "`docker stop \(container.name)`(으)로 멈춥니다")
  }
}
