import Documents
import Support

/// Durations and ages as kubectl's users know them: `5s`, `2m10s`, `3d4h`, `2y33d`.
package enum Ages {
  /// How long ago an RFC 3339 time was; `<unknown>` when there is none.
  package static func since(_ time: String?, now: Int64) -> String {
    guard let time, let then = RFC3339.nanoseconds(time) else { return "<unknown>" }
    return text(seconds: (now - then) / 1_000_000_000)
  }

  /// A duration: two units while they matter, one when they do not.
  package static func text(seconds: Int64) -> String {
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    let minutes = seconds / 60
    let hours = seconds / 3600
    let days = hours / 24
    func two(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
      small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(smallUnit)"
    }
    switch true {
    case seconds < 120: return "\(seconds)s"
    case minutes < 10: return two(minutes, "m", seconds % 60, "s")
    case minutes < 180: return "\(minutes)m"
    case hours < 8: return two(hours, "h", minutes % 60, "m")
    case hours < 48: return "\(hours)h"
    case hours < 192: return two(days, "d", hours % 24, "h")
    case days < 365 * 2: return "\(days)d"
    case days < 365 * 8: return two(days / 365, "y", days % 365, "d")
    default: return "\(days / 365)y"
    }
  }
}
