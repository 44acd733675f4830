import Engine
import Glibc
import Linux
import Support

/// The programs a lab's commands find first, and the environment they run in.
package struct Workbench: Sendable {
  /// Names under which dklab answers as another program.
  package static let clients = ["docker", "podman", "docker-compose", "kubectl", "dklab"]

  /// The directory of a lab on this machine.
  package let directory: String
  /// The dklab binary.
  package let program: String

  package init(directory: String, program: String? = nil) throws {
    self.directory = directory
    self.program = try program ?? File.link("/proc/self/exe")
  }

  /// The student's folder.
  package var folder: String { directory + "/work" }
  package var binaries: String { directory + "/bin" }
  /// Where `kubectl` is our own, whatever else there is.
  var own: String { directory + "/own" }
  package var commands: String { directory + "/commands.log" }
  /// Where commands reach the Docker Engine of a lab that is done on one.
  var relay: String { directory + "/docker.sock" }
  /// What the shell's prompt says of the lab, for a prompt that cannot wait for a look.
  package var prompt: String { directory + "/prompt" }

  /// Tells one beginning of the lab from another: a folder made anew may get the number of the old one,
  /// and some file systems know no time of birth.
  package var begun: String { directory + "/begun" }

  /// Makes the directories and the shims; doing it twice is fine.
  package func prepare(clients: [String] = Workbench.clients) throws {
    try Directory.make(directory, mode: 0o755)
    if !File.exists(begun) {
      try File.replace(begun, "\(wallClockNanoseconds())\n", durable: false)
    }
    for path in [folder, binaries, own] { try Directory.make(path, mode: 0o755) }
    try link(program, own + "/kubectl")
    for name in clients {
      try link(name == "kubectl" ? kubectl : program, binaries + "/" + name)
    }
    for (name, verb) in [("lab", "lab"), ("terminal", "lab __terminal")] {
      try File.replace(
        binaries + "/" + name, "#!/bin/sh\nexec \(Bash.quoted(program)) \(verb) \"$@\"\n",
        mode: 0o755, durable: false)
    }
  }

  /// The genuine kubectl where there is one.
  private var kubectl: String {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin"
    let candidates = path.split(separator: ":").filter { $0 != binaries }.map { "\($0)/kubectl" }
    return candidates.first(where: { access($0, X_OK) == 0 }) ?? program
  }

  private func link(_ target: String, _ path: String) throws {
    if (try? File.link(path)) == target { return }
    unlink(path)
    try check(symlink(target, path), "symlink", path)
  }

  /// The environment for the lab `lab` in `instance`: this process's own, the shims first in PATH,
  /// and the variables.
  package func environment(
    lab: String, instance: String, root: DataRoot, variables: Variables,
    docker: DockerWork? = nil
  ) -> [String: String] {
    var result: [String: String] = [:]
    for name in [
      "HOME", "USER", "LOGNAME", "TERM", "LANG", "LC_ALL", "DKLAB_LANG", "TZ", "SHELL",
      "XDG_RUNTIME_DIR", "COLORTERM", "NO_COLOR", "DKLAB_ACCESSIBLE", "DKLAB_AMBIGUOUS_WIDTH",
      "DKLAB_OFFLINE", "DKLAB_REGISTRY_MIRRORS", "DKLAB_INSECURE_REGISTRIES", "DOCKER_CONFIG",
      "HTTPS_PROXY", "https_proxy", "http_proxy", "NO_PROXY", "no_proxy",
    ] {
      result[name] = getenv(name).map { String(cString: $0) }
    }
    result["DKLAB_LABS"] = LabCatalog.exported
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
    result["PATH"] = binaries + ":" + path
    result.merge(variables.environment) { $1 }
    result["DKLAB_ROOT"] = root.path
    result["DKLAB_INSTANCE"] = instance
    // A lab's cluster is its own, and so is the file by which kubectl finds it.
    result["DKLAB_CLUSTER"] = instance
    result["KUBECONFIG"] = directory + "/kubeconfig"
    result["DKLAB_LAB"] = lab
    result["DKLAB_FOLDER"] = folder
    result["DKLAB_COMMANDS"] = commands
    if let docker {
      result["DOCKER_HOST"] = "unix://" + relay
      // `dklab serve` is another door to the same engine there.
      result["DKLAB_LAB_DOCKER"] = docker.host
      for name in ["DOCKER_BUILDKIT", "COMPOSE_PROJECT_NAME"] {
        result[name] = getenv(name).map { String(cString: $0) }
      }
    }
    return result
  }
}
