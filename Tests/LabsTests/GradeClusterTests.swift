import Documents
import Linux
import Support
import Testing

@testable import Labs

/// Grading on a cluster, without one: what is planned, what travels, and a cluster made of dictionaries.
@Suite("Grading on a cluster")
struct GradeClusterTests {
  private static let minute: Int64 = 60_000_000_000

  private func job(_ name: String, _ condition: String? = nil) -> JSONValue {
    var job: JSONValue = [
      "metadata": ["name": .string(name), "uid": .string("u-" + name)], "status": [:],
    ]
    if let condition {
      job["status"] = [
        "conditions": [
          ["type": .string(condition), "status": "True", "message": "that was it"]
        ]
      ]
    }
    return job
  }

  private func pod(
    _ name: String, _ phase: String, created: String = "2027-01-01T00:00:00Z",
    waiting: String? = nil
  ) -> JSONValue {
    var status: JSONValue = ["phase": .string(phase)]
    if let waiting {
      status["containerStatuses"] = [
        ["state": ["waiting": ["reason": .string(waiting), "message": "no such image"]]]
      ]
    }
    return [
      "metadata": ["name": .string(name), "creationTimestamp": .string(created)], "status": status,
    ]
  }

  private func plan(
    _ snapshot: GradeJobSnapshot, _ open: [String], window: Int = 2
  ) -> [GradeJobStep] {
    GradeJobPlan(snapshot, open: open, window: window, patience: 5 * Self.minute).steps.map(\.step)
  }

  @Test("what has no Job is sent, as many at a time as there is room for")
  func window() {
    var snapshot = GradeJobSnapshot()
    #expect(plan(snapshot, ["a", "b", "c"]) == [.send("a"), .send("b")])
    snapshot.jobs = ["a": job("a"), "b": job("b")]
    #expect(plan(snapshot, ["a", "b", "c"]) == [])
    snapshot.jobs = ["a": job("a")]
    #expect(plan(snapshot, ["a", "b", "c"]) == [.send("b")])
    var leaving = job("a")
    leaving["metadata"]?["deletionTimestamp"] = "2027-01-01T00:00:00Z"
    snapshot.jobs = ["a": leaving]
    #expect(plan(snapshot, ["a"]) == [])
  }

  @Test("a Job that has ended is read from the pod that succeeded, else from the last")
  func collects() {
    var snapshot = GradeJobSnapshot(
      jobs: ["a": job("a", "Complete"), "b": job("b", "Failed"), "c": job("c", "Failed")])
    snapshot.pods = [
      "a": [pod("a-2", "Succeeded"), pod("a-3", "Failed", created: "2027-01-01T00:00:09Z")],
      "b": [pod("b-2", "Failed", created: "2027-01-01T00:00:09Z"), pod("b-1", "Failed")],
    ]
    let steps = plan(snapshot, ["a", "b", "c"])
    let pods = steps.map { step -> String? in
      if case .collect(_, let pod, _) = step { return pod }
      return "another step"
    }
    #expect(pods == ["a-2", "b-2", nil])
    guard case .collect(_, _, let trouble)? = steps.last else { return }
    #expect(trouble.en.contains("that was it"))
  }

  @Test("what is not asked for is taken away, whatever is left of it")
  func removes() {
    let snapshot = GradeJobSnapshot(
      jobs: ["old": job("old"), "a": job("a")], pods: ["older": [pod("p", "Failed")]],
      secrets: ["oldest": ["s"]])
    #expect(plan(snapshot, ["a"]) == [.remove("old"), .remove("older"), .remove("oldest")])
  }

  @Test("pods that cannot start end the run, and pods that wait for a node do after a while")
  func blocked() {
    var snapshot = GradeJobSnapshot(jobs: ["a": job("a"), "b": job("b")])
    snapshot.pods = ["a": [pod("a-1", "Pending", waiting: "ImagePullBackOff")]]
    guard case .giveUp(let reason)? = plan(snapshot, ["a", "b"]).first else {
      Issue.record("it goes on")
      return
    }
    #expect(reason.en.contains("no such image") && reason.en.contains("a-1"))
    snapshot.pods = ["a": [pod("a-1", "Pending", waiting: "ContainerCreating")]]
    #expect(plan(snapshot, ["a", "b"]) == [])
    var lonely = pod("a-1", "Pending")
    lonely["status"]?["conditions"] = [
      ["type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"]
    ]
    snapshot.pods = ["a": [lonely]]
    let created = RFC3339.nanoseconds("2027-01-01T00:00:00Z") ?? 0
    snapshot.now = created + Self.minute
    #expect(plan(snapshot, ["a", "b"]) == [])
    snapshot.now = created + 6 * Self.minute
    guard case .giveUp(let why)? = plan(snapshot, ["a", "b"]).first else {
      Issue.record("it waits for ever")
      return
    }
    #expect(why.en.contains("0/3 nodes"))
    snapshot.pods["b"] = [pod("b-1", "Running")]
    #expect(plan(snapshot, ["a", "b"]) == [], "others run, so its turn comes")
  }

