// How many pods it takes for each to use what it should: the sum of what they use, divided by the
// target. The care is for pods that say nothing yet: one without metrics, or one that has only just
// begun, must not make an autoscaler overshoot.
//
// Next: ScalingRules.swift

import Documents
import Support

/// The number of pods for one metric of resources.
struct ReplicaCalculation {
  /// What there should be, and what is used now on average.
  struct Result: Equatable {
    var replicas: Int
    /// In percent of what is requested; nil when the target is an amount.
    var utilization: Int?
    /// In thousandths.
    var average: Int
  }

  /// Why there is no result, in the words of the real controller.
  struct Failure: Error, Equatable {
    let message: String
    init(_ message: String) { self.message = message }
  }

  /// Changes of less are none.
  static let tolerance = 0.1
  /// For so long after its start a pod's processor time says little.
  private static let beginning: Int64 = 300_000_000_000
  /// A pod that became unready so soon after its start has never been ready.
  private static let firstReadiness: Int64 = 30_000_000_000

  /// `cpu` or `memory`.
  let resource: String
  /// Of one container only; empty means the whole pod.
  var container = ""
  let view: ClusterView

  /// `pods` are those of the target; `target` is in percent (of what they request) or in thousandths.
  func replicas(
    _ pods: [JSONValue], in namespace: String, now current: Int, target: Int, isPercent: Bool
  ) throws(Failure) -> Result {
    var used = try usage(in: namespace, of: pods)
    guard !pods.isEmpty else {
      throw Failure("no pods returned by selector while calculating replica count")
    }
    let (ready, unready, missing, ignored) = group(pods, used)
    for name in unready + ignored { used[name] = nil }
    guard !used.isEmpty else {
      throw Failure("did not receive metrics for targeted pods (pods might be unready)")
    }
    let requests = isPercent ? try requests(of: pods) : [:]
    func ratio() throws(Failure) -> (ratio: Double, percent: Int?, average: Int) {
      try Self.ratio(used, requests, target: target, isPercent: isPercent)
    }
    let first = try ratio()
    func result(_ replicas: Int) -> Result {
      Result(replicas: replicas, utilization: first.percent, average: first.average)
    }
    let countsUnready = !unready.isEmpty && first.ratio > 1
    if !countsUnready, missing.isEmpty {
      return result(
        abs(1 - first.ratio) <= Self.tolerance
          ? current : Self.count(first.ratio * Double(ready)))
    }
    // Whoever says nothing is taken for what holds the change back.
    for name in missing {
      if first.ratio < 1 {
        used[name] =
          isPercent
          ? Int(clamping: Int128(requests[name] ?? 0) * Int128(max(100, target)) / 100) : target
      } else if first.ratio > 1 {
        used[name] = 0
      }
    }
    if countsUnready { for name in unready { used[name] = 0 } }
    let second = try ratio().ratio
    if abs(1 - second) <= Self.tolerance || (first.ratio < 1) != (second < 1) {
      return result(current)
    }
    let replicas = Self.count(second * Double(used.count))
    if second < 1 ? replicas > current : replicas < current { return result(current) }
    return result(replicas)
  }

  /// A number of replicas, which has 32 bits.
  private static func count(_ pods: Double) -> Int {
    Int(min(pods.rounded(.up), Double(Int32.max)))
  }

  // MARK: What is used

  private func metrics(_ namespace: String) -> [JSONValue] {
    view.objects(MetricsBook.pods, namespace)
  }

  /// In thousandths, by the name of the pod.
  private func usage(in namespace: String, of pods: [JSONValue]) throws(Failure) -> [String: Int] {
    let names = Set(pods.map(\.name))
    let found = metrics(namespace).filter { names.contains($0.name) }
    let prefix = "unable to get metrics for resource \(resource): "
    guard !found.isEmpty else {
      throw Failure(prefix + "no metrics returned from resource metrics API")
    }
    var result: [String: Int] = [:]
    for metric in found {
      let parts = metric.list("containers").filter {
        container.isEmpty || $0.text("name") == container
      }
      if !container.isEmpty, parts.isEmpty {
        throw Failure(
          prefix + "container \(container) not present in metrics for pod "
            + "\(metric.namespace)/\(metric.name)")
      }
      let amounts = parts.compactMap { Quantity($0.text("usage", resource))?.milli }
      if amounts.count == parts.count { result[metric.name] = Self.sum(amounts) }
    }
    return result
  }

