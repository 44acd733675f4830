// What an instructor writes on the blackboard, and what it proves.
//
//     K7QF-M2XD-9T4P-W3CE
//     \____________/ \__/
//       the pin      the pass
//
// The pin is the beginning of the SHA-256 of the certificate of the course's own authority, 60 bits.
// A student's kit fetches that certificate from anybody who says that they are the server, and believes
// it when it fits the pin; whoever wants to be taken for the server has to find another certificate with
// the same pin, which is 2^60 attempts and not done in a lesson. From then on TLS is verified as usual.
//
// The pass lets in. It is short, so the server takes its time with those who guess (PassGate.swift); and
// anybody on the network who sees the certificate knows the pin, so the pin lets nobody in.
//
// Letters are Crockford's base 32: nothing in it looks like something else.
//
// Next: CourseKeys.swift, CourseClient.swift.

import Crypto
import HTTP
import Support

/// The code by which a student joins a course over the network.
package struct JoinCode: Sendable, Hashable, CustomStringConvertible {
  package let pin: String
  package let pass: String

  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
  static let pinLength = 12
  static let passLength = 4

  /// The code for a server whose authority has `certificate`, in DER.
  init(certificate: [UInt8], pass: String) {
    pin = Self.pin(of: certificate)
    self.pass = pass
  }

  /// Reads a code as people type it: in any case, with or without hyphens, O for 0, I and L for 1.
  ///
  /// - Throws: `DklabError` `course.code`.
  package init(_ text: String) throws {
    let letters = text.uppercased().filter { $0 != "-" && !$0.isWhitespace }.map {
      ["O": "0", "I": "1", "L": "1"][$0] ?? $0
    }
    guard letters.count == Self.pinLength + Self.passLength,
      letters.allSatisfy(Self.alphabet.contains)
    else {
      throw DklabError(
        .invalid, id: "course.code",
        Text("`\(text.oneLine)` is no join code", ko: "`\(text.oneLine)`은(는) 참여 코드가 아닙니다"),
        hint: Text(
          "it has four groups of four letters: K7QF-M2XD-9T4P-W3CE",
          ko: "네 글자씩 네 묶음입니다. 예: K7QF-M2XD-9T4P-W3CE"), exitStatus: 64)
    }
    pin = String(letters.prefix(Self.pinLength))
    pass = String(letters.suffix(Self.passLength))
  }

  /// Whether `certificate`, in DER, is the one that is meant.
  package func fits(_ certificate: [UInt8]) -> Bool { Self.pin(of: certificate) == pin }

  package var description: String {
    let letters = Array(pin + pass)
    return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<$0 + 4]) }
      .joined(separator: "-")
  }

  static func newPass() -> String {
    var random = SystemRandomNumberGenerator()
    return String(
      (0..<passLength).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
  }

  private static func pin(of certificate: [UInt8]) -> String {
    let digest = Array(SHA256.hash(data: certificate))
    var bits: UInt64 = 0
    for byte in digest.prefix(8) { bits = bits << 8 | UInt64(byte) }
    // Five bits a letter, from the front.
    return String((0..<pinLength).map { alphabet[Int(bits >> UInt64(59 - 5 * $0) & 31)] })
  }
}
