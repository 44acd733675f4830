import Testing

@testable import Support

struct DisplayWidthTests {
  @Test(
    "a text takes the cells a terminal gives it",
    arguments: [
      ("", 0), ("abc", 3), ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("\u{1100}\u{1161}", 2),
      ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｱ", 1), ("Ａ", 2), ("。", 2), ("😀", 2),
      ("👨‍👩‍👧‍👦", 2), ("👍🏽", 2), ("🇰🇷", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("a\u{200B}b", 2),
      ("\u{1B}[31m빨강\u{1B}[0m", 4), ("\u{7}", 0), ("→ ①", 3), ("┌─┐", 3), ("한a글", 5),
    ])
  func widths(text: String, width: Int) {
    #expect(text.displayWidth(ambiguousIsWide: false) == width)
  }

  @Test("ambiguous characters take two cells where the reader's font says so")
  func ambiguous() {
    #expect("┌─┐①☆".displayWidth(ambiguousIsWide: true) == 10)
    #expect("abc한".displayWidth(ambiguousIsWide: true) == 5)
  }

  @Test("both tables are sorted and do not overlap")
  func sortedTables() {
    for table in [EastAsianWidth.wide, EastAsianWidth.ambiguous] {
      #expect(zip(table, table.dropFirst()).allSatisfy { $0.last < $1.first })
      #expect(table.allSatisfy { $0.first <= $0.last })
    }
  }
}
