import Documents
import Glibc
import Linux
import Testing

@testable import Labs

/// Whether all of the corpus is graded, and not only a sample.
private let gradesAll = getenv("DKLAB_CORPUS").map { String(cString: $0) } == "all"

/// A class's worth of submissions, each graded as its label says: some of every kind, which is a minute; with
/// `DKLAB_CORPUS=all` all of them, which is some more.
@Suite("The corpus of submissions", .serialized, .enabled(if: containerObstacle == nil))
struct GradeCorpusTests {
  @Test("has at least 120 of them, every kind in every lab, under different names")
  func size() throws {
    let corpus = try GradeCorpus()
    #expect(corpus.items.count >= 120, "\(corpus.items.count)")
    #expect(Set(corpus.items.map(\.name)).count == corpus.items.count)
    for lab in GradeCorpus.labs {
      let kinds = Set(corpus.items.filter { $0.lab == lab }.map(\.kind))
      #expect(kinds == Set(GradeCorpus.Kind.allCases), "\(lab)")
    }
    #expect(Set(corpus.sample.map(\.kind)) == Set(GradeCorpus.Kind.allCases))
  }

  @Test("is graded as its labels say")
  func labels() throws {
    let corpus = try GradeCorpus()
    let items = gradesAll ? corpus.items : corpus.sample
    let bench = try GradeBench("corpus")
    defer { bench.close() }
    for item in items { try item.write(bench.path(item.name)) }
    try File.replace(bench.folder + "/secret", GradeCorpus.secret + "\n", durable: false)
    try File.replace(
      bench.folder + "/rubric.yaml",
      "rubric: 1\nlate: {due: \(GradeCorpus.due), per-day: 10, at-most: 50, by: created}\n",
      durable: false)
    let output = bench.grade(
      ["--secret", bench.folder + "/secret", "--rubric", bench.folder + "/rubric.yaml", "-q"])
    // What is no submission was refused, and nothing was an error of ours.
    #expect(output.status == 1, "\(output)")
    let results = try bench.results()
    #expect(results.count == items.count)
    for item in items { judge(item, results[item.name]) }
  }

  private func judge(_ item: GradeCorpus.Item, _ result: GradeBench.Result?) {
    guard let result else {
      Issue.record("\(item.name): no result")
      return
    }
    let all = "\(item.name): \(result.json)"
    #expect(result.outcome == item.outcome, "\(all)")
    #expect(result.reason.hasPrefix(item.reason), "\(all)")
    for step in item.solved {
      let left = result.failed.filter { $0.hasPrefix(step + "/") }
      #expect(left == [] && result.checks.keys.contains { $0.hasPrefix(step + "/") }, "\(all)")
    }
    for check in item.fails { #expect(result.checks[check] == "fail", "\(all)") }
    for step in item.untouched {
      let passed = result.checks.filter { $0.key.hasPrefix(step + "/") && $0.value == "pass" }
      #expect(passed.isEmpty, "\(all)")
    }
    for kind in item.observed {
      #expect(result.observations.contains(kind), "\(item.name): \(result.observations)")
    }
    if item.kind == .right || item.kind == .alternative || item.kind == .late {
      #expect(result.observations.allSatisfy { $0.hasPrefix("same.") }, "\(all)")
    }
    if let score = item.score { #expect(result.score == score, "\(all)") }
    guard item.outcome == "graded" else { return }
    #expect(result.json["daysLate"]?.int == item.daysLate, "\(all)")
    if item.daysLate > 0 {
      #expect((result.json["latePenalty"]?.double ?? 0) > 0 && result.score > 0, "\(all)")
    }
  }
}
