import Glibc
import Linux
import Testing

@testable import Runtime

@Suite("The json-file log") struct LogFileTests {
  func write(_ body: (inout LogFile) -> Void) throws -> [String] {
    let path = "/tmp/dklab-log-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer { unlink(path) }
    var log = try LogFile(path: path)
    body(&log)
    log.finish()
    return try File.text(path).split(separator: "\n").map(String.init)
  }

  @Test("whole lines of two streams become one object each") func streams() throws {
    let lines = try write { log in
      log.append(Array("out\n".utf8)[...], .output)
      log.append(Array("err\n".utf8)[...], .errorOutput)
    }
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix(#"{"log":"out\n","stream":"stdout","time":"20"#))
    #expect(lines[1].hasPrefix(#"{"log":"err\n","stream":"stderr","#))
    #expect(lines[0].hasSuffix(#"Z"}"#))
  }

  @Test("a line in pieces is joined, and the last one needs no line end") func pieces() throws {
    let lines = try write { log in
      log.append(Array("a".utf8)[...], .output)
      log.append(Array("b\nc".utf8)[...], .output)
    }
    #expect(lines.map { String($0.prefix(16)) } == [#"{"log":"ab\n","s"#, #"{"log":"c","stre"#])
  }

  @Test("quotes, control characters and broken UTF-8 stay valid JSON") func escapes() throws {
    let lines = try write { log in
      log.append([34, 92, 1, 9, 0xFF, 10][...], .output)
    }
    #expect(lines.count == 1)
    #expect(lines[0].contains(#""log":"\"\\\u0001\t"#))
  }

  @Test("a line without end is cut at 16 KiB") func long() throws {
    let lines = try write { log in
      log.append([UInt8](repeating: 120, count: 40_000)[...], .output)
    }
    #expect(lines.count == 3)
  }
}
