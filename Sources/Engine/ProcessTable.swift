import Glibc
import Linux
import Support

/// What `docker top` prints. Docker runs the host's `ps`; this reads /proc itself, so that it needs
/// no program and starts none, and understands `-ef`, `aux` and `-o COLUMN,…`.
package enum ProcessTable {
  /// Headers of the columns for these options of ps.
  package static func columns(_ options: [String]) throws -> [String] {
    switch options.joined(separator: " ") {
    case "", "-ef", "ef", "-f": return ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    case "aux", "-aux", "u":
      return ["USER", "PID", "VSZ", "RSS", "STAT", "START", "TIME", "COMMAND"]
    case let text where text.hasPrefix("-o") || text.hasPrefix("o "):
      let names = text.drop { $0 != "o" }.dropFirst().filter { $0 != " " }.split(separator: ",")
      let known = [
        "pid": "PID", "ppid": "PPID", "user": "USER", "uid": "UID", "comm": "COMMAND",
        "cmd": "CMD", "args": "CMD", "command": "CMD", "stat": "STAT", "state": "STAT",
        "rss": "RSS", "vsz": "VSZ", "time": "TIME", "tty": "TTY", "stime": "STIME",
      ]
      return try names.map { name in
        guard let header = known[String(name)] else { throw unknown(String(name), known.keys) }
        return header
      }
    default: throw unknown(options.joined(separator: " "), ["-ef", "aux", "-o pid,cmd"])
    }
  }

  private static func unknown(_ word: String, _ known: some Collection<String>) -> DklabError {
    let list = known.sorted().joined(separator: ", ")
    return DklabError(
      .unsupported, id: "top.options",
      Text("ps option not supported here: \(word)", ko: "여기서 쓸 수 없는 ps 옵션입니다: \(word)"),
      hint: Text("supported are \(list)", ko: "쓸 수 있는 것: \(list)"))
  }

  /// One row for each of `pids` that is still there.
  package static func rows(_ pids: [pid_t], columns: [String]) -> [[String]] {
    pids.compactMap { pid in ProcessFacts(pid: pid).map { facts in columns.map(facts.text) } }
  }

  /// The same as aligned lines, under their headers.
  package static func lines(_ pids: [pid_t], columns: [String]) -> [String] {
    let rows = rows(pids, columns: columns)
    let widths = columns.indices.map { column in
      ([columns] + rows).map { $0[column].displayWidth }.max() ?? 0
    }
    return ([columns] + rows).map { row in
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

  func text(_ column: String) -> String {
    switch column {
    case "PID": return "\(pid)"
    case "PPID": return String(fields[1])
    case "UID", "USER": return userName
    case "STAT": return String(fields[0])
    case "C": return "0"
    case "TTY": return terminal
    case "VSZ": return "\((Int64(fields[20]) ?? 0) / 1024)"
    case "RSS": return "\((Int64(fields[21]) ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE))) / 1024)"
    case "TIME": return cpuTime
    case "STIME", "START": return startTime
    case "COMMAND": return command
    default: return command
    }
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

  private var cpuTime: String {
    let total = ((Int64(fields[11]) ?? 0) + (Int64(fields[12]) ?? 0)) / max(1, ticks)
    return [total / 3600, total / 60 % 60, total % 60].map(twoDigits).joined(separator: ":")
  }

  private var startTime: String {
    var uptime = timespec()
    clock_gettime(CLOCK_BOOTTIME, &uptime)
    let age = Int64(uptime.tv_sec) - (Int64(fields[19]) ?? 0) / max(1, ticks)
    let local = RFC3339.local(RFC3339.now() - age * 1_000_000_000)
    return String(local.dropFirst(11).prefix(5))
  }

  private func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
