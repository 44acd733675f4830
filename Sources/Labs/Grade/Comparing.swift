import Support

/// What submissions of different students say of each other. Observations, never accusations: two who sat
/// together type the same, and a shared computer has one name.
enum Comparing {
  /// So many lines typed at the very same moments are one record.
  private static let momentLimit = 3
  /// So many lines in the very same order are worth a look; short labs leave little choice.
  private static let lineLimit = 12

  /// Names for a sentence; of a whole class that shares something, some.
  private static func list(_ names: [String]) -> String {
    let all = Set(names).sorted()
    let some = all.prefix(10).joined(separator: ", ")
    return all.count > 10 ? some + " … (\(all.count))" : some
  }

  /// By the places of `results`.
  static func observations(_ results: [GradedSubmission]) -> [Int: [Observation]] {
    var found: [Int: [Observation]] = [:]
    var byMoment: [String: [Int]] = [:]
    var byLines: [[String]: [Int]] = [:]
    var owners: [String: [Int]] = [:]
    for (place, result) in results.enumerated() where result.outcome != .refused {
      for moment in Set(result.print.moments) { byMoment[moment, default: []].append(place) }
      if result.print.lines.count >= lineLimit {
        byLines[[result.lab] + result.print.lines, default: []].append(place)
      }
      for word in result.print.own { owners[word, default: []].append(place) }
    }
    func name(_ place: Int) -> String {
      let id = results[place].student.id
      return id.isEmpty ? results[place].file.oneLine : id
    }
    func isOther(_ left: Int, _ right: Int) -> Bool {
      results[left].student.id != results[right].student.id
    }
    var shared: [Int: [Int: Int]] = [:]
    for places in byMoment.values where places.count > 1 {
      for left in places {
        for right in places where isOther(left, right) {
          shared[left, default: [:]][right, default: 0] += 1
        }
      }
    }
    for (place, others) in shared {
      let same = others.filter { $0.value >= momentLimit }.keys.map(name)
      guard !same.isEmpty else { continue }
      let list = Self.list(same)
      found[place, default: []].append(
        Observation(
          .sameRecord, "lines were typed at the very same moments as in the record of \(list)",
          ko: "\(list)의 기록과 똑같은 시각에 입력한 명령줄이 있습니다"))
    }
    for places in byLines.values {
      for place in places {
        let others = Set(places.filter { isOther($0, place) }.map(name)).sorted()
        guard !others.isEmpty else { continue }
        let list = Self.list(others)
        found[place, default: []].append(
          Observation(
            .sameWork, "the same lines in the same order as \(list)",
            ko: "\(list)의 제출물과 같은 명령줄이 같은 순서로 있습니다"))
      }
    }
    for (place, result) in results.enumerated() {
      let own = Set(result.print.own)
      let foreign = result.print.words.filter { !own.contains($0) }
        .flatMap { word in (owners[word] ?? []).filter { isOther($0, place) } }
      guard !foreign.isEmpty else { continue }
      let list = Self.list(foreign.map(name))
      found[place, default: []].append(
        Observation(
          .foreignToken, "a value was typed that was given to \(list)",
          ko: "\(list)에게 주어진 값을 입력했습니다"))
    }
    return found
  }
}
