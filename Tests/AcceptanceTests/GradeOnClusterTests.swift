import Documents
import Glibc
import Linux
import Testing

@testable import Labs

/// `dklab grade --on kubernetes` on a cluster of our own, with the image of Courseware/graders.
@Suite("Grading on our cluster", .serialized, .enabled(if: containerObstacle == nil))
struct GradeOnClusterTests {
  /// The image, and a cluster with a kubeconfig of its own.
  private final class Bench {
    let image: GraderImage
    let cluster = "g\(UInt32.random(in: 0 ... .max))"

    init() throws {
      image = try GraderImage()
      let up = dklab(["kube", "up", "--name", cluster])
      try #require(up.status == 0, "\(up)")
    }

    func dklab(_ words: [String], seconds: Int = 300) -> Sandbox.Output {
      Sandbox.run(words, environment: environment, seconds: seconds)
    }

    private var environment: [String: String] {
      image.environment.merging(["KUBECONFIG": image.place + "/kubeconfig"]) { $1 }
    }

    func grade(_ more: [String] = [], image other: String? = nil) -> Sandbox.Output {
      dklab(gradeWords(other) + more)
    }

    func gradeWords(_ other: String? = nil) -> [String] {
      [
        "grade", image.bench.folder + "/in", "-o", image.place + "/out", "--lab", "day44", "-q",
        "--on", "kubernetes", "--image", other ?? image.name, "--memory", "512m",
      ]
    }

    /// Starts grading in a shell that does `script` with $pid, and waits for its end.
    func grade(beside script: String, _ more: [String] = []) -> Sandbox.Output {
      Sandbox.run(
        [
          "-c",
          "kubectl() { \(Sandbox.binary) kubectl \"$@\"; }; \"$0\" \"$@\" & pid=$!; \(script)",
        ]
          + [Sandbox.binary] + gradeWords() + more, program: "/bin/bash", environment: environment,
        seconds: 300)
    }

    func results() throws -> [String: GradeBench.Result] { try image.bench.results() }

    /// What grading has on the cluster.
    var left: String {
      let output = dklab([
        "kubectl", "get", "jobs,pods,secrets", "-A", "-l",
        "app.kubernetes.io/managed-by=dklab-grade", "-o", "name",
      ])
      return output.output + (output.status == 0 ? "" : output.errors)
    }

    func close() {
      let down = dklab(["kube", "down", "--name", cluster])
      #expect(down.status == 0, "\(down)")
      image.close()
    }
  }

  private func withBench(_ body: (Bench) throws -> Void) throws {
    let bench = try Bench()
    defer { bench.close() }
    try body(bench)
  }

