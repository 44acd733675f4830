import Documents

extension SchemaNode {
  /// What is wrong with a value by its bounds, and with what is in it by theirs.
  func checkBounds(
    _ value: JSONValue, old: JSONValue?, _ path: String, isRoot: Bool,
    _ problems: inout [FieldProblem]
  ) {
    if let old, old == value { return }
    if value == .null, constraints.isNullable { return }
    if !path.isEmpty { checkOwn(value, path, &problems) }
    for name in required where value.object != nil && value[name] == nil {
      problems.append(.required(path.isEmpty ? name : "\(path).\(name)"))
    }
    for (name, node) in properties where !(isRoot && name == "metadata") {
      guard let member = value[name] else { continue }
      node.checkBounds(
        member, old: old?[name], path.isEmpty ? name : "\(path).\(name)", isRoot: false, &problems)
    }
    if let values, let members = value.object {
      for (key, member) in members where !properties.contains(where: { $0.name == key }) {
        values.checkBounds(member, old: old?[key], "\(path).\(key)", isRoot: false, &problems)
      }
    }
    guard let elements = value.array else { return }
    if let items {
      let before = oldElements(old)
      for (index, element) in elements.enumerated() {
        items.checkBounds(
          element, old: identity(element).flatMap { before[$0] }, "\(path)[\(index)]",
          isRoot: false, &problems)
      }
    }
    checkRepetitions(elements, path, &problems)
  }

  private func checkRepetitions(
    _ elements: [JSONValue], _ path: String, _ problems: inout [FieldProblem]
  ) {
    guard isSet || listKeys != nil else { return }
    var seen: Set<String> = []
    for (index, element) in elements.enumerated() {
      let name = identity(element) ?? element.description
      guard !seen.insert(name).inserted else { continue }
      var shown = element
      if let listKeys {
        shown = [:]
        for key in listKeys { shown[key] = element[key] }
      }
      problems.append(
        FieldProblem("\(path)[\(index)]", .duplicate, value: shown.description))
    }
  }

  /// The bounds of the value itself.
  private func checkOwn(
    _ value: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let rules = constraints
    func fail(_ detail: String) {
      problems.append(
        FieldProblem(path, .invalid, value: value.description, "\(path) in body \(detail)"))
    }
    if !rules.enumeration.isEmpty, !rules.enumeration.contains(value) {
      problems.append(
        .unsupported(
          path, value.string ?? value.description,
          rules.enumeration.map { $0.string ?? $0.description }))
    }
    if let number = value.double {
      if let least = rules.minimum, number < least || rules.exclusiveMinimum && number == least {
        fail(
          "should be greater than\(rules.exclusiveMinimum ? "" : " or equal to") "
            + JSONValue.text(of: least))
      }
      if let most = rules.maximum, number > most || rules.exclusiveMaximum && number == most {
        fail(
          "should be less than\(rules.exclusiveMaximum ? "" : " or equal to") "
            + JSONValue.text(of: most))
      }
      // Fractions are no exact numbers: 0.3 is a multiple of 0.1.
      if let step = rules.multipleOf, step > 0,
        abs((number / step).rounded() - number / step) > 1e-9 * max(1, abs(number / step))
      {
        fail("should be a multiple of \(JSONValue.text(of: step))")
      }
    }
    if let text = value.string {
      if let least = rules.minLength, text.count < least {
        fail("should be at least \(least) chars long")
      }
      if let most = rules.maxLength, text.count > most {
        problems.append(FieldProblem(path, .tooLong, "may not be more than \(most) bytes"))
      }
      if let pattern = rules.pattern, let expression = LinearPattern(pattern),
        !expression.isIn(text)
      {
        fail("should match '\(pattern)'")
      }
    }
    checkCounts(value, path, &problems)
  }

  private func checkCounts(
    _ value: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    func fail(_ detail: String) {
      problems.append(
        FieldProblem(path, .invalid, value: value.description, "\(path) in body \(detail)"))
    }
    if let items = value.array {
      if let least = constraints.minItems, items.count < least {
        fail("should have at least \(least) items")
      }
      if let most = constraints.maxItems, items.count > most {
        problems.append(FieldProblem(path, .tooMany, "must have at most \(most) items"))
      }
    }
    if let members = value.object {
      if let least = constraints.minProperties, members.count < least {
        fail("should have at least \(least) properties")
      }
      if let most = constraints.maxProperties, members.count > most {
        problems.append(FieldProblem(path, .tooMany, "must have at most \(most) items"))
      }
    }
  }
}
