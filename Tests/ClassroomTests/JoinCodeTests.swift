import HTTP
import Support
import Testing

@testable import Classroom

@Suite("The code of a served course")
struct JoinCodeTests {
  private func certificate() throws -> [UInt8] {
    try #require(PEM.decode(CertificateAuthority(name: "dklab course").certificate))
  }

  @Test("names one certificate and no other, and is read again as it is written")
  func pin() throws {
    let own = try certificate()
    let code = JoinCode(certificate: own, pass: "W3CE")
    #expect(code.description.split(separator: "-").map(\.count) == [4, 4, 4, 4])
    let again = try JoinCode(code.description)
    #expect(again == code && again.pass == "W3CE")
    #expect(again.fits(own))
    #expect(!again.fits(try certificate()))
    #expect(JoinCode(certificate: own, pass: "0000").pin == code.pin)
  }

  @Test("has letters of every five bits of the digest, the first ones in front")
  func letters() throws {
    // SHA-256 of nothing begins with e3 b0 c4 42 98 fc 1c 14.
    #expect(JoinCode(certificate: [], pass: "0000").pin == "WERC8GMRZGE1")
  }

  @Test("may be typed without hyphens, in small letters, and with letters that look like digits")
  func typing() throws {
    let code = try JoinCode("01AB-CDEF-GH0J-KM1N")
    for text in ["01abcdefgh0jkm1n", " OIAB cdef GHOJ KMLN ", "oLab-cdef-ghoj-kmin"] {
      #expect(try JoinCode(text) == code, "\(text)")
    }
  }

  @Test("is refused when it is too short, too long, or has what is no letter of it")
  func refused() {
    for text in ["", "01AB", "01AB-CDEF-GH0J-KM1N-0", "01AB-CDEF-GH0J-KM1U", "…", "가나다라"] {
      #expect { try JoinCode(text) } throws: { ($0 as? DklabError)?.id == "course.code" }
    }
  }

  @Test("has passes that differ")
  func passes() {
    let passes = Set((0..<50).map { _ in JoinCode.newPass() })
    #expect(passes.count > 45)
    #expect(passes.allSatisfy { $0.count == JoinCode.passLength })
  }

  @Test("lets the right pass in at once, and wrong ones through one a second, whoever they are")
  func gate() {
    let gate = PassGate(pass: "W3CE")
    #expect(gate.judge("W3CE", now: 5000) == .comeIn)
    #expect(gate.judge("w3ce", now: 5000) == .comeIn)
    #expect(gate.judge(nil, now: 5000) == .wrong(after: 1000))
    #expect(gate.judge("0000", now: 5000) == .wrong(after: 2000))
    #expect(gate.judge("W3C", now: 5500) == .wrong(after: 2500))
    #expect(gate.judge("W3CE", now: 5500) == .comeIn)
    for _ in 0..<100 { _ = gate.judge("1111", now: 5500) }
    #expect(gate.judge("1111", now: 5500) == .tooMany)
    #expect(gate.judge("W3CE", now: 5500) == .comeIn)
    #expect(gate.judge("1111", now: 500_000) == .wrong(after: 1000))
  }
}
