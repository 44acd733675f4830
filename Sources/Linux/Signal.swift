import Glibc
import Support

/// A signal by number, name or both (signal(7)); real-time signals as `RTMIN+3`.
package struct Signal: Sendable, Hashable, Codable {
  package let number: Int32

  package init(number: Int32) {
    self.number = number
  }

  package static let terminate = Signal(number: SIGTERM)
  package static let kill = Signal(number: SIGKILL)

  static let names: [(String, Int32)] = [
    ("HUP", 1), ("INT", 2), ("QUIT", 3), ("ILL", 4), ("TRAP", 5), ("ABRT", 6), ("BUS", 7),
    ("FPE", 8), ("KILL", 9), ("USR1", 10), ("SEGV", 11), ("USR2", 12), ("PIPE", 13), ("ALRM", 14),
    ("TERM", 15), ("STKFLT", 16), ("CHLD", 17), ("CONT", 18), ("STOP", 19), ("TSTP", 20),
    ("TTIN", 21), ("TTOU", 22), ("URG", 23), ("XCPU", 24), ("XFSZ", 25), ("VTALRM", 26),
    ("PROF", 27), ("WINCH", 28), ("IO", 29), ("PWR", 30), ("SYS", 31), ("IOT", 6), ("POLL", 29),
    ("CLD", 17),
  ]

  /// Reads `KILL`, `SIGKILL`, `sigkill`, `9`, `RTMIN+3` or `SIGRTMAX-1`, as `docker kill` does.
  ///
  /// Throws `DklabError` `signal.invalid`.
  package init(parsing text: String) throws {
    let name = text.uppercased()
    let bare = name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name
    if let number = Int32(text), (1...64).contains(number) {
      self.number = number
    } else if let entry = Signal.names.first(where: { $0.0 == bare }) {
      number = entry.1
    } else if let number = Signal.realTime(bare) {
      self.number = number
    } else {
      throw DklabError(
        .invalid, id: "signal.invalid", Text("invalid signal: \(text)", ko: "잘못된 시그널: \(text)"),
        hint: Text(
          "use a name such as TERM, KILL, HUP or a number from 1 to 64",
          ko: "TERM, KILL, HUP 같은 이름이나 1부터 64까지의 번호를 쓰세요"))
    }
  }

  private static func realTime(_ name: String) -> Int32? {
    // glibc keeps 32 and 33 for itself, so SIGRTMIN is 34 and SIGRTMAX 64.
    for (prefix, base) in [("RTMIN", Int32(34)), ("RTMAX", 64)] where name.hasPrefix(prefix) {
      let rest = name.dropFirst(prefix.count)
      guard !rest.isEmpty else { return base }
      guard let offset = Int32(rest), (34...64).contains(base + offset) else { return nil }
      return base + offset
    }
    return nil
  }

  /// `SIGTERM`, or `SIGRTMIN+3`.
  package var name: String {
    if let entry = Signal.names.first(where: { $0.1 == number }) { return "SIG" + entry.0 }
    return number == 34 ? "SIGRTMIN" : "SIGRTMIN+\(number - 34)"
  }
}
