import Support

/// What is called differently the second time. Ids of containers are drawn anew each time, so where the
/// student typed one, the one that stands in its place now is meant. Containers correspond by their
/// order in the line that made them.
struct Correspondence: Sendable, Hashable {
  /// Old id to new id.
  private var ids: [String: String] = [:]
  /// Names the engine made up, old to new.
  private var names: [String: String] = [:]
  /// Whole words that stand for each other: the kernel's release.
  private var words: [String: String] = [:]

  /// Takes down that `old` and `new` are the same containers, each in its order.
  mutating func add(_ old: [ReplayStep.Created], _ new: [[String]]) {
    for (before, now) in zip(old, new) where now.count == 2 {
      ids[before.id] = now[0]
      if before.name != now[1] { names[before.name] = now[1] }
    }
  }

  mutating func add(word old: String, is new: String) {
    if old != new, !old.isEmpty { words[old] = new }
  }

  /// `text` with everything called as it is now.
  func apply(_ text: String) -> String {
    guard !ids.isEmpty || !names.isEmpty || !words.isEmpty else { return text }
    var result = ""
    var word = ""
    for character in text {
      if character.isLetter || character.isNumber || "_.-".contains(character) {
        word.append(character)
      } else {
        result += replacement(word)
        result.append(character)
        word = ""
      }
    }
    return result + replacement(word)
  }

  private func replacement(_ word: String) -> String {
    if word.isEmpty { return "" }
    if let other = words[word] ?? names[word] { return other }
    let isHex = word.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    // A short number is a port or a count before it is the beginning of an id.
    guard isHex, word.count >= 3, word.count <= 64, word.count > 5 || Int(word) == nil else {
      return word
    }
    let found = ids.filter { $0.key.hasPrefix(word) }
    guard found.count == 1, let new = found.first?.value else { return word }
    return String(new.prefix(word.count))
  }
}
