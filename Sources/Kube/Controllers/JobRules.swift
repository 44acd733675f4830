import Documents
import Support

/// What a job's specification says about pods that fail, and when less than everything is enough.
struct JobRules {
  private let spec: JSONValue

  /// What a failed pod counts for.
  enum Verdict: Equatable {
    case count
    case ignore
    case failIndex
    /// By the rule of this number, because of this.
    case failJob(Int, String)
  }

  init(_ job: JSONValue) {
    spec = job["spec"] ?? [:]
  }

  /// Whether every index has a limit of its own.
  var isPerIndex: Bool { spec["backoffLimitPerIndex"] != nil }

  /// By the first rule of the pod failure policy that fits; without one a failure counts.
  func verdict(on pod: JSONValue) -> Verdict {
    for (number, rule) in spec.list("podFailurePolicy", "rules").enumerated() {
      guard let cause = Self.cause(rule, pod) else { continue }
      switch rule.text("action") {
      case "Ignore": return .ignore
      case "FailIndex": return .failIndex
      case "FailJob": return .failJob(number, cause)
      default: return .count
      }
    }
    return .count
  }

  /// The message with which a pod ends its whole job; nil when it does not.
  func failure(by pod: JSONValue) -> String? {
    guard case .failJob(let number, let cause) = verdict(on: pod) else { return nil }
    return "\(cause) matching FailJob rule at index \(number)"
  }

  /// What of a pod fits a rule; nil when nothing does.
  private static func cause(_ rule: JSONValue, _ pod: JSONValue) -> String? {
    if let codes = rule["onExitCodes"] {
      for list in ["containerStatuses", "initContainerStatuses"] {
        for status in pod.list("status", list) {
          let named = codes.text("containerName")
          guard let code = status.number("state", "terminated", "exitCode"), code != 0,
            named.isEmpty || named == status.text("name")
          else { continue }
          let isListed = codes.list("values").contains { $0.int == code }
          if isListed == (codes.text("operator") == "In") {
            return "Container \(status.text("name")) for pod \(pod.qualifiedName) failed with exit "
              + "code \(code)"
          }
        }
      }
    }
    for pattern in rule.list("onPodConditions") {
      let type = pattern.text("type")
      let wanted = pattern.text("status").isEmpty ? "True" : pattern.text("status")
      if pod.condition(type)?.text("status") == wanted {
        return "Pod \(pod.qualifiedName) has condition \(type)"
      }
    }
    return nil
  }

  /// The indexes that have failed for good.
  func failedIndexes(_ failed: [JSONValue]) -> Set<Int> {
    guard let limit = spec.number("backoffLimitPerIndex") else { return [] }
    var counts: [Int: Int] = [:]
    var result: Set<Int> = []
    for pod in failed {
      guard let index = JobState.index(pod) else { continue }
      switch verdict(on: pod) {
      case .failIndex: result.insert(index)
      case .count: counts[index, default: 0] += 1
      default: break
      }
    }
    return result.union(counts.filter { $0.value > limit }.keys)
  }

  /// The number of the first rule of the success policy that these indexes fulfil.
  func success(of done: Set<Int>) -> Int? {
    spec.list("successPolicy", "rules").firstIndex { rule in
      let wanted = rule["succeededIndexes"]?.string.map(Self.numbers)
      let have = wanted.map { done.intersection($0).count } ?? done.count
      return have >= rule.number("succeededCount") ?? wanted?.count ?? .max
    }
  }

  /// The numbers of `0-2,5`; what is no number is left out.
  static func numbers(_ text: String) -> Set<Int> {
    var result: Set<Int> = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last, last <= 100_000 else {
        continue
      }
      result.formUnion(first...last)
    }
    return result
  }
}
