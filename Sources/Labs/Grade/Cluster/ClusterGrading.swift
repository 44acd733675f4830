// `dklab grade --on kubernetes`: one Job for each submission. Look at what the cluster has of this run, plan,
// carry the plan out, look again. A result is kept before its Job is taken away; so whatever happens in
// between, nothing is lost and nothing is graded twice. Before it ends, the run looks whether anything of it
// is left on the cluster.
//
// Next: GradeJobPlan.swift, GradeJobObjects.swift, GradeParcel.swift.

import Documents
import Engine
import Glibc
import Kube
import Linux
import Support

/// Grades on a cluster.
final class ClusterGrading {
  /// A submission to be graded.
  struct Task {
    var place: Int
    var file: String
    var digest: String
  }

  private let setting: GradeClusterSetting
  private let objects: GradeJobObjects
  private let parcel: (Task) throws -> [[String: [UInt8]]]
  private let keep: (GradedSubmission, Task) throws -> Void
  private var cluster: any GradeCluster { setting.cluster }
  private var open: [String] = []
  /// By their names. Files of one name and content, from different folders, are graded once: what comes of it
  /// is the result of each of them.
  private var tasks: [String: [Task]] = [:]
  /// What kept the cluster from being cleared after a run that has failed for another reason.
  private(set) var remark: DklabError?
  /// How often a task was sent: who deletes our Jobs does not keep us for ever.
  private var sent: [String: Int] = [:]
  private static let sendLimit = 3

  /// - Parameters:
  ///   - parcel: the files that a task's pod is to have, Secret by Secret.
  ///   - keep: told of each result, which has to be durable when it returns.
  init(
    _ setting: GradeClusterSetting, _ objects: GradeJobObjects,
    parcel: @escaping (Task) throws -> [[String: [UInt8]]],
    keep: @escaping (GradedSubmission, Task) throws -> Void
  ) {
    (self.setting, self.objects, self.parcel, self.keep) = (setting, objects, parcel, keep)
  }

  /// Grades `tasks`. Who wants to stop it by Ctrl-C installs the `InterruptFlag` before. Whatever comes of it,
  /// nothing of the run is on the cluster afterwards, unless this process is killed or the cluster gets out of
  /// reach: then the next run finds what is there.
  ///
  /// - Throws: `grade.cluster…` when the cluster refuses, cannot be reached, or cannot start a pod, and
  ///   `grade.interrupted` when this process was asked to end. `grade.cluster-left` comes when all results
  ///   are kept, and something of the run has stayed on the cluster.
  func run(_ tasks: [Task]) throws {
    for task in tasks {
      let name = try GradeJobObjects.name(
        run: objects.run, file: task.file, digest: task.digest)
      if self.tasks[name] == nil { open.append(name) }
      self.tasks[name, default: []].append(task)
    }
    do {
      _ = try patiently { try cluster.create(.pods, objects.trialPod(), isTrial: true) }
      try loop()
    } catch {
      if (error as? DklabError)?.id != GradeClusterSetting.unreachable {
        do { try clear() } catch let left { remark = left as? DklabError }
      }
      throw error
    }
    try clear()
  }

  /// A step that the cluster does not answer is not repeated as it stands: whether it was carried out is seen at
  /// the next look. The cluster has `patience` from the first such step to the next by which the run gets on.
  private func loop() throws {
    var end: Int64?
    while !open.isEmpty {
      guard InterruptFlag.count == 0 else {
        throw DklabError(
          .unavailable, id: "grade.interrupted",
          Text("stopped; what was graded is kept", ko: "중단했습니다. 채점된 것은 남아 있습니다"),
          hint: Text("the same command goes on", ko: "같은 명령을 다시 실행하면 이어서 합니다"),
          exitStatus: 130)
      }
      let plan = GradeJobPlan(
        try observe(), open: open, window: setting.window, patience: setting.patience * 1_000_000)
      do {
        for (step, _) in plan.steps {
          try carryOut(step)
          if !step.isRemoval { end = nil }
        }
      } catch let error as DklabError where error.id == GradeClusterSetting.unreachable {
        let last = end ?? monotonicMilliseconds() + setting.patience
        guard monotonicMilliseconds() < last else { throw error }
        end = last
        pause()
        continue
      }
      // What is taken away goes in its own time.
      if plan.steps.allSatisfy({ $0.step.isRemoval }) { pause() }
    }
  }

  private func pause() { usleep(UInt32(setting.interval) * 1000) }

