import HTTP

extension QueryParameters {
  /// Whether a parameter says yes, as the real server reads it: everything does but `false` and `0`.
  /// Clients write `true`, `True`, `1`.
  func says(_ name: String) -> Bool {
    guard let value = self[name] else { return false }
    return value != "0" && value.lowercased() != "false"
  }
}
