/// Which of two versions of a group is the better one: `v2`, `v1`, `v1beta2`, `v1beta1`, `v1alpha1`, then
/// everything else by its name.
struct VersionOrder: Comparable {
  private let name: String
  /// Major number, 2 for stable, 1 for beta, 0 for alpha, and the number behind that.
  private let numbers: [Int]?

  init(_ name: String) {
    self.name = name
    numbers = Self.numbers(name)
  }

  private static func numbers(_ name: String) -> [Int]? {
    guard name.hasPrefix("v") else { return nil }
    let rest = name.dropFirst()
    let major = rest.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(major), !major.hasPrefix("0") else { return nil }
    let tail = rest.dropFirst(major.count)
    if tail.isEmpty { return [2, number, 0] }
    for (word, level) in [("beta", 1), ("alpha", 0)] where tail.hasPrefix(word) {
      let minor = tail.dropFirst(word.count)
      guard let second = Int(minor), minor.allSatisfy(\.isNumber), !minor.hasPrefix("0") else {
        return nil
      }
      return [level, number, second]
    }
    return nil
  }

  static func < (one: VersionOrder, two: VersionOrder) -> Bool {
    switch (one.numbers, two.numbers) {
    case (let left?, let right?): left.lexicographicallyPrecedes(right)
    case (nil, _?): true
    case (_?, nil): false
    // Those without numbers go by the alphabet, the first first.
    case (nil, nil): one.name > two.name
    }
  }
}
