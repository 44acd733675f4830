import Glibc
import Linux
import Support
import Testing

@testable import Engine

@Suite("Reading a container's log") struct LogFilesTests {
  /// Three files of a log, the oldest with lines 1 and 2, the youngest with 5.
  func withLog<Result>(_ body: (LogFiles) throws -> Result) throws -> Result {
    let directory = "/tmp/dklab-logs-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(directory)
    defer { try? Directory.removeTree(directory) }
    for (suffix, lines) in [(".2", ["1", "2"]), (".1", ["3", "4"]), ("", ["5"])] {
      let text = lines.map {
        #"{"log":"\#($0)\n","stream":"stdout","attrs":{"a":"b"},"time":"2026-01-01T00:00:00Z"}"#
          + "\n"
      }
      try File.replace("\(directory)/log\(suffix)", text.joined())
    }
    return try body(LogFiles(path: directory + "/log"))
  }

  func read(_ files: [String], _ offset: Int64) throws -> [String] {
    var texts: [String] = []
    for (place, file) in files.enumerated() {
      var reader = try LogReader(path: file, offset: place == 0 ? offset : 0)
      while let entry = try reader.next() { texts.append(String(entry.text.dropLast())) }
    }
    return texts
  }

  @Test("goes through all files, oldest first") func all() throws {
    #expect(try withLog { try read($0.all, 0) } == ["1", "2", "3", "4", "5"])
  }

  @Test("finds the last lines from the end, over as many files as it takes")
  func tail() throws {
    for count in 0...7 {
      let found = try withLog { log in
        let tail = try log.tail(count)
        return try read(tail.files, tail.offset)
      }
      #expect(found == Array(["1", "2", "3", "4", "5"].suffix(count)))
    }
  }

  @Test("follows a file under its new name to the next younger one") func successor() throws {
    try withLog { log in
      // Open, as a reader has it: the number of a deleted file would be used again.
      let reader = try LogReader(path: log.path + ".1")
      #expect(log.successor(of: reader.inode) == log.path)
      let current = try LogReader(path: log.path).inode
      #expect(log.successor(of: current) == nil)
      rename(log.path, log.path + ".1")
      #expect(log.successor(of: current) == nil, "there is no younger one yet")
      try File.replace(log.path, "")
      #expect(log.successor(of: current) == log.path)
      #expect(log.successor(of: reader.inode) == log.path + ".2", "deleted: begins with the oldest")
    }
  }

  @Test("an entry has the attributes that were asked for") func attributes() throws {
    let entry = try withLog { log in
      var reader = try LogReader(path: log.path)
      return try reader.next()
    }
    #expect(entry?.attributes == ["a": "b"])
  }
}

@Suite("Log drivers and their options") struct LogPolicyTests {
  func message(_ driver: String, _ options: [String: String]) -> String {
    do {
      _ = try LogPolicy(driver: driver, options)
      return "accepted"
    } catch {
      return (error as? DklabError)?.message.en ?? "\(error)"
    }
  }

  @Test("are read as docker reads them") func accepted() throws {
    let policy = try LogPolicy(driver: "json-file", ["max-size": "10m", "max-file": "3"])
    #expect(policy.rotation == .init(maximumSize: 10 << 20, files: 3) && policy.keepsLog)
    #expect(try LogPolicy(driver: "json-file", ["max-size": "1k"]).rotation?.files == 1)
    #expect(try !LogPolicy(driver: "none", [:]).keepsLog)
    #expect(
      try LogPolicy(driver: "local", ["compress": "true"]).rotation
        == .init(maximumSize: 20 << 20, files: 5))
  }

  @Test("are refused in docker's words") func refused() {
    #expect(message("syslog", [:]) == "logger: no log driver named 'syslog' is registered")
    #expect(message("json-file", ["x": "1"]) == "unknown log opt 'x' for json-file log driver")
    #expect(message("json-file", ["max-file": "0"]) == "max-file cannot be less than 1")
    #expect(message("json-file", ["max-size": "big"]).hasPrefix("invalid value for max-size"))
    #expect(message("json-file", ["max-file": "2"]).contains("needs max-size"))
    #expect(message("json-file", ["compress": "true"]).contains("compress"))
  }
}
