import Documents

// What is filled in and checked in autoscalers.

extension Defaults {
  /// Without metrics, 80 % of the processor time that is requested.
  @Sendable static func autoscaler(_ spec: inout JSONValue) {
    spec.setDefault(
      "metrics",
      to: [
        [
          "type": "Resource",
          "resource": [
            "name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80],
          ],
        ]
      ])
  }

  /// Who says something about how fast to go leaves the rest as it would be anyway.
  @Sendable static func autoscalerBehavior(_ behavior: inout JSONValue) {
    let double: JSONValue = ["type": "Percent", "value": 100, "periodSeconds": 15]
    behavior.setDefault("scaleUp", "stabilizationWindowSeconds", to: 0)
    for direction in ["scaleUp", "scaleDown"] {
      behavior.setDefault(direction, "selectPolicy", to: "Max")
      let four: JSONValue = ["type": "Pods", "value": 4, "periodSeconds": 15]
      behavior.setDefault(
        direction, "policies", to: direction == "scaleUp" ? [four, double] : [double])
    }
  }
}

extension Validators {
  @Sendable static func autoscaler(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let most = spec.number("maxReplicas") ?? 0
    if most < 1 {
      problems.append(.invalid("\(path).maxReplicas", most, "must be greater than 0"))
    }
    if let least = spec.number("minReplicas"), least < 1 {
      problems.append(
        .invalid("\(path).minReplicas", least, "must be greater than or equal to 1"))
    } else if let least = spec.number("minReplicas"), most < least, most >= 1 {
      problems.append(
        .invalid(
          "\(path).maxReplicas", most, "must be greater than or equal to `minReplicas`"))
    }
    for key in ["kind", "name"] where spec.text("scaleTargetRef", key).isEmpty {
      problems.append(.required("\(path).scaleTargetRef.\(key)"))
    }
    for (index, metric) in spec.list("metrics").enumerated() {
      checkMetric(metric, "\(path).metrics[\(index)]", &problems)
    }
  }

  private static func checkMetric(
    _ metric: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let type = metric.text("type")
    let types = ["ContainerResource", "External", "Object", "Pods", "Resource"]
    guard !type.isEmpty else {
      return problems.append(.required("\(path).type", "must specify a metric source type"))
    }
    guard types.contains(type) else {
      return problems.append(.unsupported("\(path).type", type, types))
    }
    let key = String(type.prefix(1).lowercased() + type.dropFirst())
    guard let source = metric[key] else {
      return problems.append(
        .required(
          "\(path).\(key)", "must populate information for the given metric source"))
    }
    guard ["resource", "containerResource"].contains(key) else { return }
    if source.text("name").isEmpty {
      problems.append(.required("\(path).\(key).name", "must specify a resource name"))
    }
    if key == "containerResource", source.text("container").isEmpty {
      problems.append(.required("\(path).\(key).container", "must specify a container"))
    }
    let target = source["target"] ?? .null
    let place = "\(path).\(key).target"
    let share = target.number("averageUtilization")
    if let share, share < 1 {
      problems.append(.invalid("\(place).averageUtilization", share, "must be greater than 0"))
    }
    let amount = Quantity(target.text("averageValue"))
    if let amount, amount.nano <= 0 {
      problems.append(
        .invalid("\(place).averageValue", target.text("averageValue"), "must be positive"))
    }
    if share == nil, amount == nil {
      problems.append(
        .required(
          "\(place).averageUtilization",
          "must set either a target raw value or a target utilization"))
    } else if share != nil, amount != nil {
      problems.append(
        FieldProblem(
          "\(place).averageValue", .forbidden,
          "may not set both a target raw value and a target utilization"))
    }
  }

  @Sendable static func scalingRules(
    _ rules: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    func check(_ value: JSONValue, _ key: String, _ path: String, least: Int, most: Int) {
      guard let number = value.number(key) else { return }
      if number < least {
        problems.append(
          .invalid(
            "\(path).\(key)", number,
            least == 0
              ? "must be greater than or equal to zero" : "must be greater than zero"))
      } else if number > most {
        problems.append(
          .invalid("\(path).\(key)", number, "must be less than or equal to \(most)"))
      }
    }
    check(rules, "stabilizationWindowSeconds", path, least: 0, most: 3600)
    let choices = ["Disabled", "Max", "Min"]
    if let choice = rules["selectPolicy"]?.string, !choices.contains(choice) {
      problems.append(.unsupported("\(path).selectPolicy", choice, choices))
    }
    if rules["policies"] != nil, rules.list("policies").isEmpty {
      problems.append(.required("\(path).policies", "must specify at least one Policy"))
    }
    for (index, policy) in rules.list("policies").enumerated() {
      let place = "\(path).policies[\(index)]"
      let types = ["Percent", "Pods"]
      if !types.contains(policy.text("type")) {
        problems.append(.unsupported("\(place).type", policy.text("type"), types))
      }
      check(policy, "value", place, least: 1, most: .max)
      check(policy, "periodSeconds", place, least: 1, most: 1800)
    }
  }
}
