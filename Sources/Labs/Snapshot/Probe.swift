import Documents
import Support

/// One thing to look at beyond what every snapshot holds. The observer answers each with a
/// `ProbeResult`.
package enum Probe: Sendable, Hashable {
  /// GET of a URL, with another Host header if given.
  case http(url: String, host: String?)
  /// What a registry of this machine has under the name of an image.
  case registry(String)
  /// Whether a connection is accepted.
  case tcp(address: String, port: Int)
  /// A file in a container, running or not.
  case containerFile(container: String, path: String)
  /// A file in an image.
  case imageFile(image: String, path: String)
  /// A file in a volume.
  case volumeFile(volume: String, path: String)
  /// The containers in whose own layer a path lies, in lines.
  case pathHolders(String)
  /// When a file of the host was last written, in seconds since 1970.
  case hostFile(String)
  /// The names in the student's folder, in lines.
  case folder
  /// The SHA-256 checksum of a file of the student's folder.
  case fileDigest(String)
  /// A command in a running container.
  case containerExec(container: String, command: [String])
  /// What a container has printed.
  case containerLog(String)
  /// What a container changed: lines `A /path`.
  case containerDiff(String)
  /// The addresses a name has in a container, in lines.
  case resolve(container: String, host: String)
  /// What comes of a TCP connection from a container: `open`, `refused`, …, as text.
  case reach(container: String, host: String, port: Int)
  /// Bytes of a container's writable layer.
  case containerSize(String)
  /// The first process of a container, as `ProcessFacts`.
  case process(String)
  /// A limit (`memory`, `pids`, `cpus`) of a container's cgroup, or a file of it.
  case cgroup(container: String, limit: String)
  /// The namespaces of the host, as `ProcessFacts`.
  case host
  /// Which generation of control groups the host has.
  case cgroupVersion
  /// Who holds a TCP port of the host.
  case portHolder(Int)
  /// The rows of an image's history: bytes, a tab, what made it.
  case imageHistory(String)
  /// A file of the student's folder.
  case file(String)
  /// Bash commands of the lab's author.
  case script(String)
  /// All objects of a cluster, the lab's when none is named, as `ClusterFacts`.
  case cluster(String?)
  /// What a container of a pod has printed; of the only one when none is named.
  case podLog(namespace: String, pod: String, container: String?, cluster: String?)
}

/// What was seen.
package enum ProbeResult: Sendable, Hashable {
  /// An HTTP answer; `isWhole` is false when it did not come to its end in time.
  case http(status: Int, body: String, isWhole: Bool = true)
  /// Content of a file, its permission bits, and whether it is a directory.
  case file(text: String, mode: Int, isDirectory: Bool)
  /// A command's exit status and what it printed.
  case output(status: Int, text: String)
  /// Lines, text or a number.
  case lines([String])
  case text(String)
  case number(Int)
  case process(ProcessFacts)
  case cluster(ClusterFacts)
  /// A TCP connection was accepted.
  case open
  /// It is not there: `refused`, `timed out`, no such file, not running.
  case nothing(String)
  /// The look itself failed. The check becomes an error, not a fail.
  case failed(Text)
}

/// What the kernel says about a process.
package struct ProcessFacts: Sendable, Hashable {
  package var pid: Int
  /// Kind (`pid`, `mnt` …) to inode number.
  package var namespaces: [String: UInt64]
  /// Effective capabilities (`CAP_CHOWN`).
  package var capabilities: [String]
  /// `Seccomp:` of /proc/PID/status: 0 off, 2 filter.
  package var seccomp: Int
  /// User id as seen in the process's own user namespace.
  package var user: Int
  /// Its command line, the lines of its `uid_map`, and its parent.
  package var command: [String]
  package var userMap: [String]
  package var parent: Int

  package init(
    pid: Int, namespaces: [String: UInt64], capabilities: [String] = [], seccomp: Int = 0,
    user: Int = 0, command: [String] = [], userMap: [String] = [], parent: Int = 0
  ) {
    self.pid = pid
    self.namespaces = namespaces
    self.capabilities = capabilities
    self.seccomp = seccomp
    self.user = user
    self.command = command
    self.userMap = userMap
    self.parent = parent
  }
}