  private func requests(of pods: [JSONValue]) throws(Failure) -> [String: Int] {
    var result: [String: Int] = [:]
    for pod in pods {
      let beside = pod.list("spec", "initContainers").filter {
        $0.text("restartPolicy") == "Always"
      }
      var parts = pod.list("spec", "containers") + beside
      if !container.isEmpty {
        parts = parts.filter { $0.text("name") == container }
        if parts.isEmpty {
          throw Failure("container \(container) not found in Pod \(pod.name)")
        }
      }
      var amounts: [Int] = []
      for part in parts {
        guard let amount = Quantity(part.text("resources", "requests", resource)) else {
          throw Failure(
            "missing request for \(resource) in container \(part.text("name")) of Pod \(pod.name)")
        }
        amounts.append(amount.milli)
      }
      result[pod.name] = Self.sum(amounts)
    }
    return result
  }

  /// What users write may be more than fits.
  private static func sum(_ amounts: some Sequence<Int>) -> Int {
    Int(clamping: amounts.reduce(Int128(0)) { $0 + Int128($1) })
  }

  private static func ratio(
    _ used: [String: Int], _ requests: [String: Int], target: Int, isPercent: Bool
  ) throws(Failure) -> (ratio: Double, percent: Int?, average: Int) {
    guard isPercent else {
      let average = sum(used.values) / used.count
      return (Double(average) / Double(max(1, target)), nil, average)
    }
    let known = used.filter { requests[$0.key] != nil }
    let requested = sum(known.keys.map { requests[$0] ?? 0 })
    guard requested > 0 else { throw Failure("no metrics returned matched known pods") }
    let total = sum(known.values)
    let percent = Int(clamping: Int128(total) * 100 / Int128(requested))
    return (Double(percent) / Double(max(1, target)), percent, total / known.count)
  }

  // MARK: Which pods count

  /// By name: how many are ready; those that are not; those without metrics; those that do not count.
  private func group(_ pods: [JSONValue], _ used: [String: Int])
    -> (ready: Int, unready: [String], missing: [String], ignored: [String])
  {
    var ready = 0
    var (unready, missing, ignored): ([String], [String], [String]) = ([], [], [])
    for pod in pods {
      let phase = pod.text("status", "phase")
      if pod.isBeingDeleted || phase == "Failed" {
        ignored.append(pod.name)
      } else if phase == "Pending" || phase.isEmpty {
        unready.append(pod.name)
      } else if used[pod.name] == nil {
        missing.append(pod.name)
      } else if resource == "cpu", isBeginning(pod) {
        unready.append(pod.name)
      } else {
        ready += 1
      }
    }
    return (ready, unready, missing, ignored)
  }

  /// Whether what a pod uses is rather what its beginning takes.
  private func isBeginning(_ pod: JSONValue) -> Bool {
    guard let condition = pod.condition("Ready"),
      let start = RFC3339.nanoseconds(pod.text("status", "startTime")),
      let changed = RFC3339.nanoseconds(condition.text("lastTransitionTime"))
    else { return true }
    let isUnready = condition.text("status") == "False"
    guard start > view.now - Self.beginning else {
      return isUnready && start > changed &- Self.firstReadiness
    }
    guard let metric = metrics(pod.namespace).first(where: { $0.name == pod.name }),
      let time = RFC3339.nanoseconds(metric.text("timestamp"))
    else { return true }
    // All of what was measured must lie after the pod became ready.
    let window = (try? GoValue.duration(metric.text("window"))) ?? 0
    return isUnready || time &- window < changed
  }
}
