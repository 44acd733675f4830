import Glibc
import Linux
import Support

/// One column of `docker top`.
package struct ProcessColumn: Sendable, Hashable {
  package var title: String
  /// What stands in it, by ps's own name (`pid`, `comm`).
  fileprivate var key: String

  /// The columns that can be asked for with `-o`, by name, with the titles ps gives them.
  private static let titles = [
    "pid": "PID", "ppid": "PPID", "user": "USER", "uid": "UID", "comm": "COMMAND", "cmd": "CMD",
    "args": "COMMAND", "command": "COMMAND", "stat": "STAT", "state": "S", "rss": "RSS",
    "vsz": "VSZ", "time": "TIME", "tty": "TT", "stime": "STIME", "%cpu": "%CPU", "%mem": "%MEM",
  ]

  fileprivate static var names: [String] { titles.keys.sorted() }

  /// `pid`, or `pid=NUMBER` with a title of one's own.
  fileprivate init?(_ text: Substring) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    key = String(parts[0])
    guard let standard = Self.titles[key] else { return nil }
    title = parts.count > 1 ? String(parts[1]) : standard
  }

  fileprivate init(_ title: String, _ key: String) { (self.title, self.key) = (title, key) }
}

/// What `docker top` prints. Docker runs the host's `ps`; this reads /proc itself, so that it needs
/// no program and starts none, and understands `-ef`, `aux` and `-o COLUMN,…`.
package enum ProcessTable {
  private static let full = [
    ("UID", "user"), ("PID", "pid"), ("PPID", "ppid"), ("C", "c"), ("STIME", "stime"),
    ("TTY", "tty"), ("TIME", "time"), ("CMD", "cmd"),
  ]
  private static let user = [
    ("USER", "user"), ("PID", "pid"), ("%CPU", "%cpu"), ("%MEM", "%mem"), ("VSZ", "vsz"),
    ("RSS", "rss"), ("TTY", "tty"), ("STAT", "stat"), ("START", "stime"), ("TIME", "minutes"),
    ("COMMAND", "args"),
  ]

  /// The columns for these options of ps.
  package static func columns(_ options: [String]) throws -> [ProcessColumn] {
    switch options.joined(separator: " ") {
    case "", "-ef", "ef", "-f": return full.map(ProcessColumn.init)
    case "aux", "-aux", "u": return user.map(ProcessColumn.init)
    case let text where text.hasPrefix("-o") || text.hasPrefix("o "):
      let names = text.drop { $0 != "o" }.dropFirst().filter { $0 != " " }.split(separator: ",")
      let columns = try names.map { name in
        guard let column = ProcessColumn(name) else {
          throw unknown(String(name), ProcessColumn.names)
        }
        return column
      }
      // By it docker tells the container's processes from the host's.
      guard columns.contains(where: { $0.title == "PID" }) else {
        throw DklabError(
          .invalid, id: "top.no-pid",
          Text("Couldn't find PID field in ps output", ko: "ps 출력에 PID 열이 없습니다"),
          hint: Text("ask for it, too: -o pid,…", ko: "-o pid,…처럼 함께 쓰세요"))
      }
      return columns
    default: throw unknown(options.joined(separator: " "), ["-ef", "aux", "-o pid,cmd"])
    }
  }

  private static func unknown(_ word: String, _ known: [String]) -> DklabError {
    let list = known.joined(separator: ", ")
    return DklabError(
      .unsupported, id: "top.options",
      Text("ps option not supported here: \(word)", ko: "여기서 쓸 수 없는 ps 옵션입니다: \(word)"),
      hint: Text("supported are \(list)", ko: "쓸 수 있는 것: \(list)"))
  }

  /// One row for each of `pids` that is still there.
  package static func rows(_ pids: [pid_t], columns: [ProcessColumn]) -> [[String]] {
    pids.compactMap { pid in
      ProcessFacts(pid: pid).map { facts in columns.map { facts.text($0.key) } }
    }
  }

  /// The same as aligned lines, under their titles.
  package static func lines(_ pids: [pid_t], columns: [ProcessColumn]) -> [String] {
    let table = [columns.map(\.title)] + rows(pids, columns: columns)
    let widths = columns.indices.map { column in
      table.map { $0[column].displayWidth }.max() ?? 0
    }
    return table.map { row in
      row.indices.map { column in
        column == row.count - 1 ? row[column] : row[column].padded(to: widths[column] + 2)
      }.joined()
    }
  }
}

