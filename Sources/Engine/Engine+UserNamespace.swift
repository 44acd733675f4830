import Runtime

extension Engine {
  /// Steps into the user's own namespace below `root`, where an ordinary user is root; for root itself
  /// there is nothing to do. The process stays there.
  package static func enterUserNamespace(root: DataRoot) throws {
    try Rootless.enter(state: root.path + "/rootless")
  }

  /// Ends what holds that namespace open, once nothing that was made in it is left.
  package static func leaveUserNamespace(root: DataRoot) {
    _ = try? Rootless.keeper(state: root.path + "/rootless")?.send(.kill)
  }
}
