// How fast an autoscaler may go: stabilization (a change is made only when all recent advice agrees that
// it is needed), and policies (so many pods, or so many percent, in a period).
//
// Next: HorizontalController.swift

import Documents

/// The rules of one autoscaler: bounds, and how fast to go.
struct ScalingRules {
  /// What may be done, and what is said about it.
  struct Verdict: Equatable {
    var replicas: Int
    /// Condition AbleToScale: reason and message.
    var able: Words
    /// Condition ScalingLimited.
    var isLimited: Bool
    var limit: Words
  }

  struct Words: Equatable {
    var reason: String
    var message: String
    init(_ reason: String, _ message: String) {
      self.reason = reason
      self.message = message
    }
  }

  private struct Direction {
    var window: Int
    var select: String
    var policies: [(isPercent: Bool, value: Int, period: Int)]

    init(_ rules: JSONValue?, window: Int) {
      self.window = rules?.number("stabilizationWindowSeconds") ?? window
      select = rules?.text("selectPolicy") ?? "Max"
      policies = (rules?.list("policies") ?? []).map {
        (
          $0.text("type") == "Percent", $0.number("value") ?? 0, $0.number("periodSeconds") ?? 0
        )
      }
    }
  }

  private let least: Int
  private let most: Int
  /// Nil when the autoscaler says nothing about it.
  private let behavior: (up: Direction, down: Direction)?
  private static let downWindow = 300

  init(_ spec: JSONValue) {
    least = spec.number("minReplicas") ?? 1
    most = spec.number("maxReplicas") ?? 1
    behavior = spec["behavior"].map {
      (Direction($0["scaleUp"], window: 0), Direction($0["scaleDown"], window: Self.downWindow))
    }
  }

  /// How far back a rule may look, in seconds.
  var memory: Int {
    guard let behavior else { return Self.downWindow }
    let both = [behavior.up, behavior.down]
    return both.flatMap { [$0.window] + $0.policies.map(\.period) }.max() ?? 0
  }

  /// What becomes of the advice to have so many replicas.
  func verdict(_ advice: Int, current: Int, _ memory: AutoscalerMemory, now: Int64) -> Verdict {
    let stable = stabilized(advice, current, memory, now)
    var words = Words("ReadyForNewScale", "recommended size matches current size")
    if stable < advice {
      words = Words(
        "ScaleUpStabilized",
        "recent recommendations were lower than current one, applying the lowest recent recommendation"
      )
    } else if stable > advice {
      words = Words(
        "ScaleDownStabilized",
        "recent recommendations were higher than current one, applying the highest recent "
          + "recommendation")
    }
    let (replicas, limit) =
      behavior.map { limited(stable, current, memory, now, $0.up, $0.down) }
      ?? limited(stable, current)
    return Verdict(
      replicas: replicas, able: words, isLimited: replicas != stable, limit: limit)
  }

  private func stabilized(
    _ advice: Int, _ current: Int, _ memory: AutoscalerMemory, _ now: Int64
  ) -> Int {
    func recent(_ seconds: Int) -> [Int] {
      memory.advice.filter { $0.time > now - Int64(seconds) * 1_000_000_000 }.map(\.replicas)
    }
    if let behavior, advice >= current {
      return recent(behavior.up.window).reduce(advice, min)
    }
    return recent(behavior?.down.window ?? Self.downWindow).reduce(advice, max)
  }

  private static let within = Words(
    "DesiredWithinRange", "the desired count is within the acceptable range")
  private static let tooFast = Words(
    "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
  private static let tooMany = Words(
    "TooManyReplicas", "the desired replica count is more than the maximum replica count")
  private static let tooSudden = Words(
    "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
  private static let tooFew = Words(
    "TooFewReplicas", "the desired replica count is less than the minimum replica count")

  /// Without policies: at most twice as many, or four.
  private func limited(_ wanted: Int, _ current: Int) -> (Int, Words) {
    let fastest = max(2 * current, 4)
    if wanted < least { return (least, Self.tooFew) }
    if wanted > min(most, fastest) {
      return (min(most, fastest), most > fastest ? Self.tooFast : Self.tooMany)
    }
    return (wanted, Self.within)
  }

  private func limited(
    _ wanted: Int, _ current: Int, _ memory: AutoscalerMemory, _ now: Int64, _ up: Direction,
    _ down: Direction
  ) -> (Int, Words) {
    func changes(_ entries: [AutoscalerMemory.Entry], _ seconds: Int) -> Int {
      entries.filter { $0.time > now - Int64(seconds) * 1_000_000_000 }.reduce(0) {
        $0 + $1.replicas
      }
    }
    /// How many replicas there were when the period of a policy began.
    func atStart(_ seconds: Int) -> Int {
      current - changes(memory.additions, seconds) + changes(memory.removals, seconds)
    }
    if wanted > current {
      let proposals = up.policies.map { policy in
        let start = atStart(policy.period)
        return policy.isPercent
          ? Int((Double(start) * (1 + Double(policy.value) / 100)).rounded(.up))
          : start + policy.value
      }
      let chosen = up.select == "Min" ? proposals.min() : proposals.max()
      let bound = up.select == "Disabled" ? current : max(chosen ?? current, current)
      if wanted > min(most, bound) {
        return (min(most, bound), most > bound ? Self.tooFast : Self.tooMany)
      }
    } else if wanted < current {
      let proposals = down.policies.map { policy in
        let start = atStart(policy.period)
        return policy.isPercent
          ? Int(Double(start) * (1 - Double(policy.value) / 100)) : start - policy.value
      }
      let chosen = down.select == "Min" ? proposals.max() : proposals.min()
      let bound = down.select == "Disabled" ? current : min(chosen ?? current, current)
      if wanted < max(least, bound) {
        return (max(least, bound), least < bound ? Self.tooSudden : Self.tooFew)
      }
    }
    return (wanted, Self.within)
  }
}
