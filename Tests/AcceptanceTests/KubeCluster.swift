import Documents
import Glibc
import Linux
import Testing

/// A cluster of its own, with a kubeconfig of its own, driven by the genuine kubectl.
final class KubeCluster {
  /// What keeps such tests from running here; nil when nothing does.
  static let obstacle: String? =
    containerObstacle ?? (HostProgram("kubectl") == nil ? "needs kubectl" : nil)

  let name = "t\(UInt32.random(in: 0 ... .max))"
  let home = "/tmp/dklab-kubectl-\(UInt32.random(in: 0 ... .max))"
  let kubectl: String
  let environment: [String: String]

  init(_ more: [String: String] = [:]) throws {
    try Sandbox.images.get()
    kubectl = try #require(HostProgram("kubectl")).path
    try Directory.make(home)
    environment = [
      "DKLAB_ROOT": Sandbox.root, "DKLAB_LANG": "en", "HOME": home, "DKLAB_UPLINK": "none",
      "KUBECONFIG": "\(home)/config",
    ].merging(more) { $1 }
  }

  @discardableResult
  func dklab(_ line: String) -> Sandbox.Output {
    Sandbox.run(
      line.split(separator: " ").map(String.init), environment: environment, seconds: 120)
  }

  /// Words are parted by spaces.
  func kubectl(_ line: String) -> Sandbox.Output {
    kubectl(line.split(separator: " ").map(String.init))
  }

  func kubectl(_ arguments: [String], input: String = "") -> Sandbox.Output {
    Sandbox.run(
      arguments, program: kubectl, input: input, environment: environment, seconds: 120)
  }

  /// Applies manifests, and expects that to work.
  func apply(_ manifests: String) {
    let applied = kubectl(["apply", "-f", "-"], input: manifests)
    #expect(applied.status == 0, "\(applied)")
  }

  /// Waits until `kubectl wait` has what it waits for.
  func wait(_ what: String) {
    let result = kubectl("wait --timeout=110s \(what)")
    #expect(result.status == 0, "\(result)\n\(kubectl("get pods,svc,events -A -o wide").output)")
  }

  /// Runs a shell command in a pod.
  func shell(_ pod: String, _ command: String) -> Sandbox.Output {
    kubectl(["exec", pod, "--", "sh", "-c", command])
  }

  /// Ends the cluster and looks whether anything is left of it.
  func close() {
    let down = dklab("kube down --name \(name)")
    #expect(down.status == 0, "\(down)")
    let processes = (try? Directory.list("/proc"))?.filter { process in
      guard Int(process) != nil, let line = try? File.text("/proc/\(process)/cmdline") else {
        return false
      }
      return line.contains(name)
    }
    #expect(processes == [], "processes left behind")
    #expect(!File.exists("\(Sandbox.root)/kube/\(name)"))
    #expect(!File.exists("\(Sandbox.root)/instances/kube-\(name)"))
    try? Directory.removeTree(home)
  }
}
