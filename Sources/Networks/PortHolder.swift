// Who listens on a port.
//
// /proc/net/tcp lists the sockets of a network namespace with the inode of each; a process that has
// the socket open has a link /proc/PID/fd/N -> socket:[inode]. Putting the two together is what
// `ss -p` does. The links of other users' processes can be read by root only, so for an ordinary
// user the answer may be "somebody".
//
// Man page: proc(5).

import Glibc
import Linux
import Support

/// A process that has a listening socket open.
struct PortHolder {
  var pid: pid_t
  /// As in `ps -o comm`.
  var name: String

  /// The process in the caller's network namespace that keeps `binding` from being had; nil when
  /// there is none or the caller may not know.
  static func find(_ binding: PortBinding) -> PortHolder? {
    let table = "/proc/self/net/\(binding.protocol.rawValue)"
    let inodes = [table, table + "6"].flatMap { path in
      holders(of: binding, in: (try? File.text(path)) ?? "")
    }
    guard !inodes.isEmpty else { return nil }
    let links = Set(inodes.map { "socket:[\($0)]" })
    let processes = ((try? Directory.list("/proc")) ?? []).compactMap { pid_t($0) }.sorted()
    for pid in processes {
      for fd in (try? Directory.list("/proc/\(pid)/fd")) ?? [] {
        guard let link = try? File.link("/proc/\(pid)/fd/\(fd)"), links.contains(link) else {
          continue
        }
        return PortHolder(pid: pid, name: ProcessStat(of: pid)?.name ?? "?")
      }
    }
    return nil
  }

  /// The inodes of the sockets in a table of /proc/net that wait for clients where `binding` would.
  static func holders(of binding: PortBinding, in table: String) -> [String] {
    // TCP_LISTEN is 10; a UDP socket that is not connected has the state TCP_CLOSE, 7.
    let state = binding.protocol == .tcp ? "0A" : "07"
    return table.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == state else { return nil }
      let place = fields[1].split(separator: ":")
      guard place.count == 2, UInt16(place[1], radix: 16) == binding.hostPort,
        let address = address(place[0])
      else { return nil }
      let wanted = IPAddress(binding.hostIP)
      let isInTheWay = address.isAny || wanted?.isAny == true || address == wanted
      return isInTheWay ? String(fields[9]) : nil
    }
  }

  /// An address of these tables: 32-bit words in hexadecimal, each in the machine's byte order.
  private static func address(_ digits: Substring) -> IPAddress? {
    var rest = digits
    var bytes: [UInt8] = []
    while rest.count >= 8, let word = UInt32(rest.prefix(8), radix: 16) {
      withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
      rest = rest.dropFirst(8)
    }
    return IPAddress(bytes: bytes)
  }
}
