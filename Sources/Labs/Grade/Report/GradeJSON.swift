import Documents
import Support

/// Scores as JSON, for programs: the shape is published by `dklab grade --schema`.
package enum GradeJSON {
  static let version = 1

  /// The document.
  package static func document(_ scores: [Score]) -> JSONValue {
    .object([
      "version": .integer(Int64(version)), "submissions": .array(scores.map(submission)),
    ])
  }

  private static func submission(_ score: Score) -> JSONValue {
    let result = score.result
    var object: JSONObject = [
      "file": .string(result.file.oneLine), "sha256": .string(result.digest),
      "outcome": .string(result.outcome.rawValue), "lab": .string(result.lab),
      "student": [
        "id": .string(result.student.id), "name": .string(result.student.name),
      ],
      "created": .string(RFC3339.text(result.created)), "seconds": .number(result.seconds),
      "lines": .integer(Int64(result.lines)), "counts": .bool(score.counts),
    ]
    if let reason = result.reason { object["reason"] = text(reason) }
    if let id = result.reasonID { object["reasonId"] = .string(id) }
    if result.outcome == .graded {
      object["score"] = .number(Double(score.points) / 100)
      object["maximum"] = .number(Double(score.maximum) / 100)
      object["daysLate"] = .integer(Int64(score.daysLate))
      object["latePenalty"] = .number(Double(score.latePenalty) / 100)
    }
    object["steps"] = .array(score.steps.map(step))
    object["checks"] = .array(result.checks.map(check))
    object["observations"] = .array(
      score.observations.map { ["kind": .string($0.kind.rawValue), "text": text($0.text)] })
    return .object(object)
  }

  private static func step(_ step: Score.StepScore) -> JSONValue {
    [
      "id": .string(step.step), "score": .number(Double(step.points) / 100),
      "maximum": .number(Double(step.maximum) / 100), "hints": .integer(Int64(step.hints)),
      "hintPenalty": .number(Double(step.hintPenalty) / 100),
      "solvedByKit": .bool(step.solvedByKit),
    ]
  }

  private static func check(_ check: GradedCheck) -> JSONValue {
    var object: JSONObject = [
      "step": .string(check.step), "check": .string(check.check),
      "verdict": .string(check.verdict.rawValue), "sentence": text(check.sentence),
      "hidden": .bool(check.isHidden), "holdsAtEnd": .bool(check.holdsAtEnd),
    ]
    if let expected = check.expected { object["expected"] = text(expected) }
    if let found = check.found { object["found"] = text(found) }
    object["causes"] = .array(
      check.causes.map { ["id": .string($0.id), "text": text($0.text)] })
    return .object(object)
  }

  private static func text(_ text: Text) -> JSONValue {
    ["en": .string(text.en), "ko": .string(text.ko)]
  }

  /// The document's shape as a JSON Schema (draft 2020-12).
  package static var schema: JSONValue {
    func object(_ properties: JSONObject, optional: Set<String> = []) -> JSONValue {
      [
        "type": "object", "properties": .object(properties), "additionalProperties": .bool(false),
        "required": .array(properties.keys.filter { !optional.contains($0) }.map(JSONValue.string)),
      ]
    }
    func list(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }
    func choice(_ values: [String]) -> JSONValue { ["enum": .array(values.map(JSONValue.string))] }
    let string: JSONValue = ["type": "string"]
    let bool: JSONValue = ["type": "boolean"]
    let number: JSONValue = ["type": "number", "minimum": 0]
    let count: JSONValue = ["type": "integer", "minimum": 0]
    let text = object(["en": string, "ko": string])
    let check = object(
      [
        "step": string, "check": string,
        "verdict": choice(GradedCheck.Verdict.allCases.map(\.rawValue)), "sentence": text,
        "hidden": bool, "holdsAtEnd": bool, "expected": text, "found": text,
        "causes": list(object(["id": string, "text": text])),
      ], optional: ["expected", "found"])
    let step = object([
      "id": string, "score": number, "maximum": number, "hints": count, "hintPenalty": number,
      "solvedByKit": bool,
    ])
    let submission = object(
      [
        "file": string, "sha256": string,
        "outcome": choice(GradedSubmission.Outcome.allCases.map(\.rawValue)), "lab": string,
        "student": object(["id": string, "name": string]), "created": string, "seconds": number,
        "lines": count, "counts": bool, "reason": text, "reasonId": string, "score": number,
        "maximum": number, "daysLate": count, "latePenalty": number, "steps": list(step),
        "checks": list(check),
        "observations": list(
          object(["kind": choice(Observation.Kind.allCases.map(\.rawValue)), "text": text])),
      ],
      optional: ["reason", "reasonId", "score", "maximum", "daysLate", "latePenalty"])
    guard
      case .object(var root) = object([
        "version": ["const": .integer(Int64(version))], "submissions": list(submission),
      ])
    else { return .null }
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    root["title"] = "Results of dklab grade"
    return .object(root)
  }
}
