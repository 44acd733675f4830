import HTTP
import Testing

@testable import Registry

@Suite("A server's challenge")
struct ChallengeTests {
  @Test("of docker's kind is read into realm, service and scope")
  func bearer() {
    let header =
      #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io","#
      + #"scope="repository:library/ubuntu:pull,push""#
    #expect(
      AuthenticationChallenge.parse(header) == [
        AuthenticationChallenge(
          scheme: "bearer",
          parameters: [
            "realm": "https://auth.docker.io/token", "service": "registry.docker.io",
            "scope": "repository:library/ubuntu:pull,push",
          ])
      ])
  }

  @Test("several in one header are told apart, in any spelling of theirs")
  func several() {
    let found = AuthenticationChallenge.parse(
      #"Negotiate abc==, basic Realm = "a \"b\", c" , BEARER realm=x"#)
    #expect(found.map(\.scheme) == ["negotiate", "basic", "bearer"])
    #expect(found.map(\.parameters) == [[:], ["realm": #"a "b", c"#], ["realm": "x"]])
  }

  @Test(
    "that is broken is no crash",
    arguments: ["", ",", "=", "Bearer realm=\"", "Basic realm=\"a\\", "\"", "Bearer ,=,", "a b c"])
  func broken(_ header: String) {
    _ = AuthenticationChallenge.parse(header)
  }
}

@Suite("Text for the wire")
struct EncodingTests {
  @Test("base64 there and back", arguments: ["", "f", "fo", "foo", "foob", "user:pässwörd:x"])
  func base64(_ text: String) throws {
    let encoded = Base64.encode(Array(text.utf8))
    #expect(encoded.utf8.count % 4 == 0)
    #expect(Base64.decode(encoded).map { String(decoding: $0, as: UTF8.self) } == text)
  }

  @Test("base64 of others is read or refused")
  func foreign() {
    #expect(Base64.encode(Array("foobar".utf8)) == "Zm9vYmFy")
    #expect(Base64.decode("Zm9v\r\nYg") == Array("foob".utf8))
    #expect(Base64.decode("Zm9v!") == nil)
    #expect(Base64.decode("Z") == nil)
  }

  @Test("what has a meaning in a URL is written with percent signs")
  func percent() {
    #expect(
      PercentEncoding.form([("scope", "repository:a/b:pull,push"), ("q", "ä &=")])
        == "scope=repository%3Aa%2Fb%3Apull%2Cpush&q=%C3%A4%20%26%3D")
  }

  @Test(
    "ranges that servers tell are read",
    arguments: [("0-0", 0), ("0-9", 10), ("bytes=0-99", 100), ("x", nil), ("", nil)]
      as [(
        String, Int64?
      )])
  func ranges(_ text: String, _ expected: Int64?) {
    #expect(BlobUpload.end(text) == expected)
  }

  @Test("the next page of a list is found in the Link header, on this registry only")
  func link() {
    #expect(
      RemoteRepository.next(#"</v2/a/tags/list?last=b&n=2>; rel="next""#)
        == "a/tags/list?last=b&n=2")
    #expect(
      RemoteRepository.next(#"<http://h:1/v2/a/tags/list?last=b>; rel="next""#)
        == "a/tags/list?last=b")
    #expect(RemoteRepository.next(nil) == nil)
    #expect(RemoteRepository.next("<>") == nil)
    #expect(RemoteRepository.next(">< next") == nil)
  }
}
