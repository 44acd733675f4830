import Testing

@testable import Support

struct WrittenParticlesTests {
  @Test(
    "a double particle is settled by the word before it",
    arguments: [
      ("`web1`이(가) 없습니다", "`web1`이 없습니다"), ("`db`을(를) 만듭니다", "`db`를 만듭니다"),
      ("8080(으)로 갑니다", "8080으로 갑니다"), ("8007(으)로", "8007로"), ("8001으(로)", "8001로"),
      ("`docker rmi hello-world`(으)로", "`docker rmi hello-world`로"),
      ("\"nginx\"과(와)", "\"nginx\"와"), ("'볼륨'은(는)", "'볼륨'은"), ("파일(data)(으)로", "파일(data)로"),
      ("`hnt`(이)라는 명령", "`hnt`라는 명령"), ("web(이)라는", "web이라는"),
      ("f(x)와 g(y)", "f(x)와 g(y)"), ("이(李)씨", "이(李)씨"), ("plain", "plain"),
    ])
  func settled(_ text: String, _ expected: String) {
    #expect(WrittenParticles.settle(text) == expected)
  }
}
