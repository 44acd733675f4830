import Documents
import Engine
import Linux
import Support
import Testing

@testable import Labs

/// A whole run whose work is done on a cluster made of dictionaries.
@Suite("A run on a cluster", .serialized)
struct GradeRunOnClusterTests {
  private static let lab = "x"

  /// A folder with a lab, two submissions that are the same file, one of another lab, and one more.
  private final class Bench {
    let place = "/tmp/dklab-grade-run-\(UInt64.random(in: 0 ... .max))"
    let cluster = DictionaryCluster()
    /// What the pods find.
    var outcome = GradedSubmission.Outcome.graded
    var reasonID: String?

    init() throws {
      for folder in ["lab", "a", "b"] { try Directory.make("\(place)/\(folder)") }
      try File.replace(place + "/lab/lab.md", "# A lab\n", durable: false)
      for (file, student, lab) in [
        ("a/s1", "s1", GradeRunOnClusterTests.lab), ("b/s1", "s1", GradeRunOnClusterTests.lab),
        ("a/s2", "s2", "y"), ("a/s3", "s3", GradeRunOnClusterTests.lab),
      ] {
        var manifest = SubmissionTests.manifest()
        manifest.lab = lab
        manifest.student = .init(id: student, name: "")
        let submission = Submission(manifest: manifest, journal: [], files: [:], state: [:])
        try File.replace(path(file), try submission.archive(), durable: false)
      }
      cluster.log = { [unowned self] in try answer($0) }
    }

    func path(_ file: String) -> String { "\(place)/\(file)\(Submission.ending)" }

    /// What a pod prints: an outcome without a student when the set-up is at fault.
    private func answer(_ pod: String) throws -> String {
      let secret = cluster.objects[.secrets]?[GradeJobObjects.secretName(pod, 0)]
      let text = Base64.bytes(secret?["data"]?[GradeParcel.file]?.string ?? "")
      let parcel = try JSONValue.parse(String(decoding: text, as: UTF8.self))
        .decode(as: GradeParcel.self)
      var result = GradedSubmission(file: "", digest: parcel.digest, outcome: outcome)
      result.reasonID = reasonID
      return try GradeAnswer.lines(result).joined(separator: "\n")
    }

    func run(_ files: [String]) throws -> (results: [GradedSubmission], remark: DklabError?) {
      var setting = GradeClusterSetting(cluster: cluster, image: "i", window: 2)
      (setting.interval, setting.patience, setting.goodbye) = (1, 1, 1)
      let wish = GradeRun.Wish(
        files: files.map(path), labs: [GradeRunOnClusterTests.lab: place + "/lab"],
        output: place + "/out", kit: "1")
      let run = GradeRun(wish, root: DataRoot(path: place + "/root"), cluster: setting) {
        _, _, _ in
      }
      return (try run.run(), run.remark)
    }

    func close() { try? Directory.removeTree(place) }
  }

  private func withBench(_ body: (Bench) throws -> Void) throws {
    let bench = try Bench()
    defer { bench.close() }
    try body(bench)
  }

  @Test("there is one result for each file, in their order, and each knows its student and lab")
  func places() throws {
    try withBench { bench in
      let (results, remark) = try bench.run(["a/s1", "a/s2", "b/s1", "a/s3"])
      #expect(results.map(\.outcome) == [.graded, .refused, .graded, .graded])
      #expect(results.map(\.student.id) == ["s1", "s2", "s1", "s3"])
      #expect(results.map(\.lab) == ["x", "y", "x", "x"])
      #expect(results[1].reasonID == "submission.no-lab")
      #expect(bench.cluster.made.count == 2 && bench.cluster.isEmpty && remark == nil)
    }
  }

  @Test(
    "what is wrong with the set-up is told and not kept",
    arguments: GradeParcel.hopeless.sorted())
  func setUp(id: String) throws {
    try withBench { bench in
      (bench.outcome, bench.reasonID) = (.error, id)
      let before = try bench.run(["a/s1", "a/s3"]).results
      #expect(before.map(\.reasonID) == [id, id] && before.map(\.student.id) == ["s1", "s3"])
      #expect(before.map(GradeParcel.status) == [4, 4])
      (bench.outcome, bench.reasonID) = (.graded, nil)
      let after = try bench.run(["a/s1", "a/s3"]).results
      #expect(after.map(\.outcome) == [.graded, .graded])
    }
  }

  @Test("another error is kept until somebody asks for another try")
  func kept() throws {
    try withBench { bench in
      (bench.outcome, bench.reasonID) = (.error, "grade.worker")
      let first = try bench.run(["a/s1"]).results
      #expect(first.map(GradeParcel.status) == [3])
      bench.outcome = .graded
      let second = try bench.run(["a/s1"]).results
      #expect(second.map(\.outcome) == [.error])
      #expect(bench.cluster.made.count == 1)
    }
  }

  @Test("what has stayed on the cluster is told of, and costs no result")
  func left() throws {
    try withBench { bench in
      bench.cluster.isSticky = true
      let (results, remark) = try bench.run(["a/s1", "a/s3"])
      #expect(results.map(\.outcome) == [.graded, .graded])
      #expect(remark?.id == "grade.cluster-left")
      #expect(remark?.hint?.en.contains("kubectl delete job,secret -n labs") == true)
    }
  }

  @Test("an error of the cluster's is of everybody, also when something stays there")
  func refused() throws {
    try withBench { bench in
      bench.cluster.isSticky = true
      bench.cluster.log = { _ in
        throw DklabError(.denied, id: "grade.cluster", Text("no", ko: "안 됨"))
      }
      let (results, remark) = try bench.run(["a/s1", "a/s3"])
      #expect(results.map(\.reasonID) == ["grade.cluster", "grade.cluster"])
      #expect(results.map(\.student.id) == ["s1", "s3"])
      #expect(remark?.id == "grade.cluster-left")
    }
  }

  @Test("runs have to do with each other when context, host and output folder are the same")
  func names() throws {
    let name = try GradeRun.clusterRun("c", host: "h", output: "/nowhere/out")
    #expect(name.count == 16)
    #expect(try name == GradeRun.clusterRun("c", host: "h", output: "/nowhere/out"))
    for other in [
      try GradeRun.clusterRun("d", host: "h", output: "/nowhere/out"),
      try GradeRun.clusterRun("c", host: "g", output: "/nowhere/out"),
      try GradeRun.clusterRun("c", host: "h", output: "/nowhere/other"),
    ] { #expect(other != name) }
    #expect(
      try GradeRun.clusterRun("c", host: "h", output: "out")
        == GradeRun.clusterRun("c", host: "h", output: LabCatalog.absolute("./out")))
  }
}
