import Support

/// Names of containers and volumes.
package enum ContainerName {
  /// Whether `name` matches `[a-zA-Z0-9][a-zA-Z0-9_.-]+`.
  package static func isValid(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count > 1, isAlphanumeric(first) else {
      return false
    }
    return name.utf8.allSatisfy { isAlphanumeric($0) || "_.-".utf8.contains($0) }
  }

  /// `name` without a slash before it; throws in docker's words.
  package static func check(_ name: String) throws -> String {
    let bare = name.hasPrefix("/") ? String(name.dropFirst()) : name
    guard isValid(bare) else {
      throw DklabError(
        .invalid, id: "container.name-invalid",
        Text(
          "Invalid container name (\(name)), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
          ko: "잘못된 컨테이너 이름입니다(\(name)). [a-zA-Z0-9][a-zA-Z0-9_.-]만 쓸 수 있습니다"),
        hint: bare.count == 1
          ? Text("a name has at least two characters", ko: "이름은 두 글자 이상이어야 합니다") : nil)
    }
    return bare
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}

/// Names for containers nobody named: a mood and a Korean animal or river.
package enum RandomName {
  static let moods = [
    "bold", "brave", "bright", "brisk", "calm", "candid", "cheerful", "clever", "cosy", "curious",
    "daring", "eager", "early", "fair", "fond", "frank", "gentle", "glad", "graceful", "happy",
    "humble", "jolly", "keen", "kind", "lively", "lucky", "mellow", "merry", "mild", "modest",
    "neat", "nimble", "patient", "polite", "proud", "quick", "quiet", "ready", "sharp", "silent",
    "smart", "sober", "steady", "sunny", "sturdy", "tidy", "vivid", "warm", "wise", "witty",
  ]
  static let subjects = [
    "baekdu", "bukhan", "chiri", "daecheong", "dalmaji", "deogyu", "geum", "gyeryong", "halla",
    "han", "hantan", "imjin", "juwang", "kumho", "magpie", "mireuk", "mulgae", "naejang", "nakdong",
    "namdae", "noru", "odae", "olbbami", "pungsan", "sapsal", "seomjin", "seorak", "soyang",
    "sobaek", "songni", "surisuri", "taebaek", "taehwa", "tiger", "wolchul", "yeongsan", "yongmun",
  ]

  /// A new name, such as `quiet_seorak`; after a while with a digit, since lists are finite.
  package static func make(
    attempt: Int = 0, using generator: inout some RandomNumberGenerator
  ) -> String {
    let mood = moods.randomElement(using: &generator) ?? "calm"
    let subject = subjects.randomElement(using: &generator) ?? "han"
    let digits = attempt == 0 ? "" : String(UInt32.random(in: 0..<1000, using: &generator))
    return "\(mood)_\(subject)\(digits)"
  }
}
