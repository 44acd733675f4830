// Grading one submission, in the worker that belongs to it: read it, set a sandbox up, go the student's
// way again in it line by line, look where the student's own kit saw something pass, look again at the
// end. Whatever the submission does, what comes out is a value.
//
// Next: SubmissionJudge.swift, ReplayServer.swift, GradeRun.swift for who hands the work out.

import Documents
import Engine
import Glibc
import Linux
import Support

/// What a worker is asked.
struct GradeJob: Sendable, Codable, Hashable {
  var file: String
  /// Paths of the labs' folders by id, and of their hidden checks.
  var labs: [String: String]
  var hidden: [String: String] = [:]
  var images: String
  /// An empty directory for sandboxes.
  var place: String
  /// Unique on this machine.
  var name: String
  var limits = GradeSandbox.Limits()
  /// The course's secret, when seeds come from it; or this student's seed alone.
  var secret: String?
  var seed: UInt64?
  /// Whether labs that need the internet get it.
  var allowsNetwork = false
}

/// Grades submissions one after the other.
final class SubmissionGrader {
  let job: GradeJob
  private var result: GradedSubmission
  private let begun = monotonicMilliseconds()

  private init(_ job: GradeJob, digest: String) {
    self.job = job
    let name = job.file.split(separator: "/").last.map(String.init) ?? job.file
    result = GradedSubmission(file: name, digest: digest, outcome: .error)
  }

  /// Grades what `job` names. Never throws: what goes wrong is in the outcome.
  static func grade(_ job: GradeJob) -> GradedSubmission {
    let digest = (try? LabBundle.digest(File.read(job.file, limit: 64 << 20)).hex) ?? ""
    let grader = SubmissionGrader(job, digest: digest)
    do {
      try grader.run()
    } catch {
      grader.result.fail(error)
    }
    grader.result.seconds = Double(monotonicMilliseconds() - grader.begun) / 1000
    return grader.result
  }

  /// The folder of the lab that a submission is of. Throws `submission.no-lab` when it is not graded.
  static func folder(
    of manifest: Submission.Manifest, in labs: [String: String]
  ) throws -> String {
    if let folder = labs[manifest.lab] { return folder }
    throw DklabError(
      .notFound, id: "submission.no-lab",
      Text(
        "it is of the lab `\(manifest.lab)`, which is not graded here",
        ko: "여기서 채점하지 않는 `\(manifest.lab)` 실습의 제출물입니다"))
  }

  private func run() throws {
    let submission = try SubmissionReader.read(job.file)
    let manifest = submission.manifest
    result.identify(manifest)
    let folder = try Self.folder(of: manifest, in: job.labs)
    let lab = try LabCatalog.lab(folder)
    let hidden =
      try job.hidden[manifest.lab].map { try HiddenChecks($0, for: lab) } ?? HiddenChecks()
    result.hints = manifest.hints.filter { lab.step($0.step) != nil }
    result.milestones = manifest.milestones.filter { lab.step($0.step) != nil }
    result.print = GradedSubmission.Fingerprint(submission, of: lab)
    let seed =
      job.seed
      ?? job.secret.map {
        CourseSeed.seed(secret: $0, student: manifest.student.id, lab: lab.id)
      }
    result.observations =
      Integrity(
        submission: submission, lab: lab, labDigest: try SubmissionWriter.digest(of: lab),
        seed: seed
      ).observations
    let plan = ReplayPlan(submission, of: lab)
    result.solvedByKit = plan.solvedByKit.sorted()
    result.lines = plan.lines
    let values = try variables(submission, lab, seed)
    try replay(plan, submission, lab, hidden, values)
    confirm(lab)
    result.checks = Self.standing(result.checks, lab)
    result.outcome = result.checks.contains { $0.verdict == .error } ? .error : .graded
    if result.outcome == .error {
      result.reason = result.checks.first { $0.verdict == .error }?.found
      result.reasonID = "grade.check-error"
    }
  }

