// What to do next on a cluster that grades: pure. The wish is the submissions that have no result yet; the
// snapshot is what the cluster has of this run; the plan is steps with their causes. A run that was killed
// finds its Jobs again, because their names come from the submissions.
//
// Next: ClusterGrading.swift, which carries it out.

import Documents
import Kube
import Support

/// What a cluster has of one run.
struct GradeJobSnapshot: Sendable, Hashable {
  /// By the names of the tasks.
  var jobs: [String: JSONValue] = [:]
  var pods: [String: [JSONValue]] = [:]
  var secrets: [String: [String]] = [:]
  /// Nanoseconds since 1970.
  var now: Int64 = 0

  /// The tasks of which there is anything.
  var tasks: Set<String> { Set(jobs.keys).union(pods.keys).union(secrets.keys) }
}

/// One thing to do.
enum GradeJobStep: Sendable, Hashable {
  /// Make the Secrets and the Job of a task.
  case send(String)
  /// Read the outcome of a Job that has ended from the log of a pod, nil when it has none; `trouble` is
  /// what to say when there is none.
  case collect(String, pod: String?, trouble: Text)
  /// Take everything of a task away.
  case remove(String)
  /// Give the run up: what is wrong would be wrong for all.
  case giveUp(Text)

  var isRemoval: Bool { if case .remove = self { true } else { false } }
}

/// The steps of one moment.
struct GradeJobPlan: Sendable, Hashable {
  private(set) var steps: [(step: GradeJobStep, cause: Text)] = []

  /// - Parameters:
  ///   - open: the tasks without a result, in their order.
  ///   - window: how many Jobs at a time.
  ///   - patience: nanoseconds that pods may wait for a node while none runs.
  init(_ snapshot: GradeJobSnapshot, open: [String], window: Int, patience: Int64) {
    let wanted = Set(open)
    for task in snapshot.tasks.subtracting(wanted).sorted() {
      add(.remove(task), "it has its result, or is not asked for", ko: "결과가 있거나 필요하지 않습니다")
    }
    if let trouble = Self.blocked(snapshot, patience) {
      add(.giveUp(trouble), "no pod of the run can start", ko: "이 실행의 파드를 시작할 수 없습니다")
      return
    }
    var running = 0
    for task in open {
      guard let job = snapshot.jobs[task], !job.isBeingDeleted else { continue }
      guard let end = Self.end(of: job) else {
        running += 1
        continue
      }
      let pods = (snapshot.pods[task] ?? []).sorted { Self.age($0) < Self.age($1) }
      let pod = pods.last { $0.text("status", "phase") == "Succeeded" } ?? pods.last
      add(
        .collect(task, pod: pod?.name, trouble: Self.trouble(end, pod)),
        "its Job has ended: \(end.text("type"))", ko: "잡이 끝났습니다: \(end.text("type"))")
    }
    for task in open where snapshot.jobs[task] == nil {
      guard running < window else { break }
      running += 1
      add(.send(task), "it has no Job", ko: "잡이 없습니다")
    }
  }

  private mutating func add(_ step: GradeJobStep, _ cause: String, ko: String) {
    steps.append((step, Text(cause, ko: ko)))
  }

  static func == (left: GradeJobPlan, right: GradeJobPlan) -> Bool {
    left.steps.map(\.step) == right.steps.map(\.step)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(steps.map(\.step)) }

  /// The condition by which a Job has ended; nil while it has not.
  private static func end(of job: JSONValue) -> JSONValue? {
    job.list("status", "conditions").first {
      ["Complete", "Failed"].contains($0.text("type")) && $0.text("status") == "True"
    }
  }

  private static func age(_ pod: JSONValue) -> String {
    pod.text("metadata", "creationTimestamp") + pod.name
  }

  /// Why a Job has brought no outcome, as far as the cluster knows.
  private static func trouble(_ end: JSONValue, _ pod: JSONValue?) -> Text {
    var words = [end.text("message")]
    if let pod {
      words.append(pod.text("status", "message"))
      for status in pod.list("status", "containerStatuses") {
        let last = status.at("state", "terminated") ?? [:]
        let code = last.number("exitCode").map { "exit status \($0)" } ?? ""
        words.append([last.text("reason"), code].filter { !$0.isEmpty }.joined(separator: ", "))
      }
    }
    let list = words.filter { !$0.isEmpty }.joined(separator: "; ")
    return Text("the cluster has graded nothing: \(list)", ko: "클러스터가 채점하지 못했습니다: \(list)")
  }

  /// Reasons for which a container will not start by waiting.
  private static let hopeless: Set<String> = [
    "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError",
  ]

  /// What keeps all pods from starting; nil when nothing does.
  private static func blocked(_ snapshot: GradeJobSnapshot, _ patience: Int64) -> Text? {
    let pods = snapshot.pods.values.flatMap { $0 }
    for pod in pods {
      for status in pod.list("status", "containerStatuses") {
        let waiting = status.at("state", "waiting") ?? [:]
        guard hopeless.contains(waiting.text("reason")) else { continue }
        let words = "\(waiting.text("reason")): \(waiting.text("message"))"
        return Text("pod \(pod.name): \(words)", ko: "파드 \(pod.name): \(words)")
      }
    }
    guard !pods.contains(where: { $0.text("status", "phase") == "Running" }) else { return nil }
    for pod in pods {
      for condition in pod.list("status", "conditions")
      where condition.text("type") == "PodScheduled" && condition.text("status") == "False" {
        let since = RFC3339.nanoseconds(pod.text("metadata", "creationTimestamp")) ?? snapshot.now
        guard snapshot.now - since > patience else { continue }
        let words = condition.text("message")
        return Text("pod \(pod.name): \(words)", ko: "파드 \(pod.name): \(words)")
      }
    }
    return nil
  }
}
