import Documents
import Support

/// Makes a job whenever its schedule says so.
package struct CronJobController: Controller {
  package let name = "cronjob-controller"
  package let watches = ["batch/cronjobs", "batch/jobs"]
  private static let bucket = "batch/cronjobs"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    if event.object.key.bucket == Self.bucket { return [event.object.key] }
    return ownerKey(event.object.value, kind: "CronJob", bucket: Self.bucket)
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let cron = view.object(key), !cron.isBeingDeleted else { return plan }
    let jobs = view.owned(by: cron, JobController.bucket)
    var new = cron
    let running = jobs.filter { !JobState.isFinished($0) }
    noteFinished(cron, jobs, &new, &plan)
    new.set(
      "status", "active",
      to: running.isEmpty
        ? nil
        : .array(
          running.map { job in
            [
              "apiVersion": "batch/v1", "kind": "Job", "name": .string(job.name),
              "namespace": .string(job.namespace), "uid": .string(job.uid),
              "resourceVersion": .string(job.resourceVersion),
            ]
          }))
    if let last = jobs.compactMap({ $0.at("status", "completionTime")?.string }).max() {
      new.set("status", "lastSuccessfulTime", to: .string(last))
    }
    if !cron.flag("spec", "suspend") { start(cron, running, &new, view, &plan) }
    if new != cron {
      plan.add(
        .updateStatus(bucket: Self.bucket, new),
        Text("\(running.count) jobs are active", ko: "실행 중인 잡 \(running.count)개"))
    }
    cleanUp(cron, jobs, &plan)
    return plan
  }

  private func noteFinished(
    _ cron: JSONValue, _ jobs: [JSONValue], _ new: inout JSONValue, _ plan: inout Plan
  ) {
    for reference in cron.list("status", "active") {
      guard let job = jobs.first(where: { $0.uid == reference.text("uid") }),
        JobState.isFinished(job)
      else { continue }
      let status = job.isCondition("Complete") ? "Complete" : "Failed"
      plan.add(
        .record(
          EventNote(
            cron, "SawCompletedJob", "Saw completed job: \(job.name), condition: \(status)",
            from: name)), Text("tell about it", ko: "알립니다"))
    }
  }

  /// The newest time that has come and has not been served.
  private func start(
    _ cron: JSONValue, _ running: [JSONValue], _ new: inout JSONValue, _ view: ClusterView,
    _ plan: inout Plan
  ) {
    guard let schedule = try? CronSchedule(cron.text("spec", "schedule")) else { return }
    let now = view.now / 1_000_000_000
    let last = cron.text("status", "lastScheduleTime")
    let from = last.isEmpty ? cron.text("metadata", "creationTimestamp") : last
    var earliest = (RFC3339.nanoseconds(from) ?? view.now) / 1_000_000_000
    let deadline = cron.number("spec", "startingDeadlineSeconds")
    if let deadline { earliest = max(earliest, now - Int64(deadline)) }
    var due: Int64?
    var missed = 0
    var next = schedule.next(after: earliest)
    while let time = next, time <= now, missed < 1000 {
      due = time
      missed += 1
      next = schedule.next(after: time)
    }
    if let next = next ?? schedule.next(after: now) { plan.lookAgain(after: Int(next - now)) }
    guard let due else { return }
    if !running.isEmpty {
      switch cron.text("spec", "concurrencyPolicy") {
      case "Forbid":
        plan.add(
          .record(
            EventNote(
              cron, "JobAlreadyActive",
              "Not starting job because prior execution is running and concurrency policy is Forbid",
              from: name)), Text("one job at a time", ko: "한 번에 잡 하나만 실행합니다"))
        return
      case "Replace":
        for job in running {
          plan.add(
            .delete(bucket: JobController.bucket, job, owner: cron),
            Text("the next job replaces it", ko: "다음 잡이 대신합니다"))
        }
      default: break
      }
    }
    let job = job(cron, due)
    guard view.object(JobController.bucket, cron.namespace, job.name) == nil else { return }
    plan.add(
      .create(bucket: JobController.bucket, job, owner: cron),
      Text(
        "the schedule \(cron.text("spec", "schedule")) says so",
        ko: "일정 \(cron.text("spec", "schedule"))에 따른 것입니다"))
    new.set("status", "lastScheduleTime", to: .string(RFC3339.text(due * 1_000_000_000)))
  }

  /// Named by its minute, so that no time is served twice.
  private func job(_ cron: JSONValue, _ due: Int64) -> JSONValue {
    let template = cron.at("spec", "jobTemplate") ?? [:]
    var metadata: JSONValue = [
      "name": .string("\(cron.name)-\(due / 60)"), "namespace": .string(cron.namespace),
      "ownerReferences": [Pods.reference(to: cron)],
    ]
    if let labels = template.at("metadata", "labels") { metadata["labels"] = labels }
    var annotations = template.annotations
    annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] =
      RFC3339.text(due * 1_000_000_000)
    metadata["annotations"] = JSONValue(map: annotations)
    return [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata,
      "spec": template["spec"] ?? [:],
    ]
  }

  /// Of finished jobs the last few stay.
  private func cleanUp(_ cron: JSONValue, _ jobs: [JSONValue], _ plan: inout Plan) {
    let limits = [
      ("Complete", cron.number("spec", "successfulJobsHistoryLimit") ?? 3),
      ("Failed", cron.number("spec", "failedJobsHistoryLimit") ?? 1),
    ]
    for (condition, limit) in limits {
      let finished = jobs.filter { $0.isCondition(condition) && !$0.isBeingDeleted }
      for job in finished.prefix(max(0, finished.count - limit)) {
        plan.add(
          .delete(bucket: JobController.bucket, job, owner: cron),
          Text("only the last \(limit) are kept", ko: "마지막 \(limit)개만 남깁니다"))
      }
    }
  }
}
