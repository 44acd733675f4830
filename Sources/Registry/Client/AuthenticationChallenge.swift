// How a server wants to be convinced, from the header of its refusal:
//
//   WWW-Authenticate: Bearer realm="https://auth.example/token",service="r",scope="repository:a:pull"
//   WWW-Authenticate: Basic realm="a registry"
//
// RFC 9110, section 11; distribution's token authentication.

/// One way to authenticate that a server offers.
struct AuthenticationChallenge: Equatable, Sendable {
  /// In small letters.
  var scheme: String
  var parameters: [String: String]

  /// The challenges in one header value: several may stand in one, separated by commas.
  static func parse(_ header: String) -> [AuthenticationChallenge] {
    var challenges: [AuthenticationChallenge] = []
    var rest = Array(header.utf8)[...]
    func skip(_ bytes: Set<UInt8>) { rest = rest.drop { bytes.contains($0) } }
    func token() -> String {
      let word = rest.prefix { byte in !Array(" \t,=\"".utf8).contains(byte) }
      rest = rest.dropFirst(word.count)
      return String(decoding: word, as: UTF8.self)
    }
    while true {
      skip(Set(" \t,".utf8))
      let name = token()
      guard !name.isEmpty else { break }
      skip(Set(" \t".utf8))
      guard rest.first == UInt8(ascii: "="), !challenges.isEmpty else {
        challenges.append(AuthenticationChallenge(scheme: name.lowercased(), parameters: [:]))
        continue
      }
      rest = rest.dropFirst()
      skip(Set(" \t".utf8))
      // The padding of a token68, which means nothing to us.
      guard let next = rest.first, !Array("=,".utf8).contains(next) else {
        rest = rest.drop { $0 != UInt8(ascii: ",") }
        continue
      }
      let value = rest.first == UInt8(ascii: "\"") ? quoted(&rest) : token()
      challenges[challenges.count - 1].parameters[name.lowercased()] = value
    }
    return challenges
  }

  private static func quoted(_ rest: inout ArraySlice<UInt8>) -> String {
    rest = rest.dropFirst()
    var bytes: [UInt8] = []
    while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
      if byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
        bytes.append(next)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
