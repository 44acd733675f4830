import Testing

@testable import Kube

@Suite("The question of a gRPC probe")
struct HealthQuestionTests {
  private typealias Answer = HealthQuestion.Answer

  private func data(_ message: [UInt8], last: Bool = false) -> [UInt8] {
    let body = [0, 0, 0, 0, UInt8(message.count)] + message
    return HealthQuestion.frame(0, last ? 1 : 0, 1, body)
  }

  private func verdict(_ bytes: [UInt8], chunk: Int) -> Bool? {
    var answer = Answer()
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      _ = answer.feed(bytes[start..<min(start + chunk, bytes.count)])
    }
    return answer.isServing
  }

  private let settings = HealthQuestion.frame(4, 0, 0, [])
  private let headers = HealthQuestion.frame(1, 4, 1, [0x88])
  private let trailers = HealthQuestion.frame(1, 5, 1, [0])

  @Test("the service is named; without one the whole server is meant")
  func question() {
    let named = HealthQuestion(service: "shop", port: 50).bytes
    #expect(named.suffix(11) == [0, 0, 0, 0, 6, 0x0a, 4] + Array("shop".utf8))
    let whole = HealthQuestion(service: "", port: 50).bytes
    #expect(whole.suffix(14) == [0, 0, 5, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    #expect(whole.starts(with: Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)))
  }

  @Test("SERVING is well and everything else is not", arguments: [1, 7, 1000])
  func answers(chunk: Int) {
    let serving = settings + headers + data([0x08, 1]) + trailers
    #expect(verdict(serving, chunk: chunk) == true)
    #expect(verdict(settings + headers + data([0x08, 1], last: true), chunk: chunk) == true)
    #expect(verdict(settings + headers + data([0x08, 2]) + trailers, chunk: chunk) == false)
    // UNKNOWN is zero, which is not written; a service that is not known is an error in the trailers.
    #expect(verdict(settings + headers + data([]) + trailers, chunk: chunk) == false)
    #expect(verdict(settings + trailers, chunk: chunk) == false)
    #expect(verdict(settings + HealthQuestion.frame(3, 0, 1, [0, 0, 0, 2]), chunk: chunk) == false)
    #expect(verdict(settings + headers, chunk: chunk) == nil)
  }

  @Test("settings and pings are answered")
  func replies() {
    var answer = Answer()
    let ping = HealthQuestion.frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(
      answer.feed((settings + ping)[...]) == [
        HealthQuestion.frame(4, 1, 0, []), HealthQuestion.frame(6, 1, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
      ])
    #expect(answer.feed(HealthQuestion.frame(4, 1, 0, [])[...]) == [])
  }

  @Test("no octets that come make it fail", arguments: 0..<200)
  func noise(seed: Int) {
    var state = UInt64(seed + 1)
    let bytes = (0..<300).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Small numbers first: frames that are short enough to be complete.
      return UInt8(truncatingIfNeeded: state >> 33) % (state >> 60 < 12 ? 4 : 255)
    }
    var answer = Answer()
    for start in stride(from: 0, to: bytes.count, by: 13) {
      _ = answer.feed(bytes[start..<min(start + 13, bytes.count)])
    }
    #expect(answer.isServing != true)
  }
}
