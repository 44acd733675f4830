/// Blocks as one text for hashing: what a translator translates, and nothing of how it is laid out.
/// Mechanics appear as marks only, for a changed command asks for no new translation.
enum Canonical {
  static func text(_ blocks: [Block]) -> String {
    blocks.map(text).joined(separator: "\n\n")
  }

  private static func text(_ block: Block) -> String {
    switch block.kind {
    case .heading(let level, let text): String(repeating: "#", count: level) + " " + text
    case .paragraph(let text): words(text)
    case .list(let start, let items):
      items.map { (start == nil ? "- " : "1. ") + self.text($0) }.joined(separator: "\n")
    case .table(let header, let rows):
      ([header] + rows).map { $0.joined(separator: " | ") }.joined(separator: "\n")
    case .quote(let blocks): "> " + text(blocks)
    case .placeholder(let kind): "[[\(kind)]]"
    case .rule: "---"
    case .fence(let fence) where fence.kind == "bash": "[[bash]]"
    case .fence(let fence) where fence.kind == "note":
      "[[note \(fence.words.joined(separator: " "))]]"
    case .fence(let fence): "[[\(fence.kind)]]\n" + fence.body
    }
  }

  /// Line breaks inside a paragraph are the editor's, not the author's.
  private static func words(_ text: String) -> String {
    text.words.joined(separator: " ")
  }

  /// The hash of a text as the translation file stores it: eight hexadecimal digits.
  static func hash(_ text: String) -> String {
    let number = stableHash(text)
    let digits = String(UInt32(truncatingIfNeeded: number ^ (number >> 32)), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
