import ArgumentParser
import Documents
import Engine
import Glibc
import Labs
import Linux
import Support

/// `dklab grade`: the instructor's side of labs.
struct Grade: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grade",
    abstract: "Grade submissions: do their work again in sandboxes, and judge what comes of it",
    discussion:
      "Takes files and folders of files. Results are kept in the output folder as they come; "
      + "a run that was interrupted goes on where it stood. Exit status: 0 everything was judged, 1 a "
      + "submission was refused, 3 the grader failed on one (--retry-errors tries again).")

  @OptionGroup var course: GradeCourseOptions
  @OptionGroup var reports: GradeReportOptions
  @OptionGroup var place: GradePlaceOptions
  @Option(
    name: .shortAndLong,
    help: "How many at the same time; two for each processor when not given, 20 on a cluster")
  var jobs: Int?
  @Option(help: "Seconds for one submission; 180 when not given") var seconds: Int?
  @Option(help: "Memory for one submission; 1g when not given") var memory: String?
  @Flag(help: "Grade again what failed for reasons of the grader's") var retryErrors = false
  @Flag(help: "Let labs that need the internet have it") var network = false
  @Flag(help: "Print the JSON Schema of results.json") var schema = false
  @Flag(name: .shortAndLong, help: "No table") var quiet = false
  @Argument(help: "Submissions, or folders of them", completion: .file()) var paths: [String] = []

  func validate() throws {
    if (jobs ?? 1) < 1 || (seconds ?? 30) < 30 {
      throw ValidationError("--jobs takes a number from 1, --seconds from 30")
    }
    if paths.isEmpty, !schema { throw ValidationError("name submissions, or a folder of them") }
  }

  func run() throws {
    guard !schema else { return print(GradeJSON.schema.text(pretty: true)) }
    let root = try DataRoot.current()
    // What is wrong for everybody is told before the first submission.
    let roster = try course.roster.map { try Roster($0) } ?? Roster()
    roster.remark.map(note)
    let wish = try wish()
    let scoring = Scoring(try course.rubric(wish.labs))
    var progress = ProgressLine(
      Text("grading", ko: "채점")(), total: Int64(wish.files.count), unit: .items)
    let begun = monotonicMilliseconds()
    let run = GradeRun(wish, root: root, cluster: try place.setting(jobs)) { _, done, _ in
      progress.update(Int64(done))
    }
    // Also after Ctrl-C: what has stayed on the cluster is to be known.
    defer { run.remark.map(Self.tell) }
    let results = try run.run()
    let seconds = (monotonicMilliseconds() - begun) / 1000
    progress.finish(
      Text("\(results.count) in \(seconds) s", ko: "제출물 \(results.count)개, \(seconds)초")())
    var scores = scoring.scores(results, received: wish.files.map(Self.modified))
    if !roster.students.isEmpty { scores = scores.map { Self.known($0, in: roster) } }
    if quiet {
      GradeTable.errors(scores).map(note)
    } else {
      printLines(GradeTable.lines(scores, facts: .standardOutput))
    }
    try reports.write(scores, roster)
    if results.contains(where: { $0.outcome == .error }) { throw ExitCode(3) }
    if results.contains(where: { $0.outcome == .refused }) { throw ExitCode(1) }
  }

  private func wish() throws -> GradeRun.Wish {
    let labs = try course.labs()
    let found: SubmissionFiles.Found
    do {
      found = try SubmissionFiles.look(paths)
    } catch let error as DklabError where error.id == "grade.nothing" {
      try reports.writeGradescope(nothing: error)
      throw error
    }
    let own = LabCatalog.absolute(reports.output) + "/"
    SubmissionFiles.remark(of: found.others.filter { !$0.hasPrefix(own) }).map(note)
    var wish = GradeRun.Wish(
      files: found.submissions, labs: labs, output: reports.output, kit: Version.text)
    wish.hidden = try course.hiddenChecks(labs)
    wish.secret = try course.secret.map(CourseSeed.secret)
    wish.jobs = jobs
    wish.seconds = seconds
    wish.memory = try memory.map { text in
      try flagValue("--memory", text) { try ByteSize.parseBinary($0) }
    }
    wish.retriesErrors = retryErrors
    wish.allowsNetwork = network
    return wish
  }

  private func note(_ text: Text) { ProgressLine.writeToStandardError(text() + "\n") }

  private static func tell(_ remark: DklabError) {
    for line in ErrorReport().lines(for: remark) { ProgressLine.writeToStandardError(line + "\n") }
  }

  /// When the file came, in nanoseconds since 1970.
  private static func modified(_ path: String) -> Int64? {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    return Int64(info.st_mtim.tv_sec) * 1_000_000_000 + Int64(info.st_mtim.tv_nsec)
  }

  private static func known(_ score: Score, in roster: Roster) -> Score {
    guard score.result.outcome != .refused, roster.student(score.result.student.id) == nil else {
      return score
    }
    var score = score
    score.observations.append(.unknownStudent)
    return score
  }
}

