// A submission is one file: a plain tar archive with a manifest in front.
//
//     manifest.json            who, which lab, which values, answers, what passed when, the last seal
//     journal.jsonl            the journal, an entry a line, each with its seal
//     files/DIGEST             the versions of the student's files, each content once
//     state.json               containers, images and volumes as they were when it was made
//
// It is evidence and not proof. Nothing in it is believed for its own sake: grading goes the way again
// that the journal tells of, in a fresh instance, and judges what is there then.
//
// Next: SubmissionWriter.swift, SubmissionReader.swift, and Grade/ for the other side.

import Documents
import Engine
import Images
import Support

/// A student's work in one lab, as handed in.
package struct Submission: Sendable {
  /// The ending of a submission's name.
  package static let ending = ".dklab-work"
  /// The version of the layout that is written and read.
  static let version = 1

  package var manifest: Manifest
  /// In the order of the journal; a hole in the ids shows that something was taken out.
  package var journal: [SealedEntry]
  /// By digest.
  package var files: [String: [UInt8]]
  package var state: JSONValue

  /// What the manifest says.
  package struct Manifest: Sendable, Codable, Hashable {
    package var submission: Int
    /// The version of the lab format.
    package var format: Int
    /// The kit's own version.
    package var kit: String
    package var lab: String
    /// The digest of the lab's text.
    package var labDigest: String
    package var student: Student
    /// The course, as `class init` named it; empty in self-study.
    package var course: String
    package var language: String
    package var seed: String
    package var variables: [String: String]
    /// Facts of the student's machine that answers may be about.
    package var kernel: String
    package var host: String
    /// Nanoseconds since 1970.
    package var started: Int64
    package var created: Int64
    package var restarts: Int
    package var answers: [String: String]
    package var milestones: [Milestone]
    package var hints: [GivenHint]
    package var files: [File]
    /// How many entries the journal has, and the seal of the last.
    package var entries: Int
    package var head: String
  }

  /// Who hands in.
  package struct Student: Sendable, Codable, Hashable {
    /// As the course knows them: a number, a name of an account.
    package var id: String
    package var name: String

    package init(id: String, name: String) {
      self.id = id
      self.name = name
    }
  }

  /// A check that passed, when. It tells a grader where to look, and nothing else.
  package struct Milestone: Sendable, Codable, Hashable {
    package var step: String
    /// Empty for the whole step.
    package var check: String
    package var time: Int64
  }

  package struct GivenHint: Sendable, Codable, Hashable {
    package var step: String
    package var hint: String
    package var time: Int64
  }

  package struct File: Sendable, Codable, Hashable {
    package var digest: String
    package var size: Int
  }

  /// An entry of the journal with its seal.
  package struct SealedEntry: Sendable, Hashable {
    package var entry: JournalEntry
    package var seal: JournalSeal
  }
}

extension Submission.SealedEntry {
  /// One line of journal.jsonl.
  var document: JSONValue {
    guard case .object(var object) = JournalSeal.document(entry) else { return .null }
    object["seal"] = .string(seal.hash)
    object["sealed"] = .integer(seal.time)
    return .object(object)
  }

  /// The entry of a line; nil when it is none.
  init?(_ value: JSONValue) {
    func integer(_ key: String) -> Int64? {
      if case .integer(let number)? = value[key] { number } else { nil }
    }
    guard let id = integer("id"), let time = integer("time"), let sealed = integer("sealed"),
      let type = value["type"]?.string, let action = value["action"]?.string,
      let actor = value["actor"]?.string, let name = value["name"]?.string,
      let hash = value["seal"]?.string, let given = value["attributes"]?.object
    else { return nil }
    var attributes: [String: String] = [:]
    for (key, value) in given {
      guard let text = value.string else { return nil }
      attributes[key] = text
    }
    entry = JournalEntry(
      id: id, time: time, type: type, action: action, actor: actor, name: name,
      attributes: attributes)
    seal = JournalSeal(entry: id, hash: hash, time: sealed)
  }
}
