/// "did you mean": the nearest of some known words.
package enum Suggestion {
  /// The word of `known` most like `word`, nil when none is like it. At most a third of the letters
  /// (at least one, never all) may differ; of equals the first wins.
  package static func nearest(to word: String, in known: some Sequence<String>) -> String? {
    let limit = max(1, word.count / 3)
    var best: (word: String, distance: Int)?
    for candidate in known where candidate != word {
      let distance = distance(word.lowercased(), candidate.lowercased(), limit: limit)
      if distance <= limit, distance < min(word.count, candidate.count),
        distance < best?.distance ?? .max
      {
        best = (candidate, distance)
      }
    }
    return best?.word
  }

  /// The number of letters to insert, delete, replace or swap with a neighbour to get from `left`
  /// to `right`; `limit + 1` as soon as it is known to be more than `limit`.
  package static func distance(_ left: String, _ right: String, limit: Int = .max - 1) -> Int {
    let (left, right) = (Array(left), Array(right))
    if abs(left.count - right.count) > limit { return limit + 1 }
    var twoBack: [Int] = []
    var previous = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var cost = min(
          previous[column + 1] + 1, current[column] + 1,
          previous[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          cost = min(cost, twoBack[column - 1] + 1)
        }
        current.append(cost)
      }
      if current.min() ?? 0 > limit { return limit + 1 }
      (twoBack, previous) = (previous, current)
    }
    return previous[right.count]
  }
}
