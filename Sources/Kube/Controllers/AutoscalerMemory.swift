import Documents

/// What an autoscaler goes by beside what is: what it advised and did before.
package struct AutoscalerMemory: Sendable, Equatable {
  /// So many replicas at a time, in nanoseconds since 1970.
  struct Entry: Sendable, Equatable {
    var time: Int64
    var replicas: Int
  }

  /// When it last looked, and what was asked of it then.
  var lookedAt: Int64?
  var spec: JSONValue = .null
  /// How many replicas its target was asked for, when it was done.
  var replicas: Int?
  /// What would have been right, before any bound.
  var advice: [Entry] = []
  /// How many replicas were added and taken away.
  var additions: [Entry] = []
  var removals: [Entry] = []

  /// Forgets what no rule can ask for any more.
  mutating func forget(before time: Int64) {
    advice.removeAll { $0.time < time }
    additions.removeAll { $0.time < time }
    removals.removeAll { $0.time < time }
  }
}
