// What may be mounted on /proc, and below it.
//
// A container's /proc is half its own and half the kernel's: parts of it are covered or made
// read-only, and the steps after pivot_root(2) rely on the real one. A directory or a link of
// somebody else's in its place would take both away (CVE-2019-16884, CVE-2025-52881). Files that
// only tell something may be replaced, as LXCFS does.
//
// Man pages: proc(5).

import Support

/// The rule for mounts in /proc, the one that runc has.
enum ProcGuard {
  /// Files that a container may be given its own version of.
  private static let replaceable: Set<String> = [
    "/proc/cpuinfo", "/proc/diskstats", "/proc/loadavg", "/proc/meminfo", "/proc/net/dev",
    "/proc/slabinfo", "/proc/stat", "/proc/swaps", "/proc/sys/crypto/fips_enabled",
    "/proc/sys/kernel/ns_last_pid", "/proc/uptime",
  ]

  /// Throws `DklabError` `spec.mount-proc` when `mount` must not be made. A container of another
  /// one's pid namespace may be shown the host's /proc.
  static func check(_ mount: SpecMount) throws {
    let path = clean(mount.destination)
    guard path == "/proc" || path.hasPrefix("/proc/") else { return }
    if path == "/proc", mount.type == "proc" || mount.source == "/proc" { return }
    if replaceable.contains(path) { return }
    throw DklabError(
      .invalid, id: "spec.mount-proc",
      path == "/proc"
        ? Text(
          "\"/proc\" cannot be mounted because it is not of type proc",
          ko: "\"/proc\"에는 proc 파일 시스템만 마운트할 수 있습니다")
        : Text(
          "\"\(path)\" cannot be mounted because it is inside /proc",
          ko: "\"\(path)\"에는 마운트할 수 없습니다. /proc 안에 있습니다"),
      hint: Text(
        "mount it somewhere else in the container", ko: "컨테이너의 다른 경로에 마운트하세요"))
  }

  /// Whether a bind mount on `destination` may end up on a proc file system. Asked again when it is
  /// made: a link in the image may lead there.
  static func allows(_ destination: String) -> Bool {
    let path = clean(destination)
    return path == "/proc" || replaceable.contains(path)
  }

  private static func clean(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.text(separatedBy: "/")
  }
}
