import Support

/// `--detach-keys ctrl-p,ctrl-q`: the bytes to type to let go of a container.
package enum DetachKeys {
  /// What is used unless another sequence is given: Ctrl-P Ctrl-Q.
  package static let standard: [UInt8] = [16, 17]

  /// Reads letters and `ctrl-X` (a to z, and `@ [ \ ] ^ _`), separated by commas.
  package static func parse(_ text: String) throws -> [UInt8] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { key in
      if key.utf8.count == 1, let byte = key.utf8.first { return byte }
      if key.lowercased().hasPrefix("ctrl-"), key.utf8.count == 6, let last = key.utf8.last {
        if (0x61...0x7A).contains(last) { return last - 0x60 }
        if let place = Array("@[\\]^_".utf8).firstIndex(of: last) {
          return last == UInt8(ascii: "@") ? 0 : UInt8(26 + place)
        }
      }
      throw DklabError(
        .invalid, id: "detach-keys.invalid",
        Text(
          "invalid detach keys (\(text)): Unknown character: '\(key)'",
          ko: "잘못된 분리 키입니다(\(text)): '\(key)'"),
        hint: Text(
          "write letters or ctrl-a … ctrl-z, ctrl-@, ctrl-[, ctrl-\\, ctrl-], ctrl-^, ctrl-_, separated by commas",
          ko: "글자나 ctrl-a … ctrl-z, ctrl-@ 등을 쉼표로 이어 쓰세요"))
    }
  }
}