  private func result(_ digest: String) -> GradedSubmission {
    var result = GradedSubmission(file: "x", digest: digest, outcome: .graded)
    result.student = .init(id: "s1", name: "김하늘")
    result.reason = Text(String(repeating: "long ", count: 2000), ko: "길다")
    return result
  }

  @Test("an outcome comes through a log whole or not at all")
  func answer() throws {
    let result = result("d")
    let lines = try GradeAnswer.lines(result)
    #expect(lines.allSatisfy { $0.utf8.count <= 4096 })
    let noise = ["something else", "dklab-grade-outcome 1 0000"]
    #expect(GradeAnswer.read((noise + lines + noise.prefix(1)).joined(separator: "\n")) == result)
    #expect(GradeAnswer.read(lines.dropLast().joined(separator: "\n")) == nil)
    #expect(GradeAnswer.read((lines.prefix(2) + lines.dropFirst(3)).joined(separator: "\n")) == nil)
    #expect(GradeAnswer.read("") == nil)
  }

  @Test("a parcel has the lab, the seed and the submission in parts, and never the course's secret")
  func parcel() throws {
    let place = "/tmp/dklab-parcel-\(UInt64.random(in: 0 ... .max))"
    defer { try? Directory.removeTree(place) }
    try Directory.make(place + "/lab")
    try File.replace(place + "/lab/lab.md", "# A lab\n", durable: false)
    try File.replace(place + "/hidden.md", "## First {#first}\n", durable: false)
    let bytes = (0..<(GradeParcel.partSize * 2 + 5)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let parcel = GradeParcel(
      kit: "1", lab: "x", digest: "d", limits: .init(), seed: 5, allowsNetwork: false)
    let secrets = try parcel.secrets(bytes, lab: place + "/lab", hidden: place + "/hidden.md")
    #expect(
      secrets.map { $0.keys.sorted() } == [
        ["hidden.md", "job.json", "lab.md"], ["part-000"], ["part-001"], ["part-002"],
      ])
    try Directory.make(place + "/mounted")
    for (name, content) in secrets.flatMap({ $0 }) {
      try File.replace("\(place)/mounted/\(name)", content, durable: false)
    }
    #expect(try GradeParcel.joined(place + "/mounted") == bytes)
    let job = String(decoding: secrets[0]["job.json"] ?? [], as: UTF8.self)
    #expect(try JSONValue.parse(job).decode(as: GradeParcel.self) == parcel)
    #expect(!job.contains("secret"))
  }

  private func grading(
    _ cluster: DictionaryCluster, patience: Int64 = 1,
    _ kept: @escaping (GradedSubmission, ClusterGrading.Task) -> Void
  ) -> ClusterGrading {
    var setting = GradeClusterSetting(cluster: cluster, image: "i", window: 2)
    setting.interval = 1
    setting.patience = patience
    return ClusterGrading(
      setting, GradeJobObjects(run: "r", image: "i", limits: .init()),
      parcel: { [["job.json": Array($0.digest.utf8)]] }, keep: kept)
  }

  private let tasks = (0..<5).map {
    ClusterGrading.Task(place: $0, file: "f\($0)", digest: "d\($0)")
  }

  private func name(_ task: ClusterGrading.Task) throws -> String {
    try GradeJobObjects.name(run: "r", file: task.file, digest: task.digest)
  }

  @Test("every submission has one Job and one result, and the cluster is left empty")
  func whole() throws {
    let cluster = DictionaryCluster()
    let digests = Dictionary(
      try tasks.map { (try name($0), $0.digest) }, uniquingKeysWith: { first, _ in first })
    // One Job brings nothing, and one another's outcome.
    let (silent, mixed) = (try name(tasks[1]), try name(tasks[2]))
    cluster.log = { pod in
      if pod == silent { return "Killed" }
      let digest = pod == mixed ? "another" : digests[pod] ?? ""
      return try GradeAnswer.lines(self.result(digest)).joined(separator: "\n")
    }
    var kept: [Int: GradedSubmission] = [:]
    try grading(cluster) { result, task in
      #expect(kept.updateValue(result, forKey: task.place) == nil, "kept twice")
    }.run(tasks)
    #expect(kept.count == 5 && cluster.made.count == 5 && cluster.isEmpty)
    #expect(kept.filter { $0.value.outcome == .error }.keys.sorted() == [1, 2])
    #expect(kept[0]?.file == "f0" && kept[0]?.student.name == "김하늘")
  }

