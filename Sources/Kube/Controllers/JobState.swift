import Documents
import Support

/// A job and its pods while the controller plans.
struct JobState {
  private var job: JSONValue
  private let original: JSONValue
  private let view: ClusterView
  private let pods: [JSONValue]
  private let active: [JSONValue]
  private let succeeded: [JSONValue]
  private let failed: [JSONValue]
  private(set) var isOver = false
  private static let indexAnnotation = "batch.kubernetes.io/job-completion-index"

  private let rules: JobRules

  init(_ job: JSONValue, _ pods: [JSONValue], _ view: ClusterView) {
    self.job = job
    original = job
    self.view = view
    self.pods = pods
    active = pods.filter(Pods.isActive)
    succeeded = pods.filter { $0.text("status", "phase") == "Succeeded" }
    failed = pods.filter { $0.text("status", "phase") == "Failed" }
    rules = JobRules(job)
  }

  static func isFinished(_ job: JSONValue) -> Bool {
    job.isCondition("Complete") || job.isCondition("Failed")
  }

  private var isIndexed: Bool { job.text("spec", "completionMode") == "Indexed" }
  private var parallelism: Int { job.number("spec", "parallelism") ?? 1 }
  private var completions: Int? { job.number("spec", "completions") }
  private var isSuspended: Bool { job.flag("spec", "suspend") }

  static func index(_ pod: JSONValue) -> Int? {
    Int(pod.annotations[indexAnnotation] ?? "")
  }

  private var doneIndexes: Set<Int> {
    let last = completions ?? 0
    return Set(succeeded.compactMap(Self.index).filter { $0 < last })
  }

  /// Those that have failed more often than each may.
  private var failedIndexes: Set<Int> {
    rules.failedIndexes(failed).subtracting(doneIndexes)
  }

  private var doneCount: Int { isIndexed ? doneIndexes.count : succeeded.count }

  /// Restarts of containers count as failures too, where pods restart them.
  private var failureCount: Int {
    var count = failed.count { rules.verdict(on: $0) != .ignore }
    if job.text("spec", "template", "spec", "restartPolicy") == "OnFailure" {
      for pod in active {
        for list in ["initContainerStatuses", "containerStatuses"] {
          count += pod.list("status", list).reduce(0) { $0 + ($1.number("restartCount") ?? 0) }
        }
      }
    }
    return count
  }

  // MARK: The end

  mutating func judge(_ plan: inout Plan) {
    if isSuspended { return }
    if job.at("status", "startTime") == nil {
      job.set("status", "startTime", to: .string(view.timestamp))
    }
    let rules = rules
    if let rule = failed.lazy.compactMap({ rules.failure(by: $0) }).first {
      fail("PodFailurePolicy", rule, &plan)
    } else if let rule = rules.success(of: doneIndexes) {
      complete("SuccessPolicy", "Matched rules at index \(rule)", &plan)
    } else if let most = job.number("spec", "maxFailedIndexes"), failedIndexes.count > most {
      fail(
        "MaxFailedIndexesExceeded",
        "Job has exceeded the specified maximal number of failed indexes", &plan)
    } else if !failedIndexes.isEmpty, failedIndexes.count + doneCount >= completions ?? 0 {
      fail("FailedIndexes", "Job has failed indexes", &plan)
    } else if let limit = job.number("spec", "backoffLimit"), failureCount > limit {
      fail("BackoffLimitExceeded", "Job has reached the specified backoff limit", &plan)
    } else if let deadline = job.number("spec", "activeDeadlineSeconds") {
      let running = view.seconds(since: job.text("status", "startTime")) ?? 0
      if running >= deadline {
        fail("DeadlineExceeded", "Job was active longer than specified deadline", &plan)
      } else {
        plan.lookAgain(after: deadline - running)
      }
    }
    guard !isOver else { return }
    let isDone =
      completions.map { doneCount >= $0 } ?? (!succeeded.isEmpty && active.isEmpty)
    if isDone {
      complete("CompletionsReached", "Reached expected number of succeeded pods", &plan)
    }
  }