/// One process as /proc/PID tells of it (proc_pid_stat(5)).
private struct ProcessFacts {
  let pid: pid_t
  let fields: [Substring]
  let name: String
  let command: String
  let uid: uid_t

  init?(pid: pid_t) {
    guard let line = try? File.text("/proc/\(pid)/stat"), let open = line.firstIndex(of: "("),
      let close = line.lastIndex(of: ")")
    else { return nil }
    self.pid = pid
    name = String(line[line.index(after: open)..<close])
    // Fields from the third on: the state is fields[0].
    fields = line[line.index(after: close)...].split(separator: " ")
    guard fields.count > 21 else { return nil }
    let words = ((try? File.read("/proc/\(pid)/cmdline")) ?? []).split(separator: 0)
    command =
      words.isEmpty
      ? "[\(name)]" : words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    var status = stat()
    uid = lstat("/proc/\(pid)", &status) == 0 ? status.st_uid : 0
  }

  func text(_ key: String) -> String {
    switch key {
    case "pid": return "\(pid)"
    case "ppid": return String(fields[1])
    case "uid": return "\(uid)"
    case "user": return userName
    case "stat", "state": return String(fields[0])
    case "c": return "0"
    case "tty": return terminal
    case "vsz": return "\((Int64(fields[20]) ?? 0) / 1024)"
    case "rss": return "\(residentBytes / 1024)"
    case "time": return cpuTime
    case "minutes": return "\(cpuSeconds / 60):\(twoDigits(cpuSeconds % 60))"
    case "stime": return startTime
    case "%cpu": return tenths(cpuSeconds * 1000, of: age)
    case "%mem": return tenths(residentBytes * 1000, of: Int64(clamping: SystemUsage.memory()))
    case "comm": return name
    default: return command
    }
  }

  private var residentBytes: Int64 {
    (Int64(fields[21]) ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// A share in per cent with one digit behind the point.
  private func tenths(_ thousandfold: Int64, of whole: Int64) -> String {
    let value = whole > 0 ? thousandfold / whole : 0
    return "\(value / 10).\(value % 10)"
  }

  private var userName: String {
    HostUsers.name(of: uid) ?? "\(uid)"
  }

  /// Terminal number: major 136 is a pseudo-terminal (tty_nr of proc_pid_stat(5)).
  private var terminal: String {
    guard let number = Int(fields[4]), number != 0 else { return "?" }
    let minor = (number & 0xFF) | ((number >> 12) & 0xFFF00)
    return (number >> 8) & 0xFFF == 136 ? "pts/\(minor)" : "tty\(minor)"
  }

  private var ticks: Int64 { Int64(sysconf(Int32(_SC_CLK_TCK))) }

  private var cpuSeconds: Int64 {
    ((Int64(fields[11]) ?? 0) + (Int64(fields[12]) ?? 0)) / max(1, ticks)
  }

  private var cpuTime: String {
    let total = cpuSeconds
    return [total / 3600, total / 60 % 60, total % 60].map(twoDigits).joined(separator: ":")
  }

  /// Seconds since it was started.
  private var age: Int64 {
    var uptime = timespec()
    clock_gettime(CLOCK_BOOTTIME, &uptime)
    return Int64(uptime.tv_sec) - (Int64(fields[19]) ?? 0) / max(1, ticks)
  }

  private var startTime: String {
    let local = RFC3339.local(RFC3339.now() - age * 1_000_000_000)
    return String(local.dropFirst(11).prefix(5))
  }

  private func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
