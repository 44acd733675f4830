// What pods and nodes use, as metrics.k8s.io has it: the rate of a counter between the two latest
// samples of a node, and the memory at the later one. Kept in memory only, as a metrics server does:
// who restarts it waits for two samples.
//
// Next: UsageReporter.swift reads, KubeServer+Metrics.swift answers, HorizontalController.swift scales.

import Documents
import Support
import Synchronization

/// The latest samples of every node.
package final class MetricsBook: Sendable {
  /// The group of its kinds.
  package static let group = "metrics.k8s.io"
  static let apiVersion = "\(group)/v1beta1"
  /// Under which a controller finds what pods use.
  package static let pods = "\(group)/pods"
  /// What is older is not told: the node has gone silent.
  private static let lifetime: Int64 = 60_000_000_000

  private struct Pair {
    var before: UsageSample?
    var now: UsageSample

    /// What the containers of the node's pods are known to use together.
    var podsUsage: (cpu: Int64, memory: UInt64) {
      let earlier = Dictionary(
        (before?.containers ?? []).map { ($0.id, $0) }, uniquingKeysWith: { one, _ in one })
      return now.containers.reduce((cpu: 0, memory: 0)) { sum, part in
        let rate = UsageRate(of: part, earlier[part.id], before?.time, at: now.time)
        return (sum.cpu + (rate?.cpu ?? 0), sum.memory + part.reading.memory)
      }
    }
  }

  private let samples = Mutex<[String: Pair]>([:])

  package init() {}

  /// Takes in what a kubelet has read.
  func take(_ sample: UsageSample) {
    samples.withLock { samples in
      let before = samples[sample.node]?.now
      // The same again, or an older one, says nothing.
      guard before.map({ $0.time < sample.time }) ?? true else { return }
      samples[sample.node] = Pair(before: before, now: sample)
    }
  }

  private func pairs(_ now: Int64) -> [Pair] {
    samples.withLock { samples in
      samples.values.filter { now - $0.now.time < Self.lifetime }
    }
  }

  /// Of each node that has said enough, a NodeMetrics without labels.
  ///
  /// All nodes of a cluster are one machine. What a node uses is what the machine does, without what the
  /// pods of the other nodes do.
  func nodes(now: Int64) -> [JSONValue] {
    let pairs = pairs(now)
    let ofPods = pairs.map(\.podsUsage)
    let all = ofPods.reduce((cpu: 0, memory: 0)) { ($0.cpu + $1.cpu, $0.memory + $1.memory) }
    return zip(pairs, ofPods).compactMap { pair, own in
      guard let before = pair.before,
        var rate = UsageRate(
          since: before.time, before.machine, at: pair.now.time, pair.now.machine)
      else { return nil }
      rate.cpu = max(own.cpu, rate.cpu - (all.cpu - own.cpu))
      rate.memory = max(own.memory, rate.memory - min(rate.memory, all.memory - own.memory))
      return [
        "kind": "NodeMetrics", "apiVersion": .string(Self.apiVersion),
        "metadata": ["name": .string(pair.now.node)],
        "timestamp": .string(rate.timestamp), "window": .string(rate.window), "usage": rate.usage,
      ]
    }
  }

  /// Of each pod of which all running containers are known, a PodMetrics without labels. An empty
  /// namespace means all.
  func pods(in namespace: String, now: Int64) -> [JSONValue] {
    pairs(now).flatMap { pair -> [JSONValue] in
      let before = Dictionary(
        (pair.before?.containers ?? []).map { ($0.id, $0) }, uniquingKeysWith: { one, _ in one })
      let wanted = pair.now.containers.filter { namespace.isEmpty || $0.namespace == namespace }
      return Dictionary(grouping: wanted) { [$0.namespace, $0.pod] }.values.compactMap {
        parts -> JSONValue? in
        let rates = parts.sorted { $0.name < $1.name }.compactMap { part in
          UsageRate(of: part, before[part.id], pair.before?.time, at: pair.now.time).map {
            (part.name, $0)
          }
        }
        guard rates.count == parts.count, let first = rates.min(by: { $0.1.start > $1.1.start })
        else { return nil }
        return [
          "kind": "PodMetrics", "apiVersion": .string(Self.apiVersion),
          "metadata": ["name": .string(parts[0].pod), "namespace": .string(parts[0].namespace)],
          "timestamp": .string(first.1.timestamp), "window": .string(first.1.window),
          "containers": .array(
            rates.map { ["name": .string($0.0), "usage": $0.1.usage] }),
        ]
      }
    }
  }
}

/// What was used between two readings.
struct UsageRate: Sendable, Equatable {
  /// Nanoseconds since 1970.
  var start: Int64
  var end: Int64
  /// Billionths of a processor.
  var cpu: Int64
  var memory: UInt64
  /// A container that has run for a shorter time says nothing yet.
  private static let leastWindow: Int64 = 5_000_000_000

  /// Nil when the counter was begun anew meanwhile.
  init?(
    since start: Int64, _ before: UsageSample.Reading, at end: Int64, _ now: UsageSample.Reading
  ) {
    guard end > start, now.cpu >= before.cpu else { return nil }
    self.start = start
    self.end = end
    cpu = Int64(Double(now.cpu - before.cpu) / Double(end - start) * 1e9)
    memory = now.memory
  }

  /// Of a container: since it was last read, or else since it was started.
  init?(
    of container: UsageSample.Container, _ before: UsageSample.Container?, _ time: Int64?,
    at end: Int64
  ) {
    if let before, let time, container.startedAt <= time {
      self.init(since: time, before.reading, at: end, container.reading)
    } else {
      guard container.startedAt > 0, end - container.startedAt >= Self.leastWindow else {
        return nil
      }
      self.init(
        since: container.startedAt, UsageSample.Reading(cpu: 0, memory: 0), at: end,
        container.reading)
    }
  }

  var timestamp: String { RFC3339.text(end / 1_000_000_000 * 1_000_000_000) }
  var window: String { GoTime.duration((end - start) / 1_000_000 * 1_000_000) }

  /// As a list of resources: `cpu` in billionths, `memory` in kibibytes.
  var usage: JSONValue {
    [
      "cpu": .string(Quantity(nano: Int128(cpu)).description),
      "memory": .string(Quantity(Int(memory / 1024) * 1024, format: .binary).description),
    ]
  }
}
