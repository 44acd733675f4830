// A container's log on the disk: the file that grows, and with `max-file` the full ones before it,
// `.1` the youngest. Reading never stops the monitor from writing or from putting a file aside, so a
// reader goes by the file it has open and not by its name.
//
// Next: Engine+Logs.swift.

import Documents
import Glibc
import Linux
import Support

/// One entry of a log.
package struct LogEntry: Sendable, Hashable {
  package var text: String
  package var isError: Bool
  /// As written by the monitor: RFC 3339.
  package var time: String
  /// What `--log-opt labels`, `env` and `tag` add.
  package var attributes: [String: String] = [:]
}

/// The files of one log.
struct LogFiles {
  let path: String

  /// The full ones and the current one, oldest first.
  var all: [String] {
    var aside: [String] = []
    while File.exists("\(path).\(aside.count + 1)") { aside.append("\(path).\(aside.count + 1)") }
    return aside.reversed() + (File.exists(path) ? [path] : [])
  }

  /// Where the last `count` lines begin: the files from there on, and the offset in the first.
  func tail(_ count: Int) throws -> (files: [String], offset: Int64) {
    let files = all
    var left = count
    for (place, file) in files.enumerated().reversed() {
      let (lines, offset) = try LogFiles.scanBack(file, left)
      left -= lines
      if left == 0 { return (Array(files[place...]), offset) }
    }
    return (files, 0)
  }

  /// How many lines, at most `wanted`, the end of a file has, and where they begin.
  private static func scanBack(_ path: String, _ wanted: Int) throws -> (lines: Int, offset: Int64)
  {
    let file = try FileDescriptor.open(path, O_RDONLY)
    var end = try check(lseek(file.number, 0, SEEK_END), "lseek", path)
    let size = Int64(end)
    if wanted == 0 { return (0, size) }
    var found = 0
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while end > 0 {
      let start = max(0, end - off_t(buffer.count))
      let count = try check(pread(file.number, &buffer, end - start, start), "read", path)
      for place in stride(from: count - 1, through: 0, by: -1) where buffer[place] == 10 {
        // A line begins behind the line end before it; the last line end begins none.
        if found == wanted { return (found, Int64(start) + Int64(place) + 1) }
        found += 1
      }
      end = start
    }
    return (found, 0)
  }

  /// The file that follows the one with this number (inode): the next younger one, or the oldest
  /// there is when it has been put aside for good. Nil when it is the current one.
  func successor(of inode: UInt64) -> String? {
    let files = all
    guard let place = files.firstIndex(where: { LogFiles.inode($0) == inode }) else {
      return files.first
    }
    return place + 1 < files.count ? files[place + 1] : nil
  }

  private static func inode(_ path: String) -> UInt64? {
    var info = stat()
    return stat(path, &info) == 0 ? UInt64(info.st_ino) : nil
  }
}

/// Reads a json-file log line by line. A last line that is still being written is left for later.
struct LogReader: ~Copyable {
  private let file: FileDescriptor
  private var buffer: [UInt8] = []
  private var start = 0
  /// The file's number, whatever its name is by now.
  let inode: UInt64

  init(path: String, offset: Int64 = 0) throws {
    let log = try FileDescriptor.open(path, O_RDONLY)
    try check(lseek(log.number, off_t(offset), SEEK_SET), "lseek", path)
    var info = stat()
    try check(fstat(log.number, &info), "stat", path)
    inode = UInt64(info.st_ino)
    file = log
  }

  /// The next whole entry; nil at the end.
  mutating func next() throws -> LogEntry? {
    while true {
      if let end = buffer[start...].firstIndex(of: 10) {
        let line = buffer[start..<end]
        start = end + 1
        // A line that is damaged (the disk was full) is passed over.
        guard let value = try? JSONValue.parse(Array(line)), let text = value["log"]?.string
        else { continue }
        var entry = LogEntry(
          text: text, isError: value["stream"]?.string == "stderr",
          time: value["time"]?.string ?? "")
        for (key, value) in value["attrs"]?.object ?? [:] { entry.attributes[key] = value.string }
        return entry
      }
      buffer.removeFirst(start)
      start = 0
      var chunk = [UInt8](repeating: 0, count: 64 << 10)
      let count = try check(
        retryingInterrupts { read(file.number, &chunk, chunk.count) }, "read", "log")
      if count == 0 { return nil }
      buffer += chunk[..<count]
    }
  }
}
