// What the record of a submission says about itself. Pure: the submission, the lab and what the course
// knows of its students become observations. Each is a question for a conversation, and the guide for
// instructors says what innocent causes it can have; no score depends on any of them.
//
// Next: Comparison+Submissions.swift for what several submissions say of each other.

import Documents
import Engine
import Images
import Support

/// Looks at one submission.
struct Integrity {
  let submission: Submission
  let lab: Lab
  /// The digest of the grader's own text of the lab.
  let labDigest: String
  /// The seed that this student has in this course; nil where seeds are not given out.
  let seed: UInt64?

  var observations: [Observation] {
    chain() + times() + values()
      + [changedLab(), solved(), restarts(), touched()].compactMap { $0 }
  }

  /// Seals in their order: a hole, an entry that does not fit, an end that is not the one claimed.
  private func chain() -> [Observation] {
    var found: [Observation] = []
    let journal = submission.journal
    var expected: Int64 = 1
    var previous =
      (try? JournalSeal.beginning(lab: submission.manifest.lab, seed: submission.manifest.seed))
      ?? ""
    var isWhole = true
    for sealed in journal {
      if sealed.entry.id != expected {
        let missing = sealed.entry.id - expected
        found.append(
          Observation(
            .journalGap,
            missing > 0
              ? "the journal lacks \(missing) entries before number \(sealed.entry.id)"
              : "the journal's numbers go back at \(sealed.entry.id)",
            ko: missing > 0
              ? "기록에서 \(sealed.entry.id)번 앞의 \(missing)건이 빠져 있습니다"
              : "기록의 번호가 \(sealed.entry.id)번에서 거꾸로 갑니다"))
      }
      expected = sealed.entry.id + 1
      let hash = (try? JournalSeal.hash(previous, sealed.entry)) ?? ""
      if hash != sealed.seal.hash, isWhole {
        isWhole = false
        found.append(
          Observation(
            .journalEdited,
            "entry \(sealed.entry.id) of the journal does not fit its seal: it, or what comes before, "
              + "was changed",
            ko: "기록의 \(sealed.entry.id)번이 봉인과 맞지 않습니다. 이 기록이나 그 앞이 바뀌었습니다"))
      }
      // From here on as it was sealed: one altered entry is told of once.
      previous = sealed.seal.hash
      if hash == sealed.seal.hash { isWhole = true }
    }
    let manifest = submission.manifest
    if manifest.entries != journal.count || manifest.head != journal.last?.seal.hash ?? "" {
      found.append(
        Observation(
          .journalHead,
          "the journal ends elsewhere than its manifest says (\(journal.count) entries, "
            + "\(manifest.entries) were announced)",
          ko: "기록의 끝이 목록과 다릅니다(\(journal.count)건, 목록에는 \(manifest.entries)건)"))
    }
    return Array(found.prefix(10))
  }

  /// Times that cannot be: an entry younger than its seal, seals that go back.
  private func times() -> [Observation] {
    var last: Int64 = 0
    for sealed in submission.journal {
      // A clock may be set; some seconds are nothing.
      if sealed.entry.time > sealed.seal.time + 5_000_000_000
        || sealed.seal.time < last - 5_000_000_000
      {
        return [
          Observation(
            .journalTime, "the times around entry \(sealed.entry.id) do not follow each other",
            ko: "\(sealed.entry.id)번 기록 부근의 시각이 앞뒤가 맞지 않습니다")
        ]
      }
      last = max(last, sealed.seal.time)
    }
    return []
  }

  /// Values that are not this student's.
  private func values() -> [Observation] {
    guard let own = seed ?? UInt64(submission.manifest.seed),
      let drawn = try? Variables(lab.variables, seed: own, kernel: "")
    else { return [] }
    let ports = Set(lab.variables.filter(\.isPort).map(\.name))
    let others = drawn.values.keys.sorted().filter { name in
      !ports.contains(name) && name != "kernel"
        && submission.manifest.variables[name] != drawn[name]
    }
    guard !others.isEmpty else {
      // A lab of which nothing but ports is drawn still has a seed.
      guard let seed, String(seed) != submission.manifest.seed else { return [] }
      return [
        Observation(
          .seedForeign, "its seed is not the one given to this student",
          ko: "시드가 이 학생에게 주어진 것이 아닙니다")
      ]
    }
    let list = others.joined(separator: ", ")
    return [
      Observation(
        .seedForeign,
        seed == nil
          ? "the values of \(list) are not those of its seed"
          : "the values of \(list) are not those given to this student",
        ko: seed == nil
          ? "\(list)의 값이 시드에서 나온 값이 아닙니다" : "\(list)의 값이 이 학생에게 주어진 값이 아닙니다")
    ]
  }

  private func changedLab() -> Observation? {
    guard submission.manifest.labDigest != labDigest else { return nil }
    return Observation(
      .labChanged, "it was made with another text of the lab than the one it is graded with",
      ko: "채점에 쓰는 것과 다른 실습 본문으로 만들었습니다")
  }

  private func solved() -> Observation? {
    let steps = submission.journal.map(\.entry)
      .filter { $0.type == "lab" && $0.action == "solve" }.map(\.name)
    guard !steps.isEmpty else { return nil }
    let list = lab.steps.map(\.id).filter(steps.contains).joined(separator: ", ")
    return Observation(
      .solvedByKit, "the kit has solved for the student: \(list)", ko: "키트가 대신 풀었습니다: \(list)")
  }

  private func restarts() -> Observation? {
    guard submission.manifest.restarts > 0 else { return nil }
    return Observation(
      .restarted, "the lab was begun anew in between; the journal tells of the last time",
      ko: "도중에 실습을 새로 시작했습니다. 기록은 마지막 시도의 것입니다")
  }

  /// Lines that name the kit's own records.
  private func touched() -> Observation? {
    let marks = ["engine.db", "progress.db", "sqlite3", "DKLAB_ROOT", "/instances/", "content.db"]
    let lines = submission.journal.map(\.entry)
      .filter { $0.type == "shell" && $0.action == "line" }
      .compactMap { $0.attributes["argv"] }
      .filter { line in marks.contains { line.contains($0) } }
    guard let first = lines.first else { return nil }
    return Observation(
      .kitTouched, "a line names the kit's own records: \(first.oneLine)",
      ko: "키트 자신의 기록을 건드리는 명령줄이 있습니다: \(first.oneLine)")
  }
}

extension VariableDeclaration {
  /// Whether it is a port: those depend on the machine.
  var isPort: Bool { if case .port = source { true } else { false } }
}
