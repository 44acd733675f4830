import ArgumentParser
import Engine
import Glibc
import Kube
import Linux
import Runtime
import Support

/// `dklab system`.
struct SystemGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "system", abstract: "Manage dklab's own state",
    subcommands: [
      SystemCheck.self, SystemDiskUsage.self, SystemPrune.self, Events.self, Info.self,
      SystemReset.self,
    ])
}

/// `dklab system reset`: deletes an instance, or everything.
struct SystemReset: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset",
    abstract: "Delete this instance: its containers, image names, volumes, network and journal",
    discussion: """
      The instance is the one DKLAB_INSTANCE names, else `default`. With --all every instance goes, \
      with all images and the state directory itself.
      """)

  @Flag(help: "Everything below DKLAB_ROOT") var all = false
  @Flag(name: .shortAndLong, help: "Do not ask") var yes = false

  func run() throws {
    let root = try DataRoot.current()
    let instance = try currentInstanceName()
    let what = all ? root.path : "\(root.path) (\(instance))"
    guard yes || confirmed(what) else { throw ExitCode(1) }
    try Rootless.enter(state: root.path + "/rootless")
    if all {
      let keeper = Rootless.keeper(state: root.path + "/rootless")
      // Their processes would go on, and make anew what is deleted.
      for cluster in try Cluster.all(root: root.path) { try cluster.remove() }
      try Engine.destroyAll(root: root)
      _ = try keeper?.send(.terminate)
    } else {
      try Engine.destroy(root: root, instance: instance)
    }
  }

  private func confirmed(_ what: String) -> Bool {
    guard isatty(0) == 1 else {
      StandardError.print(
        Text(
          "not asking without a terminal: repeat with --yes",
          ko: "터미널이 없어 물어볼 수 없습니다. --yes를 붙여 다시 실행하세요")())
      return false
    }
    print(
      Text(
        "delete everything in \(what)? [y/N] ", ko: "\(what)의 모든 것을 지웁니까? [y/N] ")(),
      terminator: "")
    fflush(nil)
    // The same key on a Korean keyboard layout types ㅛ.
    return ["y", "yes", "ㅛ"].contains((readLine() ?? "").lowercased())
  }
}
