/// Lengths of time as docker prints them in its tables.
package enum HumanDuration {
  /// `Less than a second`, `5 seconds`, `About a minute`, `2 hours`, `3 weeks`.
  package static func text(nanoseconds: Int64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    let minutes = seconds / 60
    // Hours are rounded, all other units cut off.
    let hours = Int64((Double(nanoseconds) / 3_600e9).rounded())
    switch seconds {
    case ..<1: return "Less than a second"
    case 1: return "1 second"
    case ..<60: return "\(seconds) seconds"
    default: break
    }
    if minutes == 1 { return "About a minute" }
    if minutes < 60 { return "\(minutes) minutes" }
    switch hours {
    case 1: return "About an hour"
    case ..<48: return "\(hours) hours"
    case ..<(24 * 7 * 2): return "\(hours / 24) days"
    case ..<(24 * 30 * 2): return "\(hours / 24 / 7) weeks"
    case ..<(24 * 365 * 2): return "\(hours / 24 / 30) months"
    default: return "\(seconds / 3600 / 24 / 365) years"
    }
  }
}
