import Glibc
import Linux
import Testing

@testable import Runtime

@Suite("A log that is put aside when it is full") struct LogRotationTests {
  /// What each file has after `lines` were written, the current one first: the texts of its entries.
  func files(_ lines: [String], size: Int64, files: Int) throws -> [[String]] {
    let directory = "/tmp/dklab-log-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(directory)
    defer { try? Directory.removeTree(directory) }
    do {
      var log = try LogFile(
        path: directory + "/log", rotation: LogRotation(maximumSize: size, files: files))
      for line in lines { log.append(Array("\(line)\n".utf8)[...], .output) }
    }
    return try Directory.list(directory).map { name in
      try File.text("\(directory)/\(name)").split(separator: "\n").map { line in
        String(line.dropFirst(#"{"log":""#.count).prefix { $0 != "\\" })
      }
    }
  }

  @Test("keeps so many files, the youngest lines in the first") func keeps() throws {
    // One entry has about 75 bytes: two fill a file.
    let found = try files(["1", "2", "3", "4", "5", "6", "7"], size: 100, files: 3)
    #expect(found == [["7"], ["5", "6"], ["3", "4"]])
  }

  @Test("with one file, begins it anew") func single() throws {
    #expect(try files(["1", "2", "3"], size: 100, files: 1) == [["3"]])
  }

  @Test("many lines at once are split as single ones are") func atOnce() throws {
    #expect(
      try files(["1\n2\n3\n4\n5"], size: 100, files: 3) == [["5"], ["3", "4"], ["1", "2"]])
  }

  @Test("goes on with the size it finds") func reopened() throws {
    let path = "/tmp/dklab-log-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer { for suffix in ["", ".1"] { unlink(path + suffix) } }
    for line in ["1", "2", "3"] {
      var log = try LogFile(path: path, rotation: LogRotation(maximumSize: 100, files: 2))
      log.append(Array("\(line)\n".utf8)[...], .output)
    }
    #expect(try File.text(path + ".1").split(separator: "\n").count == 2)
    #expect(try File.text(path).contains(#""log":"3\n""#))
  }
}