  /// The values that are in force: this student's own where the course gives them out, else those of
  /// the submission's seed. Ports are the ones the student had; in a sandbox all are free.
  private func variables(
    _ submission: Submission, _ lab: Lab, _ seed: UInt64?
  ) throws -> Variables {
    let kernel = try File.text("/proc/sys/kernel/osrelease", limit: 4096).trimmed
    let given = submission.manifest.variables
    let own = seed ?? UInt64(submission.manifest.seed) ?? 0
    var values = try Variables(lab.variables, seed: own, kernel: kernel).values
    for variable in lab.variables {
      guard case .port(let range) = variable.source,
        let port = given[variable.name].flatMap({ Int($0) }),
        range.contains(port)
      else { continue }
      values[variable.name] = String(port)
    }
    return Variables(values: values)
  }

  private func replay(
    _ plan: ReplayPlan, _ submission: Submission, _ lab: Lab, _ hidden: HiddenChecks,
    _ variables: Variables
  ) throws {
    let instance = LabSession.instanceName(of: lab.id)
    let setting = GradeSandbox.Setting(
      name: job.name, place: job.place, images: job.images,
      hasNetwork: job.allowsNetwork && lab.needs.contains(.uplink),
      hostName: Self.hostName(submission.manifest.host), limits: job.limits)
    let judge = SubmissionJudge(
      lab: lab, hidden: hidden, variables: variables, instance: instance)
    do {
      let sandbox = try GradeSandbox(setting) { channel in
        ReplayServer(lab: lab, instance: instance, variables: variables, channel: channel).run()
      }
      defer { sandbox.close() }
      let driver = ReplayDriver(
        sandbox: sandbox, lab: lab, submission: submission, variables: variables, judge: judge,
        deadline: begun + Int64(job.limits.seconds) * 1000, outputLimit: job.limits.output)
      try driver.go(plan)
      result.checks = driver.checks
      result.observations += driver.observations
    } catch let error as DklabError where error.id == GradeSandbox.forbidden {
      result.checks = try judge.questions(plan, reason: error.message)
      throw error
    }
  }

  /// A host's name as a kernel takes it.
  private static func hostName(_ name: String) -> String {
    let plain = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }
    return plain.isEmpty ? "lab" : String(plain.prefix(60))
  }

  /// `checks` without what stands on nothing. That a container is gone is true of one that never was; so
  /// a check of a step whose foundations were never built counts only when the whole step passes.
  /// Questions are always answered for themselves.
  static func standing(_ checks: [GradedCheck], _ lab: Lab) -> [GradedCheck] {
    let passed = Set(checks.filter { $0.verdict == .pass }.map(\.name))
    var checks = checks
    for step in lab.steps {
      let own = checks.indices.filter { checks[$0].step == step.id }
      guard !own.allSatisfy({ checks[$0].verdict == .pass }) else { continue }
      let missing = step.after.first { id in
        lab.step(id)?.checks.contains { !passed.contains("\(id)/\($0.id)") } ?? false
      }
      guard let missing else { continue }
      let questions = Set(step.answers.map(\.id) + step.quizzes.map(\.id))
      for place in own
      where checks[place].verdict == .pass && !questions.contains(checks[place].check) {
        checks[place].verdict = .fail
        checks[place].found = Text("needs \(missing) first", ko: "먼저 필요한 것: \(missing)")
      }
    }
    return checks
  }

  /// What the student's kit saw pass and what was not seen now: an observation, whatever the reason.
  private func confirm(_ lab: Lab) {
    let passed = Set(result.checks.filter { $0.verdict == .pass }.map(\.name))
    let claimed = Set(
      result.milestones.filter { !$0.check.isEmpty }.map { "\($0.step)/\($0.check)" })
    let known = Set(result.checks.map(\.name))
    let missing = claimed.intersection(known).subtracting(passed).sorted()
    guard !missing.isEmpty else { return }
    let list = missing.prefix(8).joined(separator: ", ") + (missing.count > 8 ? " …" : "")
    result.observations.append(
      Observation(
        .claimUnconfirmed,
        "passed by its own record, and not when it was gone through again: \(list)",
        ko: "제출물의 기록에는 통과했다고 되어 있지만 다시 실행했을 때는 통과하지 못했습니다: \(list)"))
  }
}
