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

  /// A cluster whose pods grade at the second look.
  private final class Dictionaries: GradeCluster {
    let namespace = "labs"
    var objects: [GradeClusterKind: [String: JSONValue]] = [:]
    var made: [String] = []
    var looks: [String: Int] = [:]
    var digests: [String: String] = [:]
    var waiting: String?
    var kills = 0
    /// What the pod of the nth Job prints.
    var log: (String) throws -> String = { _ in "" }

    private func has(_ object: JSONValue, _ labels: String) -> Bool {
      labels.split(separator: ",").allSatisfy { pair in
        let parts = pair.split(separator: "=").map(String.init)
        return object["metadata"]?["labels"]?[parts[0]]?.string == parts[1]
      }
    }

    func list(_ kind: GradeClusterKind, labels: String) throws -> [JSONValue] {
      if kind == .jobs { advance() }
      return (objects[kind] ?? [:]).values.filter { has($0, labels) }
    }

    private func advance() {
      for (name, job) in objects[.jobs] ?? [:] {
        looks[name, default: 0] += 1
        var pod: JSONValue = ["metadata": job["metadata"] ?? [:], "status": ["phase": "Running"]]
        if let waiting {
          pod["status"] = [
            "containerStatuses": [["state": ["waiting": ["reason": .string(waiting)]]]]
          ]
        } else if kills > 0 {
          kills -= 1
          objects[.jobs]?[name] = nil
          continue
        } else if looks[name] ?? 0 > 1 {
          pod["status"] = ["phase": "Succeeded"]
          objects[.jobs]?[name]?["status"] = [
            "conditions": [["type": "Complete", "status": "True"]]
          ]
        }
        objects[.pods, default: [:]][name] = pod
      }
    }

    func create(
      _ kind: GradeClusterKind, _ object: JSONValue, isTrial: Bool
    ) throws -> JSONValue {
      guard !isTrial else { return object }
      let name = object["metadata"]?["name"]?.string ?? ""
      guard objects[kind]?[name] == nil else {
        throw DklabError(.conflict, id: "grade.cluster", Text("exists", ko: "있음"))
      }
      objects[kind, default: [:]][name] = object
      if kind == .jobs { made.append(name) }
      return object
    }

    func patch(_ kind: GradeClusterKind, _ name: String, _ change: JSONValue) throws {
      #expect(objects[kind]?[name] != nil && change["metadata"]?["ownerReferences"] != nil)
    }

    func delete(_ kind: GradeClusterKind, _ name: String) throws {
      objects[kind]?[name] = nil
      if kind == .jobs { objects[.pods]?[name] = nil }
    }

    func log(ofPod name: String) throws -> String? { try log(name) }

    var isEmpty: Bool { objects.values.allSatisfy(\.isEmpty) }
  }

  private func grading(
    _ cluster: Dictionaries, _ kept: @escaping (GradedSubmission, ClusterGrading.Task) -> Void
  ) -> ClusterGrading {
    var setting = GradeClusterSetting(cluster: cluster, image: "i", window: 2)
    setting.interval = 1
    setting.patience = 1
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
    let cluster = Dictionaries()
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
    let cluster = Dictionaries()
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
    let cluster = Dictionaries()
    cluster.waiting = "ErrImageNeverPull"
    let error = #expect(throws: DklabError.self) {
      try grading(cluster) { _, _ in Issue.record("there is no result") }.run(tasks)
    }
    #expect(error?.id == "grade.cluster-pods" && cluster.isEmpty)
  }
}
