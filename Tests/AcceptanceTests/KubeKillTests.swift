import Documents
import Glibc
import Linux
import Testing

@Suite(
  "A cluster whose parts are killed",
  .enabled(if: KubeCluster.obstacle == nil, "\(KubeCluster.obstacle ?? "")"))
struct KubeKillTests {
  /// How often, unless DKLAB_ROUNDS wants more, or fewer.
  private static let rounds =
    getenv("DKLAB_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 6

  /// Writes one ConfigMap after the other, and notes down each that the server has acknowledged.
  private static let writer = """
    number=0
    until [ -e "$1/stop" ]; do
      number=$((number + 1))
      "$0" --request-timeout=10s create configmap "$2-$number" >/dev/null 2>&1 \\
        && echo "$2-$number" >> "$1/acknowledged"
    done
    """
  /// Watches from where the last connection ended, as programs do; each connection has its file.
  private static let watcher = """
    path=/api/v1/namespaces/default/configmaps
    version=$2
    connection=0
    until [ -e "$1/end" ]; do
      connection=$((connection + 1))
      "$0" get --raw "$path?watch=1&timeoutSeconds=5&resourceVersion=$version" \\
        > "$1/events.$connection" 2>/dev/null
      # What was cut off in the middle comes again.
      last=$(grep '}}$' "$1/events.$connection" | tail -n 1 \\
        | grep -o '"resourceVersion":"[0-9]*"' | grep -o '[0-9]*')
      [ -z "$last" ] || version=$last
    done
    """

  private static let pods = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 3
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers: [{name: main, image: busybox, command: [sleep, "100000"]}]
    """

  private func containers(_ cluster: KubeCluster) -> [String] {
    let path =
      "{range .items[*].status.containerStatuses[*]}{.containerID} {.restartCount}{\"\\n\"}{end}"
    return cluster.kubectl(["get", "pods", "-o", "jsonpath=\(path)"]).lines.sorted()
  }

  private func killPart(_ part: String, of cluster: KubeCluster) throws {
    let file = try File.text("\(Sandbox.root)/kube/\(cluster.name)/\(part).pid")
    let pid = pid_t(try #require(try JSONValue.parse(file)["pid"]?.int))
    let identity = ProcessIdentity(of: pid)
    kill(pid, SIGKILL)
    #expect(eventually { !(identity?.isAlive ?? false) })
  }

  @Test("loses no write that was acknowledged, restarts no pod, and watchers miss nothing")
  func killed() throws {
    let cluster = try KubeCluster()
    defer { cluster.close() }
    #expect(cluster.dklab("kube up --name \(cluster.name)").status == 0)
    cluster.apply(Self.pods)
    cluster.wait("--for=condition=Available deployment/web")
    let before = containers(cluster)
    #expect(before.count == 3)
    let home = cluster.home
    let start = cluster.kubectl("get configmaps -o jsonpath={.metadata.resourceVersion}").text
    func begin(_ script: String, _ argument: String) throws -> BackgroundProgram {
      try BackgroundProgram(
        ["/bin/sh", "-c", script, cluster.kubectl, home, argument],
        environment: cluster.environment)
    }
    let writers = try ["a", "b"].map { try begin(Self.writer, $0) }
    let watcher = try begin(Self.watcher, start)
    defer { for program in writers + [watcher] { program.end() } }
    for _ in 0..<Self.rounds {
      // Some time for work, another one each time.
      usleep(.random(in: 50_000...800_000))
      let parts = ["server", "kubelet-\(cluster.name)"].shuffled()
      for part in parts.prefix(.random(in: 1...2)) { try killPart(part, of: cluster) }
      let again = cluster.dklab("kube up --name \(cluster.name)")
      #expect(again.status == 0, "\(again)")
    }
    let wanted = "\(home)/acknowledged"
    let written = (try? File.text(wanted)) ?? ""
    // The last server has been written to as well.
    #expect(eventually(within: 60) { (try? File.text(wanted)) ?? "" != written })
    try File.replace("\(home)/stop", "")
    for writer in writers { writer.wait() }
    let acknowledged = Set(try File.text(wanted).split(separator: "\n").map(String.init))
    #expect(acknowledged.count > Self.rounds)
    let there = Set(
      cluster.kubectl("get configmaps -o name").lines.map { $0.replacing("configmap/", with: "") })
    #expect(acknowledged.subtracting(there) == [], "lost")
    var seen: [String] = []
    func watched() -> [String] {
      seen = (try? events(home)) ?? []
      return acknowledged.subtracting(seen).sorted()
    }
    #expect(eventually(within: 60) { watched().isEmpty }, "missed by the watcher: \(watched())")
    #expect(Set(seen).count == seen.count, "told twice")
    try File.replace("\(home)/end", "")
    #expect(containers(cluster) == before)
  }

  /// The names of the ConfigMaps that the watcher was told were made.
  private func events(_ home: String) throws -> [String] {
    var result: [String] = []
    for name in try Directory.list(home) where name.hasPrefix("events.") {
      let lines = try File.text("\(home)/\(name)", limit: 64 << 20).split(separator: "\n")
      for line in lines where line.hasSuffix("}}") {
        guard let event = try? JSONValue.parse(String(line)) else { continue }
        let name = event["object"]?["metadata"]?["name"]?.string
        if event["type"]?.string == "ADDED", let name { result.append(name) }
      }
    }
    return result.filter { !$0.hasPrefix("kube-root") }
  }
}