  @Test("a run that was killed finds its Jobs again, and makes those anew that somebody deleted")
  func adopts() throws {
    let cluster = DictionaryCluster()
    cluster.log = { _ in try GradeAnswer.lines(self.result("d0")).joined(separator: "\n") }
    let objects = GradeJobObjects(run: "r", image: "i", limits: .init())
    _ = try cluster.create(.jobs, objects.job(try name(tasks[0]), secrets: 1), isTrial: false)
    var outcomes: [GradedSubmission.Outcome] = []
    try grading(cluster) { result, _ in outcomes.append(result.outcome) }.run([tasks[0]])
    #expect(outcomes == [.graded] && cluster.made.count == 1 && cluster.isEmpty)
    cluster.kills = 1
    try grading(cluster) { result, _ in outcomes.append(result.outcome) }.run([tasks[0]])
    #expect(outcomes == [.graded, .graded] && cluster.made.count == 3 && cluster.isEmpty)
    cluster.kills = 100
    try grading(cluster) { result, _ in outcomes.append(result.outcome) }.run([tasks[0]])
    #expect(outcomes == [.graded, .graded, .error] && cluster.isEmpty)
  }

  @Test("an image that is not to be had is told of at once, and nothing is left")
  func hopeless() throws {
    let cluster = DictionaryCluster()
    cluster.waiting = "ErrImageNeverPull"
    let error = #expect(throws: DklabError.self) {
      try grading(cluster) { _, _ in Issue.record("there is no result") }.run(tasks)
    }
    #expect(error?.id == "grade.cluster-pods" && cluster.isEmpty)
  }

  /// A cluster whose pods say of every task that it was graded.
  private func willing(_ tasks: [ClusterGrading.Task]) throws -> DictionaryCluster {
    let cluster = DictionaryCluster()
    let digests = Dictionary(
      try tasks.map { (try name($0), $0.digest) }, uniquingKeysWith: { first, _ in first })
    cluster.log = { try GradeAnswer.lines(self.result(digests[$0] ?? "")).joined(separator: "\n") }
    return cluster
  }

  @Test("files of one name and content are graded once, and each of them has the result")
  func twins() throws {
    let twin = ClusterGrading.Task(place: 5, file: tasks[1].file, digest: tasks[1].digest)
    let cluster = try willing(tasks)
    var kept: [Int: GradedSubmission] = [:]
    try grading(cluster) { result, task in
      #expect(kept.updateValue(result, forKey: task.place) == nil, "kept twice")
    }.run(tasks + [twin])
    #expect(kept.keys.sorted() == [0, 1, 2, 3, 4, 5] && cluster.made.count == 5 && cluster.isEmpty)
    #expect(kept[5] == kept[1] && kept[5]?.outcome == .graded)
  }

  @Test(
    "a request that is not answered is waited for, whatever it was and whether it was carried out",
    arguments: [
      "try pods", "list jobs", "list pods", "list secrets", "create jobs", "create secrets",
      "patch secrets", "delete jobs", "delete secrets", "log pods",
    ])
  func unanswered(request: String) throws {
    let cluster = try willing(tasks)
    cluster.unanswered = [request: 4]
    var kept: [Int: GradedSubmission] = [:]
    try grading(cluster, patience: 600_000) { result, task in
      #expect(kept.updateValue(result, forKey: task.place) == nil, "kept twice")
    }.run(tasks)
    #expect(cluster.unanswered[request] == 0, "it was asked")
    #expect(kept.count == 5 && kept.values.allSatisfy { $0.outcome == .graded })
    #expect(cluster.made.count == 5 && cluster.isEmpty)
  }

  @Test("a log that is not to be had, now or ever, is nobody's result")
  func logs() throws {
    let cluster = try willing(tasks)
    cluster.unanswered = ["log pods": .max]
    let silent = #expect(throws: DklabError.self) {
      try grading(cluster) { _, _ in Issue.record("there is no result") }.run(tasks)
    }
    #expect(silent?.id == GradeClusterSetting.unreachable)
    let other = try willing(tasks)
    other.log = { _ in throw DklabError(.denied, id: "grade.cluster", Text("no", ko: "안 됨")) }
    let refused = #expect(throws: DklabError.self) {
      try grading(other) { _, _ in Issue.record("there is no result") }.run(tasks)
    }
    #expect(refused?.id == "grade.cluster" && other.isEmpty)
  }
}
