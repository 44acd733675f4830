// The pod's side of grading on a cluster: `dklab lab __parcel FOLDER` grades what lies in FOLDER as it would be
// graded anywhere, in a sandbox in this container, and writes the outcome to standard output, which is the
// pod's log. Nothing of the submission ever holds that descriptor: it belongs to this process, and the
// submission is two processes and a set of namespaces away.
//
// Exit status: 0 there is an outcome that stands, 3 the grader failed and another try may help, 4 it will not.
//
// Next: GradeAnswer.swift for how the outcome is written.

import Documents
import Engine
import Glibc
import Linux
import Support

extension GradeParcel {
  /// What is wrong with the set-up, and not better at the next try: no sandboxes, not the labs' images, another
  /// kit. Such a result is not kept.
  static let hopeless: Set<String> = [
    GradeSandbox.forbidden, "grade.images", "image.not-found", "grade.kit",
  ]
  /// The exit status that says so; the Job's failure policy knows it.
  static let hopelessStatus: Int32 = 4

  /// Grades what lies in `folder`, prints the outcome, and returns the exit status.
  ///
  /// - Parameter kit: the version of this program.
  /// - Throws: what keeps the parcel from being read at all.
  package static func open(_ folder: String, kit: String, root: DataRoot) throws -> Int32 {
    let parcel = try JSONValue.parse(try File.text("\(folder)/\(file)", limit: 1 << 20))
      .decode(as: GradeParcel.self)
    let result = try parcel.grade(folder, kit: kit, root: root)
    for line in try GradeAnswer.lines(result) { print(line) }
    fflush(nil)
    return status(result)
  }

  /// The exit status that `result` ends a pod with.
  static func status(_ result: GradedSubmission) -> Int32 {
    guard result.outcome == .error else { return 0 }
    return hopeless.contains(result.reasonID ?? "") ? hopelessStatus : 3
  }

  func grade(_ folder: String, kit: String, root: DataRoot) throws -> GradedSubmission {
    guard kit == self.kit else {
      var result = GradedSubmission(file: "", digest: digest, outcome: .error)
      result.reason = Text(
        "the image has dklab \(kit), and dklab \(self.kit) asks",
        ko: "이미지의 dklab은 \(kit)이고, 요청한 dklab은 \(self.kit)입니다")
      result.reasonID = "grade.kit"
      return result
    }
    let work = "\(root.path)/grading/parcel-\(getpid())"
    try Directory.make(work, mode: 0o700)
    defer { try? Directory.removeTree(work) }
    let path = "\(work)/submission\(Submission.ending)"
    try File.replace(path, try Self.joined(folder), durable: false)
    let hidden = "\(folder)/\(Self.hidden)"
    var wish = GradeRun.Wish(
      files: [path], labs: [lab: folder], output: work + "/out", kit: kit)
    if File.exists(hidden) { wish.hidden = [lab: hidden] }
    wish.jobs = 1
    wish.limits = limits
    wish.seed = seed
    wish.mark = "p" + String(UInt64.random(in: 0 ... .max), radix: 36)
    wish.allowsNetwork = allowsNetwork
    do {
      return try GradeRun(wish, root: root) { _, _, _ in }.run()[0]
    } catch {
      // The run has not begun, for instance because the image has not the lab's images. Who asks wants to know.
      var result = GradedSubmission(file: "", digest: digest, outcome: .error)
      result.fail(error)
      return result
    }
  }

  /// The submission's bytes. What was cut on the way has another digest, which the asker sees.
  static func joined(_ folder: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for name in try Directory.list(folder).sorted() where name.hasPrefix(partPrefix) {
      bytes += try File.read("\(folder)/\(name)", limit: partSize)
    }
    return bytes
  }
}
