// What a pod needs to grade one submission, as small files that fit into Secrets: what is asked, the lab's
// texts, the hidden checks, and the submission in parts, for one Secret holds a mebibyte. The course's
// secret is not among them: the pod is told this student's seed and no other.
//
//     job.json                 the GradeParcel: limits, the seed, whose kit is meant
//     lab.md  lab.ko.md        the lab as the instructor has it
//     hidden.md                its hidden checks, if there are some
//     part-000  part-001 …     the submission's bytes, one after the other
//
// Next: GradeParcel+Open.swift for the pod's side, GradeJobObjects.swift for the objects made of it.

import Documents
import Linux
import Support

/// One submission on its way to a cluster.
package struct GradeParcel: Sendable, Codable, Hashable {
  /// The kit that asks; another one does not answer.
  var kit: String
  var lab: String
  /// SHA-256 of the submission.
  var digest: String
  var limits: GradeSandbox.Limits
  /// This student's seed, in a course that gives them out.
  var seed: UInt64?
  var allowsNetwork: Bool

  /// Bytes of the submission in one part, and of everything else together.
  static let partSize = 512 << 10
  static let textLimit = 900 << 10

  static let file = "job.json"
  static let texts = ["lab.md", "lab.ko.md"]
  static let hidden = "hidden.md"
  static let partPrefix = "part-"

  /// The files, Secret by Secret.
  ///
  /// - Parameters:
  ///   - submission: its bytes.
  ///   - folder: the lab's folder.
  ///   - hiddenChecks: the path of its hidden checks.
  /// - Throws: `grade.cluster-lab` when the lab's texts are larger than a Secret may be.
  func secrets(
    _ submission: [UInt8], lab folder: String, hidden hiddenChecks: String?
  ) throws -> [[String: [UInt8]]] {
    var first = [Self.file: Array(try JSONValue(encoding: self).text().utf8)]
    for name in Self.texts where File.exists("\(folder)/\(name)") {
      first[name] = try File.read("\(folder)/\(name)", limit: SourceText.limit)
    }
    if let hiddenChecks {
      first[Self.hidden] = try File.read(hiddenChecks, limit: SourceText.limit)
    }
    guard first.values.reduce(0, { $0 + $1.count }) <= Self.textLimit else {
      throw DklabError(
        .unsupported, id: "grade.cluster-lab",
        Text(
          "the texts of the lab `\(lab)` are larger than a Secret may be",
          ko: "`\(lab)` 실습의 본문이 Secret 하나보다 큽니다"))
    }
    let parts = stride(from: 0, to: submission.count, by: Self.partSize).enumerated().map {
      number, start in
      let end = min(start + Self.partSize, submission.count)
      return [Self.part(number): Array(submission[start..<end])]
    }
    return [first] + parts
  }

  /// The name of a part: its order is that of the names.
  static func part(_ number: Int) -> String {
    let digits = String(number)
    return partPrefix + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }
}
