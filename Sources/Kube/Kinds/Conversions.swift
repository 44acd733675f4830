import Documents

/// Autoscalers are stored as autoscaling/v2; v1 knows only the target for cpu.
enum AutoscalerConversion {
  @Sendable static func toV2(_ old: JSONValue) -> JSONValue {
    var new = old
    new["apiVersion"] = "autoscaling/v2"
    let target = old.at("spec", "targetCPUUtilizationPercentage")
    new.set("spec", "targetCPUUtilizationPercentage", to: nil)
    new.set(
      "spec", "metrics",
      to: [
        [
          "type": "Resource",
          "resource": [
            "name": "cpu",
            "target": ["type": "Utilization", "averageUtilization": target ?? 80],
          ],
        ]
      ])
    new.set("status", "currentCPUUtilizationPercentage", to: nil)
    new.setDefault("status", "currentMetrics", to: .null)
    return new
  }

  @Sendable static func toV1(_ new: JSONValue) -> JSONValue {
    var old = new
    old["apiVersion"] = "autoscaling/v1"
    let cpu = new.list("spec", "metrics").first { $0.text("resource", "name") == "cpu" }
    old.set("spec", "metrics", to: nil)
    old.set("spec", "behavior", to: nil)
    old.set(
      "spec", "targetCPUUtilizationPercentage",
      to: cpu?.at("resource", "target", "averageUtilization"))
    let current = new.list("status", "currentMetrics").first {
      $0.text("resource", "name") == "cpu"
    }
    old.set("status", "currentMetrics", to: nil)
    old.set("status", "conditions", to: nil)
    old.set(
      "status", "currentCPUUtilizationPercentage",
      to: current?.at("resource", "current", "averageUtilization"))
    return old
  }
}

/// Events are stored as those of the core group; events.k8s.io calls some fields by other names.
enum EventConversion {
  private static let names = [
    ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
  ]

  @Sendable static func toEventsGroup(_ event: JSONValue) -> JSONValue {
    var result = event
    result["apiVersion"] = "events.k8s.io/v1"
    for (core, new) in names where result[core] != nil {
      result[new] = result[core]
      result[core] = nil
    }
    return result
  }

  @Sendable static func toCoreGroup(_ event: JSONValue) -> JSONValue {
    var result = event
    result["apiVersion"] = "v1"
    for (core, new) in names where result[new] != nil {
      result[core] = result[new]
      result[new] = nil
    }
    return result
  }
}
