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

  @Test("top understands the usual spellings of ps options")
  func topColumns() throws {
    #expect(
      try ProcessTable.columns([]).first == "UID" && ProcessTable.columns(["aux"]).first == "USER")
    #expect(try ProcessTable.columns(["-o", "pid,comm"]) == ["PID", "COMMAND"])
    #expect(try ProcessTable.columns(["-opid,rss"]) == ["PID", "RSS"])
    #expect(throws: (any Error).self) { try ProcessTable.columns(["-o", "nope"]) }
    #expect(throws: (any Error).self) { try ProcessTable.columns(["--forest"]) }
  }

  @Test("top shows a process that runs, and skips one that is gone")
  func topLines() {
    let lines = ProcessTable.lines([1, 4_000_000], columns: ["PID", "PPID", "CMD"])
    #expect(lines.count == 2 && lines[0].hasPrefix("PID") && lines[1].hasPrefix("1 "))
  }
}
