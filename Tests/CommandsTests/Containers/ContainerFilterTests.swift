import Engine
import Testing

@testable import Commands

struct ContainerFilterTests {
  @Test("a name filter is a part of the name, or with ^ and $ its ends")
  func namePatterns() {
    for (pattern, matches) in [
      ("eb", true), ("web", true), ("^web", true), ("^eb", false), ("1$", true), ("b$", false),
      ("^web1$", true), ("^/web1$", true), ("", true), ("x", false),
    ] {
      #expect(NamePattern(pattern).matches("web1") == matches, "\(pattern)")
    }
  }

  private func titles(_ options: [String]) throws -> [String] {
    try ProcessTable.columns(options).map(\.title)
  }

  @Test("top understands the usual spellings of ps options")
  func topColumns() throws {
    #expect(
      try titles([]).first == "UID" && titles(["aux"]).starts(with: ["USER", "PID", "%CPU"]))
    #expect(try titles(["-o", "pid,comm"]) == ["PID", "COMMAND"])
    #expect(try titles(["-opid,rss"]) == ["PID", "RSS"])
    let comm = try ProcessTable.rows([1], columns: ProcessTable.columns(["-o", "pid,comm"]))
    // The kernel keeps fifteen bytes of a program's name, and no arguments.
    #expect(comm.first?.first == "1" && comm.first?.last.map { $0.utf8.count <= 15 } == true)
    #expect(throws: (any Error).self) { try ProcessTable.columns(["-o", "comm"]) }
    #expect(throws: (any Error).self) { try ProcessTable.columns(["-o", "nope"]) }
    #expect(throws: (any Error).self) { try ProcessTable.columns(["--forest"]) }
  }

  @Test("top shows a process that runs, and skips one that is gone")
  func topLines() throws {
    let lines = try ProcessTable.lines(
      [1, 4_000_000], columns: ProcessTable.columns(["-o", "pid,ppid,cmd"]))
    #expect(lines.count == 2 && lines[0].hasPrefix("PID") && lines[1].hasPrefix("1 "))
  }
}
