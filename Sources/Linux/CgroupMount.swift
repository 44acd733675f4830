/// One cgroup line of /proc/PID/mountinfo (proc_pid_mountinfo(5)).
struct CgroupMount {
  /// The v1 controllers; empty for the unified tree and for named hierarchies (systemd's).
  var controllers: [String]
  var isUnified: Bool
  var isReadOnly: Bool
  /// The directory of the hierarchy that is visible at `point`: not "/" inside a container.
  var root: String
  var point: String

  /// The lines of `mountinfo` that are cgroup mounts, in order. A machine with many containers has
  /// thousands of lines, so they are searched as bytes and only these few become strings.
  static func parse(_ mountinfo: String) -> [CgroupMount] {
    var text = mountinfo
    return text.withUTF8 { bytes in
      bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
        isCgroup(line) ? CgroupMount(line: String(decoding: line, as: UTF8.self)[...]) : nil
      }
    }
  }

  /// Whether the line has " - cgroup", without making a string of it.
  private static func isCgroup(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let dash = UInt8(ascii: "-")
    var rest = line
    while let found = rest.firstIndex(of: dash) {
      rest = line[(found + 1)...]
      if rest.starts(with: " cgroup".utf8) { return true }
    }
    return false
  }

  /// `36 31 0:33 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices`
  private init?(line: Substring) {
    let fields = line.split(separator: " ")
    guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else {
      return nil
    }
    let type = fields[dash + 1]
    guard type == "cgroup" || type == "cgroup2" else { return nil }
    isUnified = type == "cgroup2"
    isReadOnly = fields[5].split(separator: ",").contains("ro")
    root = Self.unescape(fields[3])
    point = Self.unescape(fields[4])
    controllers =
      isUnified
      ? []
      : fields[dash + 3].split(separator: ",").map(String.init).filter(Self.known.contains)
  }

  /// Where the group `path`, as /proc/PID/cgroup names it, is to be found.
  func directory(of path: String) -> String {
    var rest = path
    if root != "/" && rest.hasPrefix(root) { rest = String(rest.dropFirst(root.count)) }
    return rest == "/" || rest.isEmpty ? point : point + rest
  }

  /// The v1 controllers.
  static let limiting = [
    "freezer", "memory", "pids", "cpuacct", "cpu", "cpuset", "blkio", "devices", "hugetlb",
    "net_cls", "net_prio", "perf_event", "rdma", "misc",
  ]
  private static let known = Set(limiting)

  /// Spaces, tabs, newlines and backslashes stand as three octal digits.
  private static func unescape(_ field: Substring) -> String {
    guard field.contains("\\") else { return String(field) }
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
