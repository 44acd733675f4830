// Tells the server what the node's containers use: every ten seconds the counters of their control
// groups are read and sent. What that comes to is computed there (MetricsBook.swift), as a metrics
// server does with what it asks kubelets for.
//
// Simplification: every node of a cluster offers the whole machine's processors and memory. What the
// machine uses beside its pods counts for each of them.

import Documents
import Engine
import Linux

/// Reads and sends what is used.
final class UsageReporter {
  static let period: Int64 = 10_000_000_000
  private let node: String
  private let engine: Engine
  private let client: LocalClient
  private var request: RequestUnderWay?
  /// When to read next, in nanoseconds since 1970.
  private(set) var next: Int64 = 0

  init(node: String, engine: Engine, client: LocalClient) {
    self.node = node
    self.engine = engine
    self.client = client
  }

  /// To be polled for reading; nil while nothing is under way.
  var descriptor: Int32? { request?.descriptor }

  /// Reads and sends, when it is time.
  func report(_ now: Int64, _ containers: () -> [ObservedContainer]) {
    guard now >= next else { return }
    next = now + Self.period
    // One that the server has not answered for so long is given up.
    request = try? client.begin("POST", "/dklab/usage", sample(now, containers()).json)
  }

  private func sample(_ now: Int64, _ containers: [ObservedContainer]) -> UsageSample {
    UsageSample(
      node: node, time: now,
      machine: UsageSample.Reading(
        cpu: SystemUsage.busyNanoseconds(), memory: SystemUsage.memoryInUse()),
      containers: containers.compactMap { container in
        guard container.state == .running, container.name != ObservedContainer.sandbox,
          let record = try? engine.existing(container.id)
        else { return nil }
        let usage = engine.sample(record).usage
        return UsageSample.Container(
          id: container.id, namespace: container.podNamespace, pod: container.podName,
          name: container.name, startedAt: container.startedAt,
          reading: UsageSample.Reading(cpu: usage.cpuNanoseconds, memory: usage.memoryInUse))
      })
  }

  /// Takes in the answer as it comes; what was lost is not sent again.
  func read() {
    if request?.read() ?? false { request = nil }
  }
}
