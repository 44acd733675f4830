import Support

/// The two halves of checking, with the observing between them: `probes` says what to look at,
/// `verdicts` judges what was seen. Both are pure.
package enum Evaluation {
  /// Everything that has to be observed for `checks`, each once.
  package static func probes(for checks: [Check]) -> Set<Probe> {
    Set(checks.flatMap(\.predicate.probes))
  }

  /// The containers that `checks` are about.
  package static func subjects(of checks: [Check]) -> Set<String> {
    Set(checks.flatMap(\.predicate.subjects))
  }

  /// One verdict for each of `checks`, in their order. `missing` are the steps that come first and
  /// are not built: what fails is then blocked. An empty list is an error of the lab, never a pass.
  package static func verdicts(
    for checks: [Check], in snapshot: Snapshot, missing: [String] = []
  ) -> [Verdict] {
    blocked(judged(checks, snapshot), of: checks, by: missing)
  }

  /// `verdicts` with every failure blocked by the steps `missing`. A quiz asks about nothing that has
  /// to be built, so it fails all the same.
  static func blocked(
    _ verdicts: [Verdict], of checks: [Check], by missing: [String]
  ) -> [Verdict] {
    guard !missing.isEmpty else { return verdicts }
    let quizzes = Set(checks.filter { $0.predicate is QuizCheck }.map(\.id))
    return verdicts.map { verdict in
      guard verdict.failed, !quizzes.contains(verdict.check) else { return verdict }
      return Verdict(check: verdict.check, sentence: verdict.sentence, kind: .blocked(missing))
    }
  }

  private static func judged(_ checks: [Check], _ snapshot: Snapshot) -> [Verdict] {
    guard !checks.isEmpty else {
      return [
        Verdict(
          check: "checks", sentence: Text("the step has checks", ko: "단계에 검사가 있습니다"),
          kind: .error(Text("this step has no checks", ko: "이 단계에는 검사가 없습니다")))
      ]
    }
    var passed: Set<String> = []
    var verdicts: [String: Verdict] = [:]
    // `needs` names earlier or later checks; each round settles those whose needs are settled.
    var open = checks
    while !open.isEmpty {
      let ready = open.filter { $0.needs.allSatisfy { verdicts[$0] != nil } }
      for check in ready.isEmpty ? open : ready {
        let verdict = verdict(check, snapshot, passed: passed)
        verdicts[check.id] = verdict
        if verdict.passed { passed.insert(check.id) }
      }
      if ready.isEmpty { break }
      open.removeAll { check in verdicts[check.id] != nil }
    }
    return checks.compactMap { verdicts[$0.id] }
  }

  private static func verdict(
    _ check: Check, _ snapshot: Snapshot, passed: Set<String>
  ) -> Verdict {
    let waitsFor = check.needs.filter { !passed.contains($0) }
    let kind: Verdict.Kind =
      switch check.predicate.judge(snapshot) {
      case _ where !waitsFor.isEmpty: .blocked(waitsFor)
      case .pass(let found): .pass(found: found)
      case .error(let reason): .error(reason)
      case .fail(let failure) where failure.ourFault != nil:
        .error(failure.ourFault ?? failure.found)
      case .fail(let failure): .fail(failure)
      }
    return Verdict(check: check.id, sentence: check.sentence, kind: kind)
  }
}