  /// Asks something that may be asked again. A cluster that is out of reach for a while is waited for.
  private func patiently<Value>(_ ask: () throws -> Value) throws -> Value {
    let end = monotonicMilliseconds() + setting.patience
    while true {
      do {
        return try ask()
      } catch let error as DklabError where error.id == GradeClusterSetting.unreachable {
        guard monotonicMilliseconds() < end, InterruptFlag.count == 0 else { throw error }
        pause()
      }
    }
  }

  /// What the cluster has.
  private func observe() throws -> GradeJobSnapshot {
    try patiently {
      var snapshot = GradeJobSnapshot(now: wallClockNanoseconds())
      for job in try cluster.list(.jobs, labels: objects.selector) {
        snapshot.jobs[GradeJobObjects.task(of: job)] = job
      }
      for pod in try cluster.list(.pods, labels: objects.selector) {
        snapshot.pods[GradeJobObjects.task(of: pod), default: []].append(pod)
      }
      for secret in try cluster.list(.secrets, labels: objects.selector) {
        snapshot.secrets[GradeJobObjects.task(of: secret), default: []].append(secret.name)
      }
      return snapshot
    }
  }

  private func carryOut(_ step: GradeJobStep) throws {
    switch step {
    case .send(let name): try send(name)
    case .collect(let name, let pod, let trouble): try collect(name, pod, trouble)
    case .remove(let name): try remove(name)
    case .giveUp(let reason):
      throw DklabError(.unavailable, id: "grade.cluster-pods", reason)
    }
  }

  private func send(_ name: String) throws {
    guard let task = tasks[name]?.first else { return }
    guard sent[name] ?? 0 < Self.sendLimit else {
      return try finish(
        name,
        failure(
          task, Text("its Job was deleted again and again", ko: "잡이 거듭 삭제되었습니다"),
          "grade.cluster-job"))
    }
    // What a killed run has left half made.
    try remove(name)
    let contents: [[String: [UInt8]]]
    do {
      contents = try parcel(task)
    } catch let error as DklabError {
      return try finish(name, failure(task, error.message, error.id))
    }
    let secrets = objects.secrets(name, contents)
    for secret in secrets { try cluster.create(.secrets, secret, isTrial: false) }
    let job = try cluster.create(
      .jobs, objects.job(name, secrets: secrets.count), isTrial: false)
    sent[name, default: 0] += 1
    for secret in secrets {
      try cluster.patch(.secrets, secret.name, GradeJobObjects.owned(by: job))
    }
  }

  private func collect(_ name: String, _ pod: String?, _ trouble: Text) throws {
    guard let task = tasks[name]?.first else { return }
    let log =
      try pod.flatMap { try cluster.log(ofPod: $0, container: GradeJobObjects.container) } ?? ""
    guard let result = GradeAnswer.read(log) else {
      return try finish(name, failure(task, trouble, "grade.cluster-job"))
    }
    guard result.digest == task.digest else {
      return try finish(
        name,
        failure(
          task,
          Text("it did not arrive whole in the cluster", ko: "제출물이 클러스터에 온전히 전달되지 않았습니다"),
          "grade.cluster-job"))
    }
    try finish(name, result)
  }

  private func failure(_ task: Task, _ reason: Text, _ id: String) -> GradedSubmission {
    var result = GradedSubmission(file: task.file, digest: task.digest, outcome: .error)
    result.reason = reason
    result.reasonID = id
    return result
  }

  /// Keeps `result` for every task of that name, and then takes the Job away.
  private func finish(_ name: String, _ result: GradedSubmission) throws {
    var result = result
    for task in tasks[name] ?? [] {
      result.file = task.file
      try keep(result, task)
    }
    open.removeAll { $0 == name }
    try remove(name)
  }

  private func remove(_ name: String) throws {
    try cluster.delete(.jobs, name)
    for kind in [GradeClusterKind.pods, .secrets] {
      for object in try cluster.list(kind, labels: objects.selector(of: name)) {
        try cluster.delete(kind, object.name)
      }
    }
  }

  /// Takes everything of the run away and waits until the cluster has nothing of it.
  private func clear() throws {
    let end = monotonicMilliseconds() + setting.goodbye
    while true {
      let left = try observe().tasks
      if left.isEmpty { return }
      try patiently { for name in left.sorted() { try remove(name) } }
      guard monotonicMilliseconds() < end else {
        throw DklabError(
          .timeout, id: "grade.cluster-left",
          Text(
            "\(left.count) Jobs are still on the cluster", ko: "클러스터에 잡 \(left.count)개가 남아 있습니다"),
          hint: Text(
            "kubectl delete job,secret -n \(cluster.namespace) -l \(objects.selector)",
            ko: "kubectl delete job,secret -n \(cluster.namespace) -l \(objects.selector)"))
      }
      pause()
    }
  }
}
