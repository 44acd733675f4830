import ArgumentParser
import Kube
import Support

/// What kube-proxy has told the kernel.
struct KubeRules: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Print the packet filter's rules that stand for services")

  @OptionGroup var options: ClusterOptions

  func run() throws {
    let cluster = try options.cluster()
    try cluster.require()
    guard let rules = try cluster.serviceRules() else {
      throw DklabError(
        .notFound, id: "kube.no-rules",
        Text(
          "cluster \(cluster.name) has no rules for services",
          ko: "클러스터 \(cluster.name)에는 서비스를 위한 규칙이 없습니다"),
        hint: Text(
          "without nft the proxy relays in its own process; `dklab kube start kube-proxy` starts it",
          ko: "nft가 없으면 프록시가 직접 중계합니다. `dklab kube start kube-proxy`로 프록시를 시작할 수 있습니다"))
    }
    print(rules, terminator: "")
  }
}