/// Where submissions are done again.
struct GradePlaceOptions: ParsableArguments {
  enum Place: String, ExpressibleByArgument, CaseIterable { case here, kubernetes }

  @Option(help: "here, or kubernetes: one Job for each submission on a cluster") var on =
    Place.here
  @Option(help: "On a cluster: the image with dklab and the labs' images")
  var image = "dklab-grader"
  @Option(help: "On a cluster: the kubeconfig file", completion: .file()) var kubeconfig: String?
  @Option(help: "On a cluster: the context of the kubeconfig") var context: String?
  @Option(help: "On a cluster: the namespace for the Jobs") var namespace: String?

  func validate() throws {
    guard on == .here, kubeconfig != nil || context != nil || namespace != nil else { return }
    throw ValidationError("--kubeconfig, --context and --namespace go with --on kubernetes")
  }

  /// The cluster; nil for this machine.
  func setting(_ jobs: Int?) throws -> GradeClusterSetting? {
    guard on == .kubernetes else { return nil }
    return GradeClusterSetting(
      cluster: try KubectlGradeCluster(
        kubeconfig: kubeconfig, context: context, namespace: namespace),
      image: image, window: jobs)
  }
}

/// What a course grades by.
struct GradeCourseOptions: ParsableArguments {
  @Option(help: "The labs that are graded; all labs there are when not given") var lab: [String] =
    []
  @Option(help: "Hidden checks, as LAB=FILE", completion: .file()) var hidden: [String] = []
  @Option(
    help: "A file with the course's secret, from which students' values come", completion: .file())
  var secret: String?
  @Option(help: "What passing is worth: a YAML file", completion: .file()) var rubric: String?
  @Option(help: "The students, as comma-separated values with a header", completion: .file())
  var roster: String?

  /// The folders of the labs by id.
  func labs() throws -> [String: String] {
    var found: [String: String] = [:]
    for folder in try LabCatalog.chosen(lab) {
      let lab = try LabCatalog.lab(folder)
      found[lab.id] = LabCatalog.absolute(lab.folder)
    }
    return found
  }

  /// What passing is worth; its names have to be those of `labs` or of hidden checks.
  func rubric(_ labs: [String: String]) throws -> Rubric {
    guard let path = rubric else { return Rubric() }
    let rubric = try Rubric(path)
    let known = try labs.sorted { $0.key < $1.key }.map { try LabCatalog.lab($0.value) }
    var secret: Set<String> = []
    for (id, file) in try hiddenChecks(labs) {
      guard let lab = known.first(where: { $0.id == id }) else { continue }
      secret.formUnion(try HiddenChecks(file, for: lab).names)
    }
    try rubric.validate(for: known, hidden: secret)
    return rubric
  }

  /// The hidden checks' files by lab. What is wrong with them is wrong for everybody: better said
  /// before the first submission.
  func hiddenChecks(_ labs: [String: String]) throws -> [String: String] {
    var found: [String: String] = [:]
    for word in hidden {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let folder = labs[parts[0]] else {
        throw ValidationError("--hidden takes LAB=FILE, and LAB has to be graded: \(word)")
      }
      _ = try HiddenChecks(parts[1], for: try LabCatalog.lab(folder))
      found[parts[0]] = LabCatalog.absolute(parts[1])
    }
    return found
  }
}

/// Where the outcome goes.
struct GradeReportOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "The folder for results and reports: results.json, grades.csv, junit.xml, report.html",
    completion: .directory)
  var output = "graded"
  @Option(help: "How grades.csv is laid out: full, excel, canvas or moodle")
  var csv = GradeCSV.Preset.full
  @Option(help: "Also write one submission's outcome as Gradescope wants it", completion: .file())
  var gradescope: String?

  func write(_ scores: [Score], _ roster: Roster) throws {
    func put(_ name: String, _ text: String) throws {
      try File.replace("\(output)/\(name)", text, mode: 0o600, durable: false)
    }
    try put("results.json", GradeJSON.document(scores).text(pretty: true) + "\n")
    try put("grades.csv", GradeCSV.text(scores, roster: roster, preset: csv))
    try put("junit.xml", GradeJUnit.text(scores))
    try put("report.html", GradeHTML(scores).text)
    guard gradescope != nil else { return }
    let counting = scores.filter(\.counts)
    guard counting.count == 1 else {
      throw ValidationError(
        "--gradescope is for one student and one lab, there are \(counting.count) results that count"
      )
    }
    try writeGradescope(Gradescope.document(counting[0]))
  }

  /// A student has handed in no submission: theirs to mend.
  func writeGradescope(nothing error: DklabError) throws {
    try writeGradescope(Gradescope.document(nothing: error))
  }

  private func writeGradescope(_ document: JSONValue) throws {
    guard let gradescope else { return }
    try File.replace(gradescope, document.text(pretty: true) + "\n", durable: false)
  }
}

extension GradeCSV.Preset: ExpressibleByArgument {}
