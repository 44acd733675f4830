import Documents

/// What the metrics of one autoscaler come to: the highest count that any of them asks for.
struct AutoscalerMetrics {
  /// What one metric asks for.
  struct Proposal: Equatable {
    var replicas: Int
    /// The metric, as conditions and events call it.
    var name: String
    /// For `status.currentMetrics`.
    var status: JSONValue
  }

  /// What is wrong with one: the reason and the message of the event.
  struct Problem: Equatable {
    var reason: String
    var message: String
    /// The same, as part of the sentence about all metrics.
    var whole: String
  }

  private(set) var best: Proposal?
  private(set) var statuses: [JSONValue] = []
  private(set) var problems: [Problem] = []
  private let count: Int
  private let current: Int

  /// `pods` are those of the target, `current` how many it is asked for.
  init(_ scaler: JSONValue, _ pods: [JSONValue], current: Int, _ view: ClusterView) {
    let metrics = scaler.list("spec", "metrics")
    count = metrics.count
    self.current = current
    for metric in metrics {
      do {
        let proposal = try Self.proposal(metric, scaler, pods, current, view)
        statuses.append(proposal.status)
        if best.map({ $0.replicas < proposal.replicas }) ?? true { best = proposal }
      } catch { problems.append(error) }
    }
  }

  /// Whether there is nothing to go by: no metric says anything, or one that says nothing might have
  /// asked for more than those that ask for less.
  var failure: String? {
    guard let first = problems.first,
      problems.count >= count || (best?.replicas ?? 0) < current
    else { return nil }
    return
      "invalid metrics (\(problems.count) invalid out of \(count)), first error is: \(first.whole)"
  }

  private static func proposal(
    _ metric: JSONValue, _ scaler: JSONValue, _ pods: [JSONValue], _ current: Int,
    _ view: ClusterView
  ) throws(Problem) -> Proposal {
    let type = metric.text("type")
    let isPart = type == "ContainerResource"
    guard let source = metric[isPart ? "containerResource" : "resource"] else {
      throw foreign(metric, scaler)
    }
    let resource = source.text("name")
    let container = source.text("container")
    let word = isPart ? "container resource" : "resource"
    let goal = source["target"] ?? .null
    let amount = Quantity(goal.text("averageValue"))?.milli
    let percent = goal.number("averageUtilization")
    func problem(_ message: String) -> Problem {
      Problem(
        reason: "FailedGet\(type)Metric", message: message,
        whole: "failed to get \(resource) \(word) metric value: \(message)")
    }
    guard let target = amount ?? percent else {
      throw problem(
        "invalid resource metric source: neither an average utilization target nor an average value "
          + "target was set")
    }
    let calculation = ReplicaCalculation(resource: resource, container: container, view: view)
    do {
      let result = try calculation.replicas(
        pods, in: scaler.namespace, now: current, target: target, isPercent: amount == nil)
      var now: JSONValue = [
        "averageValue": .string(Quantity(milli: result.average).description)
      ]
      if let share = result.utilization { now["averageUtilization"] = .integer(Int64(share)) }
      var status: JSONValue = ["name": .string(resource), "current": now]
      if isPart { status["container"] = .string(container) }
      return Proposal(
        replicas: result.replicas,
        name: amount == nil
          ? "\(resource) \(word) utilization (percentage of request)" : "\(resource) \(word)",
        status: ["type": .string(type), isPart ? "containerResource" : "resource": status])
    } catch {
      let what = amount == nil ? "utilization" : "usage"
      throw problem("failed to get \(resource) \(what): \(error.message)")
    }
  }

  /// Metrics that an adapter would serve, of which there is none.
  private static func foreign(_ metric: JSONValue, _ scaler: JSONValue) -> Problem {
    let type = metric.text("type")
    let source = metric[type.prefix(1).lowercased() + type.dropFirst()] ?? .null
    let name = source.text("metric", "name")
    let custom =
      "unable to fetch metrics from custom metrics API: no custom metrics API "
      + "(custom.metrics.k8s.io) registered"
    let message =
      switch type {
      case "Pods": "unable to get metric \(name): \(custom)"
      case "Object":
        "unable to get metric \(name): \(source.text("describedObject", "kind")) on "
          + "\(scaler.namespace) \(source.text("describedObject", "name"))/\(custom)"
      case "External":
        "unable to get external metric \(scaler.namespace)/\(name)/nil: unable to fetch metrics from "
          + "external metrics API: the server could not find the requested resource "
          + "(get \(name).external.metrics.k8s.io)"
      default: "unknown metric source type \"\(type)\""
      }
    let reason = ["Pods", "Object", "External"].contains(type) ? type : ""
    return Problem(
      reason: reason.isEmpty ? "InvalidMetricSourceType" : "FailedGet\(reason)Metric",
      message: message,
      whole: "failed to get \(type.lowercased()) metric value: \(message)")
  }
}

extension AutoscalerMetrics.Problem: Error {}
