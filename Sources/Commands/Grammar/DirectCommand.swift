// The verbs that are typed all day take their values from the line that `CommandLineReader` has read.
// The argument parser would find out anew, by reflection, which properties the command has; that takes
// longer than all that is left of `exec`. A test compares the two for each flag.

import ArgumentParser

/// A command that can be made without the argument parser.
protocol DirectCommand: ParsableCommand {
  /// Gives each property that the argument parser would set its value from `line`.
  mutating func take(_ line: VerbLine)
}

enum DirectCommands {
  /// The command of `line`; nil for verbs that the argument parser has to read.
  static func command(_ line: VerbLine) -> (any ParsableCommand)? {
    guard var command = make(line.verb) else { return nil }
    command.take(line)
    return command
  }

  /// The verbs that `make` knows.
  static let verbs = [
    "run", "create", "exec", "start", "stop", "restart", "kill", "rm", "ps", "logs", "wait",
    "inspect", "images", "build",
  ]

  private static func make(_ verb: String) -> (any DirectCommand)? {
    switch verb {
    case "run": Run()
    case "create": Create()
    case "exec": Exec()
    case "start": Start()
    case "stop": Stop()
    case "restart": Restart()
    case "kill": Kill()
    case "rm": Remove()
    case "ps": List()
    case "logs": Logs()
    case "wait": Wait()
    case "inspect": Inspect()
    case "images": ImageList()
    case "build": Build()
    default: nil
    }
  }
}

extension Run: DirectCommand {
  mutating func take(_ line: VerbLine) {
    options = RunOptions(line)
    detach = line.isOn("detach")
    detachKeys = line.value("detach-keys")
    sigProxy = line.isOn("sig-proxy", unlessGiven: true)
    explain = line.isOn("explain")
    trace = line.isOn("trace")
    dryRun = line.isOn("dry-run")
    words = line.arguments
  }
}

extension Create: DirectCommand {
  mutating func take(_ line: VerbLine) {
    options = RunOptions(line)
    words = line.arguments
  }
}

extension Exec: DirectCommand {
  mutating func take(_ line: VerbLine) {
    detach = line.isOn("detach")
    detachKeys = line.value("detach-keys")
    env = line.values("env")
    envFile = line.values("env-file")
    interactive = line.isOn("interactive")
    privileged = line.isOn("privileged")
    tty = line.isOn("tty")
    user = line.value("user")
    workdir = line.value("workdir")
    diesWithCaller = line.isOn("dies-with-caller")
    words = line.arguments
  }
}

extension Start: DirectCommand {
  mutating func take(_ line: VerbLine) {
    attach = line.isOn("attach")
    detachKeys = line.value("detach-keys")
    interactive = line.isOn("interactive")
    containers = line.arguments
  }
}

extension Stop: DirectCommand {
  mutating func take(_ line: VerbLine) {
    signal = line.value("signal")
    timeout = line.value("timeout")
    containers = line.arguments
  }
}

extension Restart: DirectCommand {
  mutating func take(_ line: VerbLine) {
    signal = line.value("signal")
    timeout = line.value("timeout")
    containers = line.arguments
  }
}

extension Kill: DirectCommand {
  mutating func take(_ line: VerbLine) {
    signal = line.value("signal") ?? "KILL"
    containers = line.arguments
  }
}

extension Remove: DirectCommand {
  mutating func take(_ line: VerbLine) {
    force = line.isOn("force")
    volumes = line.isOn("volumes")
    containers = line.arguments
  }
}

extension List: DirectCommand {
  mutating func take(_ line: VerbLine) {
    all = line.isOn("all")
    filter = line.values("filter")
    format = line.value("format")
    last = line.value("last")
    latest = line.isOn("latest")
    noTrunc = line.isOn("no-trunc")
    quiet = line.isOn("quiet")
    size = line.isOn("size")
  }
}

extension Logs: DirectCommand {
  mutating func take(_ line: VerbLine) {
    details = line.isOn("details")
    follow = line.isOn("follow")
    since = line.value("since")
    tail = line.value("tail") ?? "all"
    timestamps = line.isOn("timestamps")
    until = line.value("until")
    container = line.arguments[0]
  }
}

extension Wait: DirectCommand {
  mutating func take(_ line: VerbLine) { containers = line.arguments }
}

extension Inspect: DirectCommand {
  mutating func take(_ line: VerbLine) {
    format = line.value("format")
    size = line.isOn("size")
    type = line.value("type")
    names = line.arguments
  }
}

extension ImageList: DirectCommand {
  mutating func take(_ line: VerbLine) {
    all = line.isOn("all")
    digests = line.isOn("digests")
    filter = line.values("filter")
    format = line.value("format")
    noTrunc = line.isOn("no-trunc")
    quiet = line.isOn("quiet")
    repository = line.arguments.first
  }
}
