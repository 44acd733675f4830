import Engine
import Glibc
import Linux
import Support

/// What `dklab __kubelet ROOT CLUSTER NODE` runs: one node of a cluster.
package enum KubeletMain {
  /// The engine instance in which the pods of a cluster run.
  package static func instance(_ cluster: String) -> String { "kube-\(cluster)" }

  /// Serves until SIGTERM; the pods go on running. `arguments` follow `__kubelet`.
  package static func run(_ arguments: [String]) -> Int32 {
    guard arguments.count == 3 else { return 64 }
    do {
      let directory = try ClusterDirectory(root: arguments[0], name: arguments[1])
      let stop = try signalDescriptor([SIGTERM, SIGINT])
      signal(SIGPIPE, SIG_IGN)
      let engine = try Engine(
        root: DataRoot(path: directory.root), instance: instance(directory.name))
      _ = try engine.reconcile()
      try directory.claim("kubelet-\(arguments[2])")
      let kubelet = try Kubelet(
        node: arguments[2], index: Cluster.nodeIndex(arguments[2], in: directory.name),
        client: LocalClient(socketPath: directory.socketPath), engine: engine,
        directory: "\(directory.path)/kubelet-\(arguments[2])")
      let children = try signalDescriptor([SIGCHLD])
      kubelet.run(until: stop, children: children) { ClusterServerMain.tellReady() }
      return 0
    } catch {
      for line in ErrorReport().lines(for: error) { StandardLog.print(line) }
      return 1
    }
  }
}
