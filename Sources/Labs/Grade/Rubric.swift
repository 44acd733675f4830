// What passing is worth: a YAML file of the instructor's. Without one every lab is worth 100 points,
// every step the same, every check of a step the same, and hints cost nothing.
//
//     rubric: 1
//     points: 100
//     steps: {first: 2, layer: 3}          # weights; 1 when not said
//     checks: {first/page: 3, first/no-privilege: 0}
//     hints: {each: 5, at-most: 20, solution: 50}     # percent of the step
//     solved: 0                            # percent that a step solved by the kit is worth
//     late: {due: 2026-05-01T23:59:00+09:00, grace: 15, per-day: 10, at-most: 50, by: created}
//     keep: best                           # or last
//
// Next: Scoring.swift.

import Documents
import Linux
import Support

/// How checks become points.
package struct Rubric: Sendable, Hashable {
  package var points = 100
  package var steps: [String: Int] = [:]
  package var checks: [String: Int] = [:]
  /// Percent of a step's points.
  package var hintCost = 0
  package var hintLimit = 100
  package var solutionCost = 100
  package var solvedWorth = 0
  /// Nanoseconds since 1970; nil when nothing is late.
  package var due: Int64?
  package var graceMinutes = 0
  package var latePerDay = 0
  package var lateLimit = 100
  package var lateBy = LateBy.created
  package var keep = Keep.best
  /// Where steps (`ID`) and checks (`STEP/CHECK`) are named.
  private var places: [String: SourceLocation] = [:]

  /// Whose clock says when something was handed in.
  package enum LateBy: String, Sendable, CaseIterable {
    /// The student's, as the submission has it.
    case created
    /// The file's time in the folder: the one at which it came.
    case file
  }

  /// Which of several submissions of a student counts.
  package enum Keep: String, Sendable, CaseIterable { case best, last }

  package init() {}

  /// Reads the file `path`. Throws the first thing that is wrong, with its place.
  package init(_ path: String) throws {
    let node = try YAMLDocument.parse(try File.text(path, limit: 1 << 20), file: path)
    var fields = Fields(node, of: "rubric", variables: Variables(values: [:]), raw: true)
    if fields.requiredInteger("rubric") != 1, fields.has("rubric") {
      fields.report(
        "rubric.version", Text("only rubrics of version 1 are read", ko: "버전 1의 채점 기준만 읽습니다"),
        at: fields.location(of: "rubric"))
    }
    points = Self.number("points", &fields, 1...1_000_000) ?? points
    steps = Self.weights("steps", &fields, &places)
    checks = Self.weights("checks", &fields, &places)
    Self.section("hints", &fields) { hints in
      hintCost = Self.number("each", &hints, 0...100) ?? hintCost
      hintLimit = Self.number("at-most", &hints, 0...100) ?? hintLimit
      solutionCost = Self.number("solution", &hints, 0...100) ?? solutionCost
    }
    solvedWorth = Self.number("solved", &fields, 0...100) ?? solvedWorth
    Self.section("late", &fields) { late in
      let text = late.requiredString("due")
      due = RFC3339.nanoseconds(text)
      if due == nil, !text.isEmpty {
        late.report(
          "rubric.time", Text("`\(text)` is not a time", ko: "`\(text)`은(는) 시각이 아닙니다"),
          hint: Text("such as 2026-05-01T23:59:00+09:00", ko: "예: 2026-05-01T23:59:00+09:00"),
          at: late.location(of: "due"))
      }
      graceMinutes = Self.number("grace", &late, 0...100_000) ?? 0
      latePerDay = Self.number("per-day", &late, 0...100) ?? 0
      lateLimit = Self.number("at-most", &late, 0...100) ?? lateLimit
      lateBy = late.choice("by") ?? lateBy
    }
    keep = fields.choice("keep") ?? keep
    fields.finish()
    if let wrong = fields.diagnostics.first { throw wrong.error }
  }

  private static func number(
    _ key: String, _ fields: inout Fields, _ range: ClosedRange<Int>
  ) -> Int? {
    guard let number = fields.integer(key) else { return nil }
    guard !range.contains(number) else { return number }
    fields.report(
      "rubric.range",
      Text(
        "`\(key)` is a number from \(range.lowerBound) to \(range.upperBound)",
        ko: "`\(key)`은(는) \(range.lowerBound)부터 \(range.upperBound)까지의 수입니다"),
      at: fields.location(of: key))
    return nil
  }

  private static func section(
    _ key: String, _ fields: inout Fields, _ body: (inout Fields) -> Void
  ) {
    guard let node = fields.node(key) else { return }
    var inner = Fields(node, of: "`\(key)`", variables: Variables(values: [:]), raw: true)
    body(&inner)
    inner.finish()
    fields.absorb(inner)
  }

  /// Throws `rubric.no-step` or `rubric.no-check`, with its place, for a weight of something that is in
  /// none of `labs`: a typing error would change everybody's score in silence.
  ///
  /// - Parameter hidden: the ids of hidden checks, as `STEP/CHECK`.
  package func validate(for labs: [Lab], hidden: Set<String> = []) throws {
    let known = Set(labs.flatMap { $0.steps.map(\.id) })
    let checked = hidden.union(
      labs.flatMap { lab in
        lab.steps.flatMap { step in step.checkIDs.map { "\(step.id)/\($0)" } }
      })
    for (name, place) in places.sorted(by: { $0.value.line < $1.value.line }) {
      let isStep = steps[name] != nil
      guard !(isStep ? known : checked).contains(name) else { continue }
      throw DklabError(
        .notFound, id: isStep ? "rubric.no-step" : "rubric.no-check",
        isStep
          ? Text(
            "no lab that is graded has a step `\(name)`", ko: "채점하는 실습에 `\(name)` 단계가 없습니다")
          : Text(
            "no lab that is graded has a check `\(name)`", ko: "채점하는 실습에 `\(name)` 검사가 없습니다"),
        hint: .list(of: (isStep ? known : checked).sorted()), at: place)
    }
  }

  private static func weights(
    _ key: String, _ fields: inout Fields, _ places: inout [String: SourceLocation]
  ) -> [String: Int] {
    guard let node = fields.node(key) else { return [:] }
    var inner = Fields(node, of: "`\(key)`", variables: Variables(values: [:]), raw: true)
    var weights: [String: Int] = [:]
    for name in inner.keys {
      weights[name] = number(name, &inner, 0...1000)
      places[name] = inner.location(of: name)
    }
    fields.absorb(inner)
    return weights
  }
}
