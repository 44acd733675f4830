// Judging inside a sandbox, by somebody the student's programs cannot reach. A copy of the grader's worker
// joins the sandbox's namespaces: there the engine's records, processes, sockets and files are what the
// checks ask about. It never calls execve(2) in there and is not dumpable, so root of the sandbox may not
// trace it: that is asked in the user namespace the program was executed in, which is the grader's
// (ptrace(2), "Ptrace access mode checking"). What it knows of hidden checks stays in its memory.
//
// It can be killed from inside. Then there is no verdict, which is an error and not a pass.
//
// Man pages: setns(2), ptrace(2).

import Documents
import Engine
import Glibc
import Linux
import Support

/// One look into a sandbox.
struct SubmissionJudge {
  let lab: Lab
  let hidden: HiddenChecks
  let variables: Variables
  let instance: String

  /// What a look has to know besides.
  struct Question: Sendable {
    var steps: [String]
    /// Answers by id: what was said, and what was right when it was said.
    var answers: [String: (text: String, live: String?)]
    /// Entries of the journal that are not the student's.
    var ignored: Set<Int64>
    /// What to wait for while it may still come true: steps, and checks as `STEP/CHECK`; nil for all.
    var awaited: Set<String>?

    func awaits(_ check: String, of step: String) -> Bool {
      awaited.map { $0.contains(step) || $0.contains("\(step)/\(check)") } ?? true
    }
  }

  /// What came of it.
  struct Finding: Sendable, Codable {
    var checks: [GradedCheck] = []
    /// Entries that the look itself has left in the journal.
    var ignored: [Int64] = []
    /// The last entry of the journal.
    var last: Int64 = 0
    var failed: String?
  }

  private static let patience: Int64 = 2000
  private static let deadline: Int64 = 30_000

  /// Looks from outside. What goes wrong is in the finding.
  func look(_ question: Question, in sandbox: GradeSandbox) -> Finding {
    do {
      let (reader, writer) = try FileDescriptor.pipe().split()
      let guide = try forkProcess()
      if guide == 0 {
        close(reader)
        join(sandbox, question, writer)
      }
      close(writer)
      let channel = FileDescriptor(owning: reader)
      let finding = try LineChannel.read(
        channel.number, as: Finding.self, until: monotonicMilliseconds() + Self.deadline)
      kill(guide, SIGKILL)
      _ = try? waitFor(guide)
      return finding ?? Finding(failed: "the look into the sandbox was cut off")
    } catch {
      return Finding(failed: "\(error)")
    }
  }

  /// Goes in; its child, whose process id is one of the sandbox's, looks.
  private func join(_ sandbox: GradeSandbox, _ question: Question, _ writer: Int32) -> Never {
    var finding = Finding()
    do {
      ProcessControl.setName("dklab:judge")
      try ProcessControl.setParentDeathSignal(.kill)
      try ProcessControl.setDumpable(false)
      for (handle, kind) in sandbox.namespaces {
        try setNamespace(handle, kind, subject: "sandbox")
      }
      try becomeNamespaceRoot()
      chdir("/")
      closeDescriptors(except: [writer])
      let child = try forkProcess()
      if child == 0 {
        try? ProcessControl.setDumpable(false)
        try? ProcessControl.setParentDeathSignal(.kill)
        setenv("DKLAB_ROOTLESS_UID", "0", 1)
        finding = judge(question)
        try? LineChannel.write(finding, to: writer)
        _exit(0)
      }
      close(writer)
      _ = try waitFor(child)
      _exit(0)
    } catch {
      finding.failed = "\(error)"
      try? LineChannel.write(finding, to: writer)
      _exit(1)
    }
  }

