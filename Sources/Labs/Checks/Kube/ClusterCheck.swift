import Documents
import Kube
import Support

/// What all checks of a cluster share: one look at its objects, and what to say when there is no cluster
/// to look at.
protocol ClusterCheck: CheckType {
  /// The command that shows it.
  var look: String { get }
  /// Which cluster, when it is not the lab's own.
  var cluster: String? { get }
  func judge(_ facts: ClusterFacts, _ snapshot: Snapshot) -> Finding
}

extension ClusterCheck {
  var cluster: String? { nil }
  var probes: [Probe] { [.cluster(cluster)] }
  // What a student orders is done by others, a moment later.
  var patience: Duration { .seconds(10) }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch snapshot.result(.cluster(cluster)) {
    case .cluster(let facts): return judge(facts, snapshot)
    case .failed(let reason): return .error(reason)
    case .nothing(let word):
      let isStopped = word == "stopped"
      let cause =
        isStopped
        ? Cause(
          "kube.stopped", "the lab's cluster is stopped: `dklab kube start` starts it",
          ko: "실습의 클러스터가 멈춰 있습니다. `dklab kube start`로 시작합니다")
        : Cause(
          "kube.no-cluster", "the lab's cluster is gone: `dklab kube up` makes a new one",
          ko: "실습의 클러스터가 없습니다. `dklab kube up`으로 새로 만듭니다")
      return .fail(
        Failure(
          expected: sentence,
          found: isStopped
            ? Text("no cluster is running", ko: "실행 중인 클러스터가 없음")
            : Text("there is no cluster", ko: "클러스터가 없음"),
          causes: [cause], look: "dklab kube status"))
    default: return .error(Text("the cluster could not be asked", ko: "클러스터에 물을 수 없습니다"))
    }
  }

  func fail(_ found: Text, _ causes: [Cause]) -> Finding {
    .fail(Failure(expected: sentence, found: found, causes: causes, look: look))
  }
}
