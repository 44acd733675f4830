import Documents
import Support

extension DeploymentState {
  /// Grows the new set as far as the surge allows.
  mutating func rollUp(_ plan: inout Plan) {
    guard let set = new else { return }
    let count = replicas(of: set)
    if count > wished {
      scaleNew(to: wished, &plan)
      return
    }
    let total = allSets.reduce(0) { $0 + replicas(of: $1) }
    let room = wished + maxSurge - total
    guard count < wished, room > 0 else { return }
    scaleNew(to: count + min(room, wished - count), &plan)
  }

  /// Shrinks the old sets as far as availability allows: first pods that serve nobody anyway.
  mutating func rollDown(_ plan: inout Plan) {
    guard let set = new, old.contains(where: { replicas(of: $0) > 0 }) else { return }
    let total = allSets.reduce(0) { $0 + replicas(of: $1) }
    let least = wished - maxUnavailable
    let newUnavailable = replicas(of: set) - available(set)
    var surplus = total - least - max(0, newUnavailable)
    guard surplus > 0 else { return }
    for index in old.indices where surplus > 0 {
      let unhealthy = min(replicas(of: old[index]) - available(old[index]), surplus)
      guard unhealthy > 0 else { continue }
      scaleOld(index, to: replicas(of: old[index]) - unhealthy, &plan)
      surplus -= unhealthy
    }
    var spare = allSets.reduce(0) { $0 + available($1) } - least
    for index in old.indices where spare > 0 {
      let count = min(replicas(of: old[index]), spare)
      guard count > 0 else { continue }
      scaleOld(index, to: replicas(of: old[index]) - count, &plan)
      spare -= count
    }
  }

  private func available(_ set: JSONValue) -> Int {
    min(set.number("status", "availableReplicas") ?? 0, replicas(of: set))
  }

  /// Whether somebody changed the number of replicas since the sets were last scaled.
  var isScaling: Bool {
    allSets.contains { set in
      guard replicas(of: set) > 0,
        let before = Int(
          set.annotations["deployment.kubernetes.io/desired-replicas"] ?? "")
      else { return false }
      return before != wished
    }
  }

  /// Follows a changed number of replicas while several sets have pods: each in its proportion, the
  /// largest taking what rounding leaves.
  mutating func scaleProportionally(_ plan: inout Plan) {
    let active = allSets.filter { replicas(of: $0) > 0 }
    if active.count <= 1 {
      guard let only = active.first ?? new else { return }
      if only.uid == new?.uid {
        scaleNew(to: wished, &plan)
      } else if let index = old.firstIndex(where: { $0.uid == only.uid }) {
        scaleOld(index, to: wished, &plan)
      }
      return
    }
    let total = active.reduce(0) { $0 + replicas(of: $1) }
    let allowed = wished > 0 ? wished + maxSurge : 0
    let marked = active.compactMap {
      Int32($0.annotations["deployment.kubernetes.io/max-replicas"] ?? "").map(Int.init)
    }.first { $0 > 0 }
    // Of how many all sets together were a share when they were last scaled.
    let before = marked ?? max(1, deployment.number("status", "replicas") ?? total)
    var left = allowed - total
    var targets: [(uid: String, count: Int)] = []
    for set in active.sorted(by: { replicas(of: $0) > replicas(of: $1) }) {
      let count = replicas(of: set)
      let twice = Int128(count) * Int128(allowed) * 2
      let share = Int(clamping: (twice + Int128(before)) / (2 * Int128(before))) - count
      let change = left > 0 ? max(0, min(share, left)) : min(0, max(share, left))
      targets.append((set.uid, count + change))
      left -= change
    }
    if !targets.isEmpty { targets[0].count = max(0, targets[0].count + left) }
    for (uid, count) in targets {
      if uid == new?.uid {
        scaleNew(to: count, &plan)
      } else if let index = old.firstIndex(where: { $0.uid == uid }) {
        scaleOld(index, to: count, &plan)
      }
    }
  }
}
