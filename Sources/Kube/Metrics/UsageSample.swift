// What a node's kubelet has read from the kernel's counters, at one moment, on its way to the server.
//
// Next: MetricsBook.swift

import Documents

/// Counters of one node and its containers: processor time so far, memory now.
struct UsageSample: Sendable, Equatable {
  /// Nanoseconds of processor time, which only grow, and bytes of memory.
  struct Reading: Sendable, Equatable {
    var cpu: UInt64
    var memory: UInt64
  }

  /// A container of a pod.
  struct Container: Sendable, Equatable {
    var id: String
    var namespace: String
    var pod: String
    var name: String
    /// Nanoseconds since 1970.
    var startedAt: Int64
    var reading: Reading
  }

  var node: String
  /// Nanoseconds since 1970.
  var time: Int64
  var machine: Reading
  var containers: [Container]

  init(node: String, time: Int64, machine: Reading, containers: [Container]) {
    self.node = node
    self.time = time
    self.machine = machine
    self.containers = containers
  }

  var json: JSONValue {
    [
      "node": .string(node), "time": .integer(time), "machine": machine.json,
      "containers": .array(
        containers.map { container in
          [
            "id": .string(container.id), "namespace": .string(container.namespace),
            "pod": .string(container.pod), "name": .string(container.name),
            "startedAt": .integer(container.startedAt), "reading": container.reading.json,
          ]
        }),
    ]
  }

  /// Nil for what is no sample.
  init?(_ json: JSONValue) {
    guard !json.text("node").isEmpty, let time = json.number("time"),
      let machine = Reading(json["machine"])
    else { return nil }
    self.init(
      node: json.text("node"), time: Int64(time), machine: machine,
      containers: json.list("containers").compactMap { container in
        guard let reading = Reading(container["reading"]) else { return nil }
        return Container(
          id: container.text("id"), namespace: container.text("namespace"),
          pod: container.text("pod"), name: container.text("name"),
          startedAt: Int64(container.number("startedAt") ?? 0), reading: reading)
      })
  }
}

extension UsageSample.Reading {
  var json: JSONValue {
    ["cpu": .integer(Int64(clamping: cpu)), "memory": .integer(Int64(clamping: memory))]
  }

  init?(_ json: JSONValue?) {
    guard let json, let cpu = json.number("cpu"), let memory = json.number("memory") else {
      return nil
    }
    self.init(cpu: UInt64(clamping: cpu), memory: UInt64(clamping: memory))
  }
}
