import Support

/// How containers of an instance reach the world outside, or why they do not.
package struct UplinkStatus: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable {
    /// `connectUplink` has not run yet.
    case notTried
    /// No way was found; `reason` says why.
    case unavailable
    /// Network address translation by the host's kernel.
    case nat
    /// A program that speaks for the containers with ordinary sockets, for instances without root.
    case pasta, slirp4netns
  }

  package var kind: Kind
  /// Why there is none, or what may stand in its way; nil when all is well.
  package var reason: Text?
  /// What the user can do about it.
  package var hint: Text?
  /// Changes made to the host, to be told.
  package var changes: [Text] = []

  package init(kind: Kind, reason: Text? = nil, hint: Text? = nil, changes: [Text] = []) {
    self.kind = kind
    self.reason = reason
    self.hint = hint
    self.changes = changes
  }

  package var isConnected: Bool { kind != .notTried && kind != .unavailable }
}
