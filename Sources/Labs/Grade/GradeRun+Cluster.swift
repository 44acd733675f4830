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
    var manifests: [Int: Submission.Manifest] = [:]
    for place in open {
      var result = failure(place, Text("", ko: ""), "")
      do {
        let manifest = try SubmissionReader.read(wish.files[place]).manifest
        manifests[place] = manifest
        result.identify(manifest)
        _ = try SubmissionGrader.folder(of: manifest, in: wish.labs)
        tasks.append(.init(place: place, file: result.file, digest: result.digest))
      } catch {
        result.fail(error)
        try keep(result, place, store)
      }
    }
    guard !tasks.isEmpty else { return }
    InterruptFlag.install()
    let run = try Self.clusterRun(context, host: try Self.hostName(), output: wish.output)
    let grading = ClusterGrading(
      setting, GradeJobObjects(run: run, image: setting.image, limits: limits),
      parcel: { try self.parcel($0.place) },
      keep: { result, task in
        var result = result
        // A pod that did not get as far as the submission cannot say whose it is.
        if result.lab.isEmpty, let manifest = manifests[task.place] { result.identify(manifest) }
        try self.keep(result, task.place, store)
      })
    defer { remark = grading.remark }
    try grading.run(tasks)
  }

  private static func hostName() throws -> String {
    try File.text("/proc/sys/kernel/hostname", limit: 4096).trimmed
  }

  /// The name of a run on a cluster: two that keep their results in different folders, or on different hosts, have
  /// nothing to do with each other there, also with the same labs in the same namespace; one that was killed has
  /// the same name when it is started again.
  static func clusterRun(_ context: String, host: String, output: String) throws -> String {
    let parts = [context, host, LabCatalog.absolute(output)]
    return String(
      try LabBundle.digest(Array(parts.joined(separator: "\n").utf8)).hex.prefix(16))
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
