import Documents
import Support

/// The check that an `answer` fence makes: what the student found out is what is there.
struct AnswerCheck: Predicate {
  let key: String
  let ask: Text
  let live: LiveValue?
  let comparison: Comparison?

  var sentence: Text { ask }
  var probes: [Probe] { live?.probes ?? [] }
  var subjects: [String] { [live?.container].compactMap { $0 } }
  private var look: String { live?.look ?? "lab answer \(key) …" }

  func judge(_ snapshot: Snapshot) -> Finding {
    let answer = AnswerText.plain(snapshot.answers[key] ?? "")
    guard !answer.isEmpty else { return .fail(MissingAnswer.failure(key, ask)) }
    let given = Text("`\(answer)`", ko: "`\(answer)`")
    if let comparison {
      if comparison.holds(for: .string(answer)) { return .pass(found: given) }
      return wrong(given, MistakenAnswer.causes(answer, live: nil, value: .null, in: snapshot))
    }
    switch live?.read(snapshot) {
    case .error(let reason): return .error(reason)
    case .missing(let causes):
      return wrong(given, stale(snapshot) + causes)
    case .value(let value):
      if live?.matches(answer, value) == true { return .pass(found: given) }
      let stale = stale(snapshot)
      return wrong(
        given,
        stale.isEmpty
          ? MistakenAnswer.causes(answer, live: live, value: value, in: snapshot) : stale)
    case nil: return .error(Text("nothing to compare with", ko: "비교할 값이 없습니다"))
    }
  }

  private func stale(_ snapshot: Snapshot) -> [Cause] {
    guard let time = snapshot.rightAnswers[key] else { return [] }
    return [MistakenAnswer.stale(time, container: live?.container, in: snapshot)]
  }

  private func wrong(_ given: Text, _ causes: [Cause]) -> Finding {
    .fail(Failure(expected: ask, found: given, causes: causes, look: look))
  }
}

/// A question that nobody has answered yet.
enum MissingAnswer {
  static func failure(_ key: String, _ ask: Text, look: String? = nil) -> Failure {
    let how = look.map { "`\($0)`, or `lab answer \(key) …`" } ?? "`lab answer \(key) …`"
    let korean = look.map { "`\($0)` 또는 `lab answer \(key) …`" } ?? "`lab answer \(key) …`"
    return Failure(
      expected: ask, found: Text("no answer yet", ko: "아직 답하지 않음"),
      causes: [
        Cause("answer.missing", "answer with \(how)", ko: "\(korean)(으)로 답합니다", isAdvice: true)
      ],
      look: look ?? "lab answer \(key) …")
  }
}
