// `dklab grade`: submissions are handed to workers, each a process that grades one after the other, and
// what comes back is kept at once. A worker that dies or does not come back costs its own submission an
// error and nobody else anything. The order of the results is the order of the files, however many
// workers there are.
//
// Next: GradeRun+Cluster.swift, GradeWorker.swift, GradeStore.swift, Scoring.swift.

import Documents
import Engine
import Glibc
import Linux
import Support

/// A run over many submissions.
package final class GradeRun {
  /// What is graded, and how.
  package struct Wish: Sendable {
    package var files: [String]
    /// Folders of labs by id; only submissions of these are graded.
    package var labs: [String: String]
    package var hidden: [String: String] = [:]
    package var secret: String?
    package var output: String
    package var jobs: Int?
    package var seconds: Int?
    package var memory: Int64?
    package var retriesErrors = false
    package var allowsNetwork = false
    package var kit: String
    /// In a pod: what the asker's limits are, this one student's seed, and a word for control groups, since
    /// process ids are small there.
    var limits: GradeSandbox.Limits?
    var seed: UInt64?
    var mark: String?

    package init(files: [String], labs: [String: String], output: String, kit: String) {
      (self.files, self.labs, self.output, self.kit) = (files, labs, output, kit)
    }
  }

  let wish: Wish
  private let root: DataRoot
  private let report: (GradedSubmission, Int, Int) -> Void
  private let cluster: GradeClusterSetting?
  let limits: GradeSandbox.Limits
  private let work: String
  private let mark: String
  private var results: [Int: GradedSubmission] = [:]
  /// What the instructor should know, though every submission has its result: what has stayed on the cluster.
  package internal(set) var remark: DklabError?
  private var slots: [Slot] = []

  /// One worker and what it is at.
  private struct Slot {
    var process: WorkerProcess
    var number: Int
    var task: Int?
    var deadline: Int64 = 0
  }

  private static let grace: Int64 = 60_000

  /// `report` is told of each result, and how many of how many there are. With a `cluster` the work is
  /// done there, else here.
  package init(
    _ wish: Wish, root: DataRoot, cluster: GradeClusterSetting? = nil,
    report: @escaping (GradedSubmission, Int, Int) -> Void
  ) {
    self.wish = wish
    self.root = root
    self.cluster = cluster
    self.report = report
    var limits = wish.limits ?? GradeSandbox.Limits()
    limits.seconds = wish.seconds ?? limits.seconds
    limits.memory = wish.memory ?? limits.memory
    limits.disk = min(limits.disk, limits.memory / 2)
    self.limits = limits
    mark = wish.mark ?? "\(getpid())"
    work = "\(root.path)/grading/run-\(getpid())"
  }

  /// Grades everything that has no result yet. One result for each file, in the order of the files.
  package func run() throws -> [GradedSubmission] {
    signal(SIGPIPE, SIG_IGN)
    try Directory.make(root.path, mode: 0o711)
    try removeLeftOvers()
    try Directory.make(work)
    defer { finish() }
    let context = try context()
    let store = try GradeStore(directory: wish.output, context: context)
    var open: [Int] = []
    for (place, file) in wish.files.enumerated() {
      let name = file.split(separator: "/").last.map(String.init) ?? file
      let digest = (try? LabBundle.digest(File.read(file, limit: 64 << 20)).hex) ?? ""
      if let known = try store.result(name, digest), known.outcome != .error || !wish.retriesErrors
      {
        results[place] = known
      } else {
        open.append(place)
      }
    }
    if !open.isEmpty {
      do {
        if let cluster {
          try carryOut(open, on: cluster, context, store)
        } else {
          try carryOut(open, try images(), store)
        }
      } catch let error as DklabError where error.id.hasPrefix("grade.cluster") {
        if open.allSatisfy({ results[$0] != nil }) {
          remark = error
        } else {
          excuse(open, error)
        }
      }
    }
    return wish.files.indices.map {
      results[$0]
        ?? failure($0, Text("it was left out", ko: "채점에서 빠졌습니다"), "grade.system")
    }
  }

  /// The cluster makes no pods. That is an error for everybody and nobody's fail; it is not kept, so that
  /// the next run begins anew.
  private func excuse(_ tasks: [Int], _ error: DklabError) {
    for task in tasks where results[task] == nil {
      var result = failure(task, error.message, error.id)
      if let submission = try? SubmissionReader.read(wish.files[task]) {
        result.identify(submission.manifest)
      }
      results[task] = result
      report(result, results.count, wish.files.count)
    }
  }

  /// Everything that decides about a result, besides the file.
  private func context() throws -> String {
    var parts = ["2 \(wish.kit)", "limits \(try JSONValue(encoding: limits).text())"]
    for (id, folder) in wish.labs.sorted(by: { $0.key < $1.key }) {
      parts.append("\(id) \(try LabBundle.digest(File.read(folder + "/lab.md")).hex)")
    }
    for (id, path) in wish.hidden.sorted(by: { $0.key < $1.key }) {
      parts.append("hidden \(id) \(try LabBundle.digest(File.read(path)).hex)")
    }
    if let secret = wish.secret { parts.append("secret \(secret)") }
    return try LabBundle.digest(Array(parts.joined(separator: "\n").utf8)).hex
  }

  /// The images of all labs, made ready by the first worker.
  private func images() throws -> String {
    let names = try wish.labs.values.flatMap { try LabCatalog.lab($0).images }
    let worker = try startWorker()
    let job = GradeImages.Job(
      images: Set(names).sorted(), directory: root.path + "/grading", place: try place(0),
      name: "\(mark)-images")
    try worker.process.ask(GradeWorker.Question.images(job))
    while true {
      switch try worker.process.take(GradeWorker.Answer.self) {
      case .images(let path)?: return path
      // Each submission will find that out for itself, and what can be judged without is judged.
      case .failed(_, GradeSandbox.forbidden)?: return ""
      case .failed(let reason, let id)?: throw DklabError(.unavailable, id: id, reason)
      default: continue
      }
    }
  }

  private func place(_ number: Int) throws -> String {
    let path = "\(work)/\(number)"
    try Directory.make(path)
    return path
  }

  private func startWorker() throws -> Slot {
    let slot = Slot(
      process: try WorkerProcess(["lab", "__grader", work]), number: slots.count, task: nil)
    slots.append(slot)
    return slot
  }

  /// How many submissions at the same time when nobody says: twice as many as there are processors, for
  /// much of what students do is waiting (for a container that does not want to stop, for a prompt);
  /// fewer when half of the memory could not hold that many.
  static func jobs(processors: Int, memory: Int64, each: Int64) -> Int {
    let fitting = Int(clamping: memory / 2 / max(1, each))
    return max(1, processors, min(2 * processors, fitting))
  }

  private func carryOut(_ tasks: [Int], _ images: String, _ store: GradeStore) throws {
    var waiting = tasks[...]
    let jobs =
      wish.jobs
      ?? Self.jobs(
        processors: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
        memory: Int64(clamping: SystemUsage.memory()), each: limits.memory)
    while !waiting.isEmpty || slots.contains(where: { $0.task != nil }) {
      while slots.count < min(jobs, tasks.count) { _ = try startWorker() }
      for index in slots.indices where slots[index].task == nil {
        guard let task = waiting.popFirst() else { break }
        try hand(task, to: index, images)
      }
      try gather(store)
    }
  }

  private func hand(_ task: Int, to index: Int, _ images: String) throws {
    let job = GradeJob(
      file: wish.files[task], labs: wish.labs, hidden: wish.hidden, images: images,
      place: try place(slots[index].number), name: "\(mark)-\(task)", limits: limits,
      secret: wish.secret, seed: wish.seed, allowsNetwork: wish.allowsNetwork)
    slots[index].task = task
    slots[index].deadline = monotonicMilliseconds() + Int64(limits.seconds) * 1000 + Self.grace
    try slots[index].process.ask(GradeWorker.Question.grade(job))
  }

  /// Waits until a worker has something to say, or has had its time.
  private func gather(_ store: GradeStore) throws {
    let busy = slots.indices.filter { slots[$0].task != nil }
    var entries = busy.map { PollEntry(fd: slots[$0].process.output, events: .readable) }
    _ = try pollDescriptors(&entries, timeout: 1000)
    for (index, entry) in zip(busy, entries) {
      guard let task = slots[index].task else { continue }
      let isLate = monotonicMilliseconds() > slots[index].deadline
      guard isLate || !entry.ready.isEmpty else { continue }
      guard let result = outcome(of: task, from: slots[index], isLate: isLate) else { continue }
      if result.reasonID == "grade.worker" {
        slots[index].process.end()
        slots[index].process = try WorkerProcess(["lab", "__grader", work])
      }
      slots[index].task = nil
      try keep(result, task, store)
    }
  }

  /// What the worker in `slot` says of `task`; nil while it has not said all of it. A worker that died,
  /// talks nonsense or has had its time costs its own submission an error.
  private func outcome(of task: Int, from slot: Slot, isLate: Bool) -> GradedSubmission? {
    do {
      if isLate {
        return failure(
          task, Text("grading it took too long", ko: "채점이 너무 오래 걸렸습니다"), "grade.worker")
      }
      switch try slot.process.take(GradeWorker.Answer.self) {
      case .graded(let result)?: return result
      case .failed(let reason, let id)?: return failure(task, reason, id)
      case .images?, nil: return nil
      }
    } catch {
      let reason = (error as? DklabError)?.message ?? Text("\(error)", ko: "\(error)")
      return failure(task, reason, "grade.worker")
    }
  }

  func failure(_ task: Int, _ reason: Text, _ id: String) -> GradedSubmission {
    let file = wish.files[task]
    let digest = (try? LabBundle.digest(File.read(file, limit: 64 << 20)).hex) ?? ""
    var result = GradedSubmission(
      file: file.split(separator: "/").last.map(String.init) ?? file, digest: digest,
      outcome: .error)
    result.reason = reason
    result.reasonID = id
    return result
  }

  func keep(_ result: GradedSubmission, _ task: Int, _ store: GradeStore) throws {
    // That is of the set-up and not of the submission: when it is mended, the next run begins anew.
    if !GradeParcel.hopeless.contains(result.reasonID ?? "") { try store.keep(result) }
    results[task] = result
    report(result, results.count, wish.files.count)
  }

  /// Ends the workers and takes away what the run has made besides its results.
  private func finish() {
    for slot in slots where slot.task != nil { slot.process.end() }
    slots = []
    Engine.leaveUserNamespace(root: DataRoot(path: work))
    try? Directory.removeTree(work)
    Self.removeGroups("\(mark)-")
  }

  /// What runs that were killed have left: their names hold their process ids.
  private func removeLeftOvers() throws {
    for name in (try? Directory.list(root.path + "/grading")) ?? [] where name.hasPrefix("run-") {
      guard let pid = pid_t(name.dropFirst(4)), kill(pid, 0) != 0, errno == ESRCH else { continue }
      try? Directory.removeTree("\(root.path)/grading/\(name)")
      Self.removeGroups("\(pid)-")
    }
  }

  private static func removeGroups(_ prefix: String) {
    for hierarchy in CgroupLayout.observe().hierarchies {
      let parent = "\(hierarchy.base)/dklab-grade"
      for name in (try? Directory.list(parent)) ?? [] where name.hasPrefix(prefix) {
        removeGroup("\(parent)/\(name)")
      }
      rmdir(parent)
    }
  }

  private static func removeGroup(_ path: String) {
    for name in (try? Directory.list(path)) ?? [] where File.isDirectory("\(path)/\(name)") {
      removeGroup("\(path)/\(name)")
    }
    rmdir(path)
  }
}
