import ArgumentParser
import Documents
import Kube
import Support

/// What stands in the way of something that is not ready.
struct KubeWhy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Say why something is not ready: its causes and theirs",
    discussion: """
      An object is named as kubectl names it: pod/web, deploy/web, svc/web, job/sum. Without one \
      everything in the namespace that is not ready is explained.
      """)

  @OptionGroup var options: ClusterOptions
  @Option(help: "The namespace") var namespace = "default"
  @Argument(help: "KIND/NAME") var objects: [String] = []

  func run() throws {
    let cluster = try options.cluster()
    try cluster.require()
    let view = try cluster.view()
    let why = Why(view)
    guard !objects.isEmpty else {
      let causes = why.all(namespace)
      for cause in causes { show(cause) }
      if causes.isEmpty {
        print(
          Text(
            "everything in namespace \(namespace) is ready",
            ko: "네임스페이스 \(namespace)의 모든 것이 준비되었습니다"))
      }
      return
    }
    try Batch.each(objects) { word in
      let parts = word.split(separator: "/", maxSplits: 1).map(String.init)
      guard parts.count == 2, let bucket = Why.bucket(parts[0]) else {
        throw DklabError(
          .invalid, id: "kube.why",
          Text("not something to explain: \(word)", ko: "설명할 수 없는 대상입니다: \(word)"),
          hint: Text(
            "accepted: pod, service, deployment, replicaset, statefulset, daemonset, job, pvc, node, "
              + "a slash and a name",
            ko:
              "쓸 수 있는 형식: pod, service, deployment, replicaset, statefulset, daemonset, job, pvc, "
              + "node 뒤에 빗금과 이름"))
      }
      guard let object = view.object(bucket, bucket == "nodes" ? "" : namespace, parts[1]) else {
        throw DklabError(
          .notFound, id: "kube.object",
          Text(
            "no \(word) in namespace \(namespace)", ko: "네임스페이스 \(namespace)에 \(word)이(가) 없습니다"))
      }
      if let cause = why.cause(bucket, object) {
        show(cause)
      } else {
        print(Text("nothing is wrong with \(word)", ko: "\(word)에는 문제가 없습니다"))
      }
    }
  }

  private func show(_ cause: Cause) {
    for line in cause.lines() { print(line) }
  }
}