  /// The look itself, inside.
  private func judge(_ question: Question) -> Finding {
    var finding = Finding()
    do {
      let bench = try Workbench(
        directory: ReplayServer.directory(instance), program: GradeSandbox.Inside.program)
      let root = DataRoot(path: GradeSandbox.Inside.root)
      let eyes = try LabInstance(
        root: root, name: instance, folder: bench.folder, commands: bench.commands,
        environment: bench.environment(
          lab: lab.id, instance: instance, root: root, variables: variables))
      let steps = question.steps.compactMap(lab.step)
      var own: [String: [Check]] = [:]
      var hiddenOnes: [String: [Check]] = [:]
      for step in steps {
        own[step.id] = try step.checks(variables)
        hiddenOnes[step.id] = try hidden.checks(of: step.id, variables)
      }
      let all = (own.values.flatMap { $0 }) + hiddenOnes.values.flatMap { $0 }
      var ignored = question.ignored
      let begun = monotonicMilliseconds()
      while true {
        let snapshot = try snapshot(eyes, all, question, &ignored)
        let elapsed = monotonicMilliseconds() - begun
        if elapsed < Self.patience, let (_, rest) = LabSession.youngest(in: snapshot) {
          usleep(UInt32(min(rest, 300)) * 1000)
          continue
        }
        finding.checks = []
        var waits = false
        for step in steps {
          var seen = snapshot
          seen.reference = step.reference(variables)
          let public_ = own[step.id] ?? []
          let secret = hiddenOnes[step.id] ?? []
          let verdicts = Evaluation.verdicts(for: public_, in: seen)
          let secrets = secret.isEmpty ? [] : Evaluation.verdicts(for: secret, in: seen)
          let awaited = zip(public_ + secret, verdicts + secrets).filter { check, _ in
            question.awaits(check.id, of: step.id)
          }
          waits =
            waits || LabSession.mayStillCome(awaited.map(\.0), awaited.map(\.1), elapsed)
          finding.checks += verdicts.map { GradedCheck($0, step: step.id, isHidden: false).plain }
          finding.checks += secrets.map { GradedCheck($0, step: step.id, isHidden: true).plain }
        }
        guard waits, elapsed < Self.patience else { break }
        usleep(50_000)
      }
      finding.ignored = Array(ignored.subtracting(question.ignored))
      finding.last = try eyes.engine.journal.entries().last?.id ?? 0
    } catch {
      finding.failed = "\(error)"
    }
    return finding
  }

  private func snapshot(
    _ eyes: LabInstance, _ checks: [Check], _ question: Question, _ ignored: inout Set<Int64>
  ) throws -> Snapshot {
    let before = try eyes.engine.journal.entries().last?.id ?? 0
    let probes = Evaluation.probes(for: checks)
    let commands = Set(
      probes.compactMap { probe -> String? in
        guard case .containerExec(_, let command) = probe else { return nil }
        return command.joined(separator: " ")
      })
    var snapshot = try eyes.observe(
      probes, subjects: Evaluation.subjects(of: checks), ignored: ignored)
    if !commands.isEmpty {
      let own = try eyes.engine.journal.entries(since: before).filter { entry in
        entry.action == "exec" && commands.contains(entry.attributes["argv"] ?? "")
      }
      ignored.formUnion(own.map(\.id))
      let times = Set(own.map(\.time))
      snapshot.journal.removeAll { $0.type == "exec" && times.contains($0.time) }
    }
    snapshot.shelf = lab.images
    snapshot.lessons = lab.steps.flatMap { $0.reference(variables) }
    snapshot.answers = question.answers.mapValues(\.text)
    for check in checks {
      guard let predicate = check.predicate as? AnswerCheck, let live = predicate.live,
        let given = question.answers[predicate.key], let then = given.live,
        live.matches(AnswerText.plain(given.text), .string(then)),
        case .value(let now) = live.read(snapshot)
      else { continue }
      // It was right then, of something that has another number now.
      snapshot.answers[predicate.key] = now.plain
    }
    return snapshot
  }
}

extension SubmissionJudge {
  /// What can be said where no sandbox can be made: quizzes, and questions whose right answer the lab
  /// itself knows. Everything else is an error, and nobody's fail.
  ///
  /// - Parameters:
  ///   - plan: the submission's way, of which only the answers are read.
  ///   - reason: why there is no sandbox.
  func questions(_ plan: ReplayPlan, reason: Text) throws -> [GradedCheck] {
    var answers: [String: String] = [:]
    for case .answer(let id, let text, _) in plan.steps { answers[id] = text }
    return try lab.steps.flatMap { step in
      let own = try step.checks(variables).map { ($0, false) }
      let secret = try hidden.checks(of: step.id, variables).map { ($0, true) }
      return (own + secret).map { check, isHidden in
        var snapshot = Snapshot(answers: answers)
        snapshot.reference = step.reference(variables)
        let isQuestion =
          check.needs.isEmpty
          && (check.predicate is QuizCheck
            || (check.predicate as? AnswerCheck).map { $0.comparison != nil } ?? false)
        let verdict =
          isQuestion
          ? Evaluation.verdicts(for: [check], in: snapshot)[0]
          : Verdict(check: check.id, sentence: check.sentence, kind: .error(reason))
        return GradedCheck(verdict, step: step.id, isHidden: isHidden).plain
      }
    }
  }
}
