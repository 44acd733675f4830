import Images

/// Values as Go prints them: `docker history` shows them so, and scripts read it.
enum GoText {
  /// `["a" "b c"]`.
  static func quoted(_ words: [String]) -> String {
    "[" + words.map(quoted).joined(separator: " ") + "]"
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case "\u{0}"..<" ", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// `1m30s`, `500ms`, `0s`.
  static func duration(_ nanoseconds: Int64) -> String {
    if nanoseconds == 0 { return "0s" }
    if nanoseconds < 1_000_000_000 {
      let milliseconds = Double(nanoseconds) / 1e6
      let whole = Int64(milliseconds)
      return Double(whole) == milliseconds ? "\(whole)ms" : "\(milliseconds)ms"
    }
    let seconds = Double(nanoseconds) / 1e9
    let hours = Int64(seconds) / 3600
    let minutes = Int64(seconds) / 60 % 60
    let rest = seconds - Double(hours * 3600 + minutes * 60)
    let text = rest == rest.rounded() ? "\(Int64(rest))s" : "\(rest)s"
    if hours > 0 { return "\(hours)h\(minutes)m\(text)" }
    return minutes > 0 ? "\(minutes)m\(text)" : text
  }
}

extension ContainerConfig.Healthcheck {
  /// `{Test:[CMD-SHELL true] Interval:30s …}`.
  var goText: String {
    "{Test:[\((test ?? []).joined(separator: " "))] Interval:\(GoText.duration(interval ?? 0)) "
      + "Timeout:\(GoText.duration(timeout ?? 0)) StartPeriod:\(GoText.duration(startPeriod ?? 0)) "
      + "StartInterval:\(GoText.duration(startInterval ?? 0)) Retries:\(retries ?? 0)}"
  }
}
