import Testing

@testable import Runtime

@Suite("The detach keys") struct DetachSequenceTests {
  @Test("typed in a row they let go, and nothing of them is passed on") func complete() {
    var sequence = DetachSequence([16, 17])
    let result = sequence.filter([97, 16, 17, 98])
    #expect(result.passed == [97] && result.detached)
  }

  @Test("they may arrive in two reads") func split() {
    var sequence = DetachSequence([16, 17])
    #expect(sequence.filter([16]).passed == [])
    #expect(sequence.filter([17]).detached)
  }

  @Test("the first key alone is passed on once another key decides") func aborted() {
    var sequence = DetachSequence([16, 17])
    #expect(sequence.filter([16]).passed == [])
    let result = sequence.filter([120])
    #expect(result.passed == [16, 120] && !result.detached)
  }

  @Test("a repeated first key can still begin the sequence") func repeated() {
    var sequence = DetachSequence([16, 17])
    let result = sequence.filter([16, 16, 17])
    #expect(result.passed == [16] && result.detached)
  }

  @Test("without keys everything passes") func none() {
    var sequence = DetachSequence([])
    let result = sequence.filter([16, 17])
    #expect(result.passed == [16, 17] && !result.detached)
  }
}
