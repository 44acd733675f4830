import Testing

@testable import Support

struct KoreanParticleTests {
  @Test(
    "the subject particle follows the sound of the word",
    arguments: [
      ("컨테이너", "가"), ("이미지", "가"), ("볼륨", "이"), ("한글", "이"),
      ("\u{1107}\u{1169}\u{11AF}", "이"), ("\u{1102}\u{1161}", "가"), ("ㄱ", "이"), ("ㅏ", "가"),
      ("web1", "이"), ("web2", "가"), ("db3", "이"), ("x10", "이"), ("node9", "가"),
      ("web", "이"), ("nginx", "가"), ("docker", "가"), ("redis", "가"), ("ubuntu", "가"),
      ("alpine", "이"), ("debian", "이"), ("busybox", "가"), ("hello-world", "가"), ("app", "이"),
      ("db", "가"), ("mysql", "이"), ("file", "이"), ("volume", "이"), ("image", "가"), ("pod", "가"),
      ("network", "가"), ("exec", "이"), ("git", "이"), ("http", "가"), ("port", "가"), ("log", "가"),
      ("PID", "가"), ("URL", "이"), ("VM", "이"), ("DNS", "가"), ("CPU", "가"), ("x", "가"), ("l", "이"),
      ("`web`", "이"), ("\"db\"", "가"), ("볼륨(data)", "이"), ("이미지 (nginx:1.25)", "가"),
      ("nginx:latest", "가"), ("", "가"), ("...", "가"), ("(web)", "이"), ("[]", "가"),
    ])
  func subject(word: String, particle: String) {
    #expect(KoreanParticle.subject.form(after: word) == particle)
  }

  @Test("every particle has its forms, and 으로 shortens after ㄹ")
  func forms() {
    let expected: [(KoreanParticle, String, String, String)] = [
      (.topic, "은", "는", "은"), (.subject, "이", "가", "이"), (.object, "을", "를", "을"),
      (.with, "과", "와", "과"), (.direction, "으로", "로", "로"), (.copula, "이에요", "예요", "이에요"),
      (.was, "이었습니다", "였습니다", "이었습니다"), (.named, "이라는", "라는", "이라는"),
      (.or, "이나", "나", "이나"),
    ]
    #expect(expected.count == KoreanParticle.allCases.count)
    for (particle, consonant, vowel, rieul) in expected {
      #expect(particle.form(after: "볼륨") == consonant)
      #expect(particle.form(after: "이미지") == vowel)
      #expect(particle.form(after: "파일") == rieul)
      #expect(particle.form(after: "8") == rieul)
    }
    #expect("web".with(.object) == "web을")
  }
}
