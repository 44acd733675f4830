import Glibc

/// The languages the kit speaks.
package enum Language: String, Sendable, Codable, CaseIterable {
  case en
  case ko

  /// The language of this process: `DKLAB_LANG`, else `LC_ALL`, `LC_MESSAGES`, `LANG` in the order
  /// locale(7) gives them; English when none of them names a language of ours.
  package static let current = choose { name in getenv(name).map { String(cString: $0) } }

  /// The rule behind `current`, with the environment passed in.
  static func choose(_ variable: (String) -> String?) -> Language {
    for name in ["DKLAB_LANG", "LC_ALL", "LC_MESSAGES", "LANG"] {
      guard let value = variable(name), !value.isEmpty else { continue }
      return value.hasPrefix("ko") ? .ko : .en
    }
    return .en
  }
}
