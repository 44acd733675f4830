import Support

/// What is to be done to a project: operations, each with its cause and with those that come before it.
/// Made by pure functions from a project and a state, so that it can be printed, tested as text, and
/// carried out by somebody who decides nothing.
package struct ComposePlan: Sendable, Equatable {
  /// One operation of a plan.
  package struct Step: Sendable, Equatable {
    package var operation: ComposeOperation
    package var cause: Text
    /// Indices of steps that have to be done first; all smaller than this one's.
    package var after: [Int]
  }

  package private(set) var steps: [Step] = []
  /// What is already as wished, for those who are told about everything.
  package var unchanged: [String] = []
  package var warnings: [Text] = []

  package init() {}

  /// Whether there is nothing to do.
  package var isEmpty: Bool { steps.isEmpty }

  /// Adds an operation; returns its index.
  @discardableResult
  package mutating func add(
    _ operation: ComposeOperation, because cause: Text, after: [Int] = []
  ) -> Int {
    precondition(after.allSatisfy { $0 < steps.count })
    steps.append(Step(operation: operation, cause: cause, after: Array(Set(after)).sorted()))
    return steps.count - 1
  }

  /// Lets step `index` also come after `others`, which must be earlier in the list.
  package mutating func order(_ index: Int, after others: [Int]) {
    precondition(others.allSatisfy { $0 < index })
    steps[index].after = Array(Set(steps[index].after + others)).sorted()
  }

  /// The plan as lines: number, operation, cause, and what it comes after.
  package func text(_ language: Language = .current) -> String {
    var lines = warnings.map { "! \($0(language))" }
    let width = "\(steps.count)".count
    for (index, step) in steps.enumerated() {
      let number = "\(index + 1)"
      let pad = String(repeating: " ", count: width - number.count)
      var line = "\(pad)\(number)  \(step.operation.text(language)): \(step.cause(language))"
      if !step.after.isEmpty {
        let numbers = step.after.map { "\($0 + 1)" }.joined(separator: ", ")
        line += Text(" (after \(numbers))", ko: " (\(numbers) 다음)")(language)
      }
      lines.append(line)
    }
    for name in unchanged {
      lines.append(
        Text("=  container \(name) stays as it is", ko: "=  컨테이너 \(name)은(는) 그대로 둡니다")(language))
    }
    if lines.isEmpty { lines = [Text("nothing to do", ko: "할 일이 없습니다")(language)] }
    return lines.map { $0 + "\n" }.joined()
  }
}