  private mutating func fail(_ reason: String, _ message: String, _ plan: inout Plan) {
    isOver = true
    for pod in active {
      plan.add(
        .delete(bucket: "pods", pod, owner: job),
        Text("job \(job.name) has failed: \(message)", ko: "잡 \(job.name)이(가) 실패했습니다: \(message)"))
    }
    for type in ["FailureTarget", "Failed"] {
      Conditions.set(
        &job, type, status: true, reason: reason, message: message, now: view.timestamp,
        extra: [("lastProbeTime", .string(view.timestamp))])
    }
    var note = EventNote(original, reason, message, from: "job-controller")
    note.isWarning = true
    plan.add(.record(note), Text("tell about it", ko: "알립니다"))
  }

  private mutating func complete(_ reason: String, _ message: String, _ plan: inout Plan) {
    isOver = true
    for pod in active {
      plan.add(
        .delete(bucket: "pods", pod, owner: job),
        Text("job \(job.name) is complete", ko: "잡 \(job.name)이(가) 완료되었습니다"))
    }
    job.set("status", "completionTime", to: .string(view.timestamp))
    for type in ["SuccessCriteriaMet", "Complete"] {
      Conditions.set(
        &job, type, status: true, reason: reason, message: message, now: view.timestamp,
        extra: [("lastProbeTime", .string(view.timestamp))])
    }
    plan.add(
      .record(EventNote(original, "Completed", "Job completed", from: "job-controller")),
      Text("tell about it", ko: "알립니다"))
  }

  // MARK: Pods

  mutating func manage(_ plan: inout Plan) {
    guard !isSuspended else {
      suspend(&plan)
      return
    }
    if job.condition("Suspended") != nil, job.isCondition("Suspended") {
      Conditions.set(
        &job, "Suspended", status: false, reason: "JobResumed", message: "Job resumed",
        now: view.timestamp)
      job.set("status", "startTime", to: .string(view.timestamp))
      plan.add(
        .record(EventNote(original, "Resumed", "Job resumed", from: "job-controller")),
        Text("tell about it", ko: "알립니다"))
    }
    let left = completions.map { max(0, $0 - doneCount - failedIndexes.count) }
    // Without a number of completions nobody new begins once one has succeeded.
    let wanted =
      left.map { min(parallelism, $0) }
      ?? (succeeded.isEmpty ? parallelism : min(parallelism, active.count))
    if active.count > wanted {
      for pod in Pods.byExpendability(active, view).prefix(active.count - wanted) {
        plan.add(
          .delete(bucket: "pods", pod, owner: job),
          Text("job \(job.name) needs \(wanted) pods", ko: "잡 \(job.name)에는 파드 \(wanted)개만 필요합니다"))
      }
      return
    }
    guard active.count < wanted else { return }
    // Each failure doubles the wait: 10 s, 20 s … six minutes.
    if !rules.isPerIndex, let wait = backoff(failed), wait > 0 {
      plan.lookAgain(after: wait)
      return
    }
    create(wanted - active.count, &plan)
  }

  private func backoff(_ failed: [JSONValue]) -> Int? {
    let failed = failed.filter { rules.verdict(on: $0) != .ignore }
    guard !failed.isEmpty else { return nil }
    let delay = min(10 << min(failed.count - 1, 6), 360)
    let times = failed.flatMap { $0.list("status", "containerStatuses") }
      .map { $0.text("state", "terminated", "finishedAt") }.filter { !$0.isEmpty }
    guard let last = times.max(), let waited = view.seconds(since: last) else { return nil }
    return delay - waited
  }

  private func create(_ count: Int, _ plan: inout Plan) {
    let template = job.at("spec", "template") ?? [:]
    var free: [Int] = []
    if isIndexed {
      let busy = Set(active.compactMap(Self.index)).union(doneIndexes).union(failedIndexes)
      free = Array(
        (0..<(completions ?? 0)).filter { !busy.contains($0) && mayBegin($0, &plan) }
          .prefix(count))
    }
    for number in 0..<(isIndexed ? free.count : count) {
      var pod = Pods.make(from: template, owner: job)
      if isIndexed { addIndex(free[number], &pod) }
      plan.add(
        .create(bucket: "pods", pod, owner: job),
        Text(
          "\(doneCount) of \(completions ?? 1) have succeeded and \(active.count) run",
          ko: "\(completions ?? 1)개 중 \(doneCount)개가 성공했고 \(active.count)개가 실행 중입니다"))
    }
  }

