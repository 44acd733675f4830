import Testing

@testable import Support

struct KoreanKeyboardTests {
  @Test(
    "a text typed with Korean switched on says which keys were pressed",
    arguments: [
      ("ㅊ", "c"), ("ㅜ", "n"), ("ㅠ", "b"), ("ㅡ", "m"), ("ㅐ", "o"), ("ㅔ", "p"), ("ㅒ", "O"),
      ("ㅃ", "Q"),
      ("ㅘ", "hk"), ("ㄳ", "rt"), ("ㅄ", "qt"), ("초", "ch"), ("값", "rkqt"), ("흙", "gmfr"),
      ("의", "dml"),
      ("힣", "glg"), ("\u{110E}\u{1169}", "ch"), ("\u{1112}\u{1161}\u{11AB}", "gks"), ("c", "c"),
      ("Ｎ", "N"), ("７", "7"), ("　", " "), ("?", "?"), ("漢", "漢"), ("", ""), ("a초1", "ach1"),
    ])
  func keys(_ text: String, _ keys: String) {
    #expect(KoreanKeyboard.latin(text) == keys)
  }

  @Test("every letter key has one Korean letter, and it leads back")
  func alphabet() {
    let letters = "ㅁㅠㅊㅇㄷㄹㅎㅗㅑㅓㅏㅣㅡㅜㅐㅔㅂㄱㄴㅅㅕㅍㅈㅌㅛㅋ"
    #expect(KoreanKeyboard.latin(letters) == "abcdefghijklmnopqrstuvwxyz")
  }
}
