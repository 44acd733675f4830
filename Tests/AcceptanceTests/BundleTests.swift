import Glibc
import Linux
import Testing

/// The same bundles, run by us and by the runtimes of the field: the same status, and the same view
/// from inside. Where a difference is right, differences.md says why.
@Suite(
  "Bundles as other runtimes run them", .serialized, .disabled(if: bundleObstacle != nil))
struct BundleTests {
  static let peers = ["runc", "crun"].filter { ChildProgram.find($0) != nil }

  @Test("there are cases") func existence() {
    #expect(BundleRun.cases.count >= 40)
  }

  @Test("a bundle shows what it should, and what other runtimes show", arguments: BundleRun.cases)
  func view(name: String) throws {
    let own = try run(name, "dklab")
    let expected = try File.text("\(BundleRun.folder)/\(name)/expected.txt").split(separator: "\n")
    try #require(!expected.isEmpty)
    let fails = expected.contains("status failed")
    if fails { #expect(own.view.failed, "\(own.output)") }
    for line in expected where line != "status failed" { check(String(line), own) }
    #expect(!own.view.lines.contains("left behind"))
    for peer in Self.peers {
      let other = try run(name, peer)
      if fails {
        let same = other.view.failed == own.view.failed
        #expect(
          same || BundleDifference.explains("status", name, peer), "\(peer): \(other.output)")
        continue
      }
      let (mine, theirs) = own.view.differences(from: other.view)
      let open = { (line: String) in !BundleDifference.explains(line, name, peer) }
      let (ours, others) = (mine.filter(open), theirs.filter(open))
      #expect(
        ours.isEmpty && others.isEmpty,
        "\(name), only dklab: \(ours)\nonly \(peer): \(others)\n\(other.output.errors)")
    }
  }

  /// `! line` must not be there; `v1 line` counts where the limits are in v1 hierarchies.
  private func check(_ line: String, _ run: (output: Sandbox.Output, view: BundleView)) {
    if line.hasPrefix("! ") {
      #expect(!run.view.lines.contains(String(line.dropFirst(2))), "\(run.output)")
    } else if line.hasPrefix("v1 ") {
      guard CgroupLayout.observe().kind != .v2 else { return }
      #expect(run.view.lines.contains(String(line.dropFirst(3))), "\(line) in \(run.output)")
    } else {
      #expect(run.view.lines.contains(line), "\(line) in \(run.output)")
    }
  }

  private func run(_ name: String, _ runtime: String) throws
    -> (output: Sandbox.Output, view: BundleView)
  {
    let bundle = try BundleRun(name, runtime: runtime)
    defer { bundle.remove() }
    return bundle.run()
  }
}

/// One row of differences.md: lines of a view that may differ, in which bundle, from whom, and why.
struct BundleDifference {
  var bundle: Substring
  var runtime: Substring
  var line: Substring

  static let table: [BundleDifference] = {
    let text = (try? File.text("\(BundleRun.folder)/differences.md")) ?? ""
    return text.split(separator: "\n").compactMap { row -> BundleDifference? in
      let cells = row.split(separator: "|").map(bare)
      guard row.hasPrefix("| `"), cells.count == 4 else { return nil }
      return BundleDifference(bundle: cells[0], runtime: cells[1], line: cells[2])
    }
  }()

  /// The text of a cell without blanks and quotes.
  private static func bare(_ cell: Substring) -> Substring {
    var cell = cell.drop { $0 == " " || $0 == "`" }
    while let last = cell.last, last == " " || last == "`" { cell.removeLast() }
    return cell
  }

  /// Whether a row allows `line` to differ. A star in a cell stands for anything.
  static func explains(_ line: String, _ bundle: String, _ runtime: String) -> Bool {
    func fits(_ cell: Substring, _ text: String) -> Bool {
      guard let star = cell.firstIndex(of: "*") else { return cell == text }
      let end = cell[cell.index(after: star)...].prefix { $0 != "*" }
      return text.hasPrefix(cell[..<star]) && (end.isEmpty || text.contains(end))
    }
    return table.contains {
      fits($0.bundle, bundle) && fits($0.runtime, runtime) && fits($0.line, line)
    }
  }
}

/// Why bundles cannot be run here; nil when they can.
let bundleObstacle: String? =
  geteuid() != 0 ? "needs root" : File.exists("/bin/busybox") ? nil : "needs busybox-static"
