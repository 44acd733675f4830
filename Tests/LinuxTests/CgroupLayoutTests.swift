import Support
import Testing

@testable import Linux

/// Layouts from folders: `mountinfo` and `cgroup` as in /proc/self, `files` (what is below the
/// mounts), `expected`; and for an ordinary user `writable`: directories with their control files,
/// or after "=" one path alone.
@Suite("cgroup layouts")
struct CgroupLayoutTests {
  static let fixtures: String = {
    let file = #filePath
    return String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]) + "/Fixtures/CgroupLayout"
  }()

  static let cases = (try? Directory.list(fixtures)) ?? []

  @Test("the folders are there")
  func folders() {
    #expect(Self.cases.count >= 10)
  }

  @Test("each machine is seen for what it is", arguments: cases)
  func layout(name: String) throws {
    let folder = "\(Self.fixtures)/\(name)"
    let files = try Directory.list(folder).contains("files") ? lines("\(folder)/files") : []
    var contents: [String: String] = [:]
    for line in files {
      let parts = line.split(separator: "=", maxSplits: 1)
      contents[String(parts[0])] = parts.count > 1 ? String(parts[1]) + "\n" : "\n"
    }
    let writable =
      try Directory.list(folder).contains("writable") ? lines("\(folder)/writable") : []
    let layout = CgroupLayout.plan(
      CgroupLayout.Observation(
        mounts: try File.text("\(folder)/mountinfo"), membership: try File.text("\(folder)/cgroup"),
        isRoot: !File.exists("\(folder)/writable"), contents: { contents[$0] },
        isWritable: { path in
          writable.contains { path == $0 || path.hasPrefix($0 + "/cgroup.") || "=\(path)" == $0 }
        }))
    #expect(describe(layout) == (try File.text("\(folder)/expected")))
  }

  private func lines(_ path: String) throws -> [String] {
    try File.text(path).split(separator: "\n").map(String.init)
  }

  private func describe(_ layout: CgroupLayout) -> String {
    var text = "\(layout.kind.rawValue)\n"
    for hierarchy in layout.hierarchies {
      let kind = hierarchy.isUnified ? " unified" : ""
      text += "\(hierarchy.controllers.joined(separator: ","))\(kind) \(hierarchy.base)\n"
    }
    if let limitation = layout.limitation { text += "\(limitation.en)\n\(limitation.ko)\n" }
    return text
  }
}