  @Test("says of every submission what this machine says, and leaves nothing on the cluster")
  func same() throws {
    try withBench { bench in
      let step = try bench.image.submit("right")
      try bench.image.submit("idle", solved: false)
      let path = bench.image.bench.path
      var hostile = try SubmissionFactory(GradeBench.lab("day44"), student: "hostile")
      hostile.type(
        "for p in /proc/[0-9]*; do cat $p/root/parcel/*; done; ls /parcel && docker run --name leak ubuntu true"
      )
      hostile.type("kill -9 -1; kill -9 1")
      try hostile.write(to: path("hostile"))
      try File.replace(path("broken"), "I did everything, trust me.\n", durable: false)
      try SubmissionFactory(GradeBench.lab("day42"), student: "foreign").write(to: path("foreign"))
      try File.replace(
        bench.image.place + "/hidden.md",
        "## First {#first}\n\n```check\n- id: no-leak\n  journal.count: {event: container.create leak, is: 0}\n```\n",
        durable: false)
      try File.replace(
        bench.image.place + "/secret", "a-secret-that-only-the-cluster-test-knows\n",
        durable: false)
      let options = [
        "--hidden", "day44=\(bench.image.place)/hidden.md", "--secret",
        bench.image.place + "/secret",
      ]
      let there = bench.grade(options)
      #expect(there.status == 1, "\(there)")
      #expect(bench.left == "")
      let onCluster = try bench.results()
      let here = bench.image.bench.grade(["--lab", "day44", "--memory", "512m", "-q"] + options)
      // It knew them all: a result is one, wherever it was found.
      #expect(here.status == 1, "\(here)")
      #expect(
        try onCluster.mapValues { $0.json.text() } == bench.results().mapValues { $0.json.text() })
      try Directory.removeTree(bench.image.place + "/out")
      _ = bench.image.bench.grade(["--lab", "day44", "--memory", "512m", "-q"] + options)
      let local = try bench.results()
      #expect(onCluster.keys.sorted() == ["broken", "foreign", "hostile", "idle", "right"])
      for (name, result) in onCluster {
        #expect(result.outcome == local[name]?.outcome, "\(name): \(result.json)")
        #expect(result.checks == local[name]?.checks, "\(name): \(result.json)")
        #expect(result.observations == local[name]?.observations, "\(name)")
        for key in ["student", "lab", "reasonId", "created"] {
          #expect(result.json[key] == local[name]?.json[key], "\(name) \(key): \(result.json)")
        }
      }
      #expect(onCluster["foreign"]?.outcome == "refused")
      #expect(onCluster["foreign"]?.json["student"]?["id"]?.string == "foreign")
      #expect(onCluster["broken"]?.outcome == "refused")
      #expect(onCluster["hostile"]?.checks["first/no-leak"] == "pass")
      // The course's values, not the submission's: what was typed names another token.
      #expect(onCluster["right"]?.observations.contains("seed.foreign") == true)
      #expect(onCluster["right"]?.checks.keys.contains("\(step.id)/no-leak") == true)
    }
  }

  @Test("a pod that dies is tried again, and a run that is killed goes on with its Jobs")
  func killed() throws {
    try withBench { bench in
      let names = (1...4).map { "s\($0)" }
      let step = try bench.image.submit("s1")
      for name in names.dropFirst() { try bench.image.submit(name) }
      let label = "app.kubernetes.io/managed-by=dklab-grade"
      // A pod goes while it grades, then the grader itself as soon as there is a result.
      let first = bench.grade(
        beside: """
          while kill -0 $pid 2>/dev/null; do
            pod=$(kubectl get pods -l \(label) --field-selector status.phase=Running -o name | head -n 1)
            if [ -n "$pod" ]; then kubectl delete --force "$pod" && break; fi
            sleep 0.1
          done
          # While it is held, it can neither take a Job away nor make one.
          while kill -STOP $pid 2>/dev/null; do
            if grep -aqs '"outcome":"graded"' \(bench.image.place)/out/results.db* &&
              [ -n "$(kubectl get jobs -l \(label) -o name)" ]; then break; fi
            kill -CONT $pid; sleep 0.1
          done
          kill -9 $pid && echo killed; wait $pid 2>/dev/null
          """, ["--jobs", "2"])
      #expect(first.output.contains("deleted") && first.output.contains("killed"), "\(first)")
      #expect(!File.exists(bench.image.place + "/out/results.json"), "not in the middle")
      let jobs = bench.dklab(["kubectl", "get", "jobs", "-l", label, "-o", "name"]).lines
      #expect(!jobs.isEmpty, "its Jobs stay")
      let second = bench.grade()
      #expect(second.status == 0, "\(second)")
      #expect(bench.left == "")
      let results = try bench.results()
      #expect(results.keys.sorted() == names)
      for name in names {
        for check in step.checkIDs {
          #expect(results[name]?.checks["\(step.id)/\(check)"] == "pass", "\(name) \(check)")
        }
      }
      // Ctrl-C takes everything away, and keeps what there is.
      try Directory.removeTree(bench.image.place + "/out")
      let third = bench.grade(
        beside: """
          while kill -0 $pid 2>/dev/null && [ -z "$(kubectl get jobs -l \(label) -o name)" ]
          do sleep 0.1; done
          kill -INT $pid; wait $pid; echo "status $?"
          """)
      #expect(third.output.contains("status 130"), "\(third)")
      #expect(bench.left == "")
    }
  }

  @Test(
    "a pod whose image has not the lab's images, or another kit, says so and is not tried again")
  func setUp() throws {
    let bench = try GradeBench("set-up")
    defer { bench.close() }
    let lab = try GradeBench.lab("day44")
    let path = bench.path("s1")
    try SubmissionFactory(lab, student: "s1").write(to: path)
    let bytes = try File.read(path, limit: 1 << 24)
    let environment = bench.environment.merging(["DKLAB_ROOT": bench.folder + "/empty"]) { $1 }
    let kit = Sandbox.run(["version", "--format", "{{.Client.Version}}"], environment: environment)
    for (asking, reason) in [
      (kit.lines.first ?? "", "image.not-found"), ("another", "grade.kit"),
    ] {
      let parcel = GradeParcel(
        kit: asking, lab: lab.id, digest: try LabBundle.digest(bytes).hex, limits: .init(),
        allowsNetwork: false)
      let folder = "\(bench.folder)/\(reason)"
      try Directory.make(folder)
      for (name, content) in try parcel.secrets(bytes, lab: lab.folder, hidden: nil).joined() {
        try File.replace("\(folder)/\(name)", content, durable: false)
      }
      let pod = Sandbox.run(["lab", "__parcel", folder], environment: environment)
      #expect(pod.status == GradeParcel.hopelessStatus, "\(pod)")
      let result = GradeAnswer.read(pod.output)
      #expect(result?.reasonID == reason && result?.outcome == .error, "\(pod)")
      #expect(result?.digest == parcel.digest)
    }
  }

  @Test("an image that is not there, and a cluster that is not, are errors and nobody's fail")
  func unable() throws {
    try withBench { bench in
      try bench.image.submit("s1")
      let none = bench.grade(image: "no-such-grader:1")
      #expect(none.status == 3, "\(none)")
      #expect(bench.left == "")
      let result = try bench.results()["s1"]
      #expect(result?.outcome == "error" && result?.reason == "grade.cluster-pods")
      #expect(result?.json["reason"]?["en"]?.string?.contains("no-such-grader") == true)
      let context = bench.grade(["--context", "nowhere"])
      #expect(context.status != 0 && context.errors.contains("nowhere"), "\(context)")
      // Nothing of it was kept: the right image grades it.
      let right = bench.grade()
      #expect(right.status == 0, "\(right)")
    }
  }
}