  /// Whether the wait after an index's own failures is over, where each has a limit of its own.
  private func mayBegin(_ index: Int, _ plan: inout Plan) -> Bool {
    guard rules.isPerIndex, let wait = backoff(failed.filter { Self.index($0) == index }), wait > 0
    else { return true }
    plan.lookAgain(after: wait)
    return false
  }

  private func addIndex(_ index: Int, _ pod: inout JSONValue) {
    let text = JSONValue.string(String(index))
    if rules.isPerIndex {
      let failures = failed.count { Self.index($0) == index && rules.verdict(on: $0) == .count }
      pod.set(
        "metadata", "annotations", "batch.kubernetes.io/job-index-failure-count",
        to: .string(String(failures)))
    }
    pod.set("metadata", "annotations", Self.indexAnnotation, to: text)
    pod.set("metadata", "labels", Self.indexAnnotation, to: text)
    pod.set("metadata", "generateName", to: .string("\(job.name)-\(index)-"))
    pod.set("spec", "hostname", to: .string("\(job.name)-\(index)"))
    for list in ["containers", "initContainers"] {
      guard let containers = pod.at("spec", list)?.array else { continue }
      pod.set(
        "spec", list,
        to: .array(
          containers.map { container in
            var container = container
            let variables = container.list("env")
            guard !variables.contains(where: { $0.text("name") == "JOB_COMPLETION_INDEX" }) else {
              return container
            }
            container["env"] = .array(
              variables + [
                [
                  "name": "JOB_COMPLETION_INDEX",
                  "valueFrom": [
                    "fieldRef": [
                      "apiVersion": "v1",
                      "fieldPath": .string("metadata.annotations['\(Self.indexAnnotation)']"),
                    ]
                  ],
                ]
              ])
            return container
          }))
    }
  }

  private mutating func suspend(_ plan: inout Plan) {
    for pod in active {
      plan.add(
        .delete(bucket: "pods", pod, owner: job),
        Text("job \(job.name) is suspended", ko: "잡 \(job.name)이(가) 일시 중지되었습니다"))
    }
    guard !job.isCondition("Suspended") else { return }
    Conditions.set(
      &job, "Suspended", status: true, reason: "JobSuspended", message: "Job suspended",
      now: view.timestamp)
    job.set("status", "startTime", to: nil)
    plan.add(
      .record(EventNote(original, "Suspended", "Job suspended", from: "job-controller")),
      Text("tell about it", ko: "알립니다"))
  }

  // MARK: Status

  func reportStatus(_ plan: inout Plan) {
    var new = job
    func count(_ key: String, _ number: Int) {
      new.set("status", key, to: number == 0 ? nil : .integer(Int64(number)))
    }
    count("active", isOver || isSuspended ? 0 : active.count)
    count("succeeded", doneCount)
    count("failed", failed.count + (isOver && new.isCondition("Failed") ? active.count : 0))
    new.set("status", "ready", to: .integer(Int64(isOver ? 0 : active.count(where: Pods.isReady))))
    count("terminating", 0)
    new.set("status", "terminating", to: .integer(Int64(pods.count { $0.isBeingDeleted })))
    new.set("status", "uncountedTerminatedPods", to: [:])
    if rules.isPerIndex {
      new.set("status", "failedIndexes", to: .string(Self.ranges(failedIndexes)))
    }
    if isIndexed, !doneIndexes.isEmpty {
      new.set("status", "completedIndexes", to: .string(Self.ranges(doneIndexes)))
    }
    guard new != original else { return }
    plan.add(
      .updateStatus(bucket: JobController.bucket, new),
      Text(
        "\(active.count) active, \(doneCount) succeeded, \(failed.count) failed",
        ko: "실행 중 \(active.count), 성공 \(doneCount), 실패 \(failed.count)"))
  }

  /// `0-2,5`.
  private static func ranges(_ numbers: Set<Int>) -> String {
    var parts: [(Int, Int)] = []
    for number in numbers.sorted() {
      if let last = parts.last, last.1 + 1 == number {
        parts[parts.count - 1].1 = number
      } else {
        parts.append((number, number))
      }
    }
    return parts.map {
      $0.0 == $0.1 ? "\($0.0)" : $0.1 == $0.0 + 1 ? "\($0.0),\($0.1)" : "\($0.0)-\($0.1)"
    }
    .joined(separator: ",")
  }
}
