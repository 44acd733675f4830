import Documents
import Linux
import Support

/// A run whose work is done on a cluster.
extension GradeRun {
  /// The same on a cluster. What is no submission is not sent there.
  func carryOut(
    _ open: [Int], on setting: GradeClusterSetting, _ context: String, _ store: GradeStore
  ) throws {
    var tasks: [ClusterGrading.Task] = []
    for place in open {
      var result = failure(place, Text("", ko: ""), "")
      do {
        let manifest = try SubmissionReader.read(wish.files[place]).manifest
        _ = try SubmissionGrader.folder(of: manifest, in: wish.labs)
        tasks.append(.init(place: place, file: result.file, digest: result.digest))
      } catch {
        result.fail(error)
        try keep(result, place, store)
      }
    }
    guard !tasks.isEmpty else { return }
    InterruptFlag.install()
    try ClusterGrading(
      setting,
      GradeJobObjects(run: String(context.prefix(16)), image: setting.image, limits: limits),
      parcel: { try self.parcel($0.place) }, keep: { try self.keep($0, $1.place, store) }
    ).run(tasks)
  }

  /// What the pod for a submission is given.
  private func parcel(_ place: Int) throws -> [[String: [UInt8]]] {
    let bytes = try File.read(wish.files[place], limit: Int(SubmissionReader.sizeLimit))
    let manifest = try SubmissionReader.read(bytes, wish.files[place]).manifest
    let folder = try SubmissionGrader.folder(of: manifest, in: wish.labs)
    let seed = wish.secret.map {
      CourseSeed.seed(secret: $0, student: manifest.student.id, lab: manifest.lab)
    }
    return try GradeParcel(
      kit: wish.kit, lab: manifest.lab, digest: try LabBundle.digest(bytes).hex, limits: limits,
      seed: seed, allowsNetwork: wish.allowsNetwork
    ).secrets(bytes, lab: folder, hidden: wish.hidden[manifest.lab])
  }
}
