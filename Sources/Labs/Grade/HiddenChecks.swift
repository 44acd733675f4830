// Checks that only the instructor knows: a Markdown file with a heading for each step, `## … {#id}`, and
// `check` fences below it, in the very format of labs. Its checks are judged wherever those of the step
// are.

import Documents
import Linux
import Support

/// The hidden checks of one lab, by step.
package struct HiddenChecks: Sendable {
  private(set) var steps: [String: [CheckSource]] = [:]

  package init() {}

  /// The checks' names, as `STEP/CHECK`.
  package var names: Set<String> {
    Set(steps.flatMap { step, sources in sources.map { "\(step)/\($0.id)" } })
  }

  /// Reads the file `path` for `lab`. Throws the first thing that is wrong with it.
  package init(_ path: String, for lab: Lab) throws {
    let text = try File.text(path, limit: SourceText.limit)
    let (blocks, found) = MarkdownReader.read(text, file: path, firstLine: 1)
    var diagnostics = found
    var step: String?
    for block in blocks {
      if case .heading(2, let title) = block.kind {
        let heading = StepHeading(title, at: block.location, number: 0, &diagnostics)
        step = heading.id
        if lab.step(step ?? "") == nil {
          diagnostics.append(
            Diagnostic(
              "lab.no-step",
              Text(
                "lab `\(lab.id)` has no step `\(step ?? "")`",
                ko: "`\(lab.id)` 실습에 `\(step ?? "")` 단계가 없습니다"),
              hint: .list(of: lab.steps.map(\.id)), at: block.location))
        }
      } else if case .fence(let fence) = block.kind, fence.kind == "check", let step {
        let read = CheckReader.read(fence, file: path)
        diagnostics += read.diagnostics
        steps[step, default: []] += read.sources
      }
    }
    let known = try Variables(lab.variables, seed: 0, kernel: "0")
    for (id, sources) in steps {
      let taken = Set(lab.step(id)?.checkIDs ?? [])
      for source in sources {
        diagnostics += CheckReader.check(source, known).1.diagnostics
        guard taken.contains(source.id) else { continue }
        diagnostics.append(
          Diagnostic(
            "lab.duplicate-id",
            Text(
              "the step has a check `\(source.id)` already", ko: "단계에 이미 `\(source.id)` 검사가 있습니다"),
            at: source.location))
      }
    }
    if let wrong = diagnostics.first(where: { $0.severity == .error }) { throw wrong.error }
  }

  /// The checks of `step` with a student's values.
  func checks(of step: String, _ variables: Variables) throws -> [Check] {
    try (steps[step] ?? []).map { source in
      let (check, fields) = CheckReader.check(source, variables)
      guard let check else { throw fields.diagnostics[0].error }
      return check
    }
  }
}
