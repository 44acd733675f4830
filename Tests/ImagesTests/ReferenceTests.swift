import Support
import Testing

@testable import Images

@Suite struct ReferenceTests {
  @Test(
    "a short name stands for a full one, and prints short again",
    arguments: [
      ("ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"),
      ("ubuntu:16.04", "docker.io/library/ubuntu:16.04", "ubuntu:16.04"),
      ("docker/getting-started", "docker.io/docker/getting-started:latest", nil),
      ("library/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"),
      ("index.docker.io/library/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"),
      ("docker.io/a/b", "docker.io/a/b:latest", "a/b:latest"),
      ("docker.io/reg.io/app", "docker.io/reg.io/app:latest", "docker.io/reg.io/app:latest"),
      ("library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest"),
      ("localhost/app", "localhost/app:latest", "localhost/app:latest"),
      ("localhost:5000/me/app:2", "localhost:5000/me/app:2", "localhost:5000/me/app:2"),
      ("localhost:5000", "docker.io/library/localhost:5000", "localhost:5000"),
      ("[::1]:5000/app", "[::1]:5000/app:latest", "[::1]:5000/app:latest"),
      ("Reg.io/app", "Reg.io/app:latest", "Reg.io/app:latest"),
      ("gcr.io/a__b/c-d---e.f_g", "gcr.io/a__b/c-d---e.f_g:latest", nil),
      ("a:_x.Y-1", "docker.io/library/a:_x.Y-1", "a:_x.Y-1"),
    ] as [(String, String, String?)])
  func names(typed: String, full: String, familiar: String?) throws {
    let reference = try Reference(typed)
    #expect(reference.description == full)
    #expect(reference.familiar == familiar ?? "\(typed):latest")
    #expect(try Reference(full) == reference)
    #expect(try Reference(reference.familiar) == reference)
  }

  @Test("a digest is kept and stands in for the tag")
  func digests() throws {
    let hex = String(repeating: "ab", count: 32)
    let pinned = try Reference("ubuntu@sha256:\(hex)")
    #expect(pinned.tag == nil)
    #expect(pinned.familiar == "ubuntu@sha256:\(hex)")
    let both = try Reference("ubuntu:1@sha256:\(hex)")
    #expect(both.tag == "1")
    #expect(both.digest?.hex == hex)
  }

  @Test(
    "what is not a name is refused in docker's words",
    arguments: [
      ("", "reference.invalid", "invalid reference format"),
      ("Ubuntu", "reference.uppercase", "repository name (library/Ubuntu) must be lowercase"),
      ("docker/Getting", "reference.uppercase", "must be lowercase"),
      ("a:", "reference.invalid", "invalid reference format"),
      ("a:b:c", "reference.invalid", "invalid reference format"),
      ("a:b/c", "reference.invalid", "invalid reference format"),
      ("a b", "reference.invalid", "invalid reference format"),
      ("-a", "reference.invalid", "invalid reference format"),
      ("a//b", "reference.invalid", "invalid reference format"),
      ("/a", "reference.invalid", "invalid reference format"),
      ("a/", "reference.invalid", "invalid reference format"),
      ("a___b", "reference.invalid", "invalid reference format"),
      ("a..b", "reference.invalid", "invalid reference format"),
      ("a-", "reference.invalid", "invalid reference format"),
      ("한글", "reference.invalid", "invalid reference format"),
      ("a:\(String(repeating: "x", count: 129))", "reference.invalid", "invalid reference"),
      ("-x.io/a", "reference.invalid", "invalid reference format"),
      ("x.io:port/a", "reference.invalid", "invalid reference format"),
      ("a@sha256:abc", "reference.invalid", "invalid reference format"),
      (
        "a@sha256:\(String(repeating: "a", count: 40))", "reference.digest",
        "invalid checksum digest length"
      ),
      (
        "a@sha512:\(String(repeating: "a", count: 128))", "reference.digest",
        "unsupported digest algorithm \"sha512\""
      ),
      (
        String(repeating: "a", count: 64), "reference.hexadecimal",
        "cannot specify 64-byte hexadecimal strings"
      ),
      (
        String(repeating: "g", count: 256), "reference.too-long",
        "must not be more than 255 characters"
      ),
    ])
  func refusals(text: String, id: String, words: String) {
    let error = #expect(throws: DklabError.self) { try Reference(text) }
    #expect(error?.id == id)
    #expect(error?.message.en.contains(words) == true, "\(error?.message.en ?? "")")
  }

  @Test(
    "times of configurations are read to the nanosecond and written back",
    arguments: [
      ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
      ("2000-02-29T12:34:56.5Z", 951_827_696_500_000_000, "2000-02-29T12:34:56.5Z"),
      ("2024-05-01T09:00:00.123456789+09:00", 1_714_521_600_123_456_789, nil),
      ("1969-12-31T23:59:59.999Z", -1_000_000, "1969-12-31T23:59:59.999Z"),
      ("0001-01-01T00:00:00Z", nil, nil),
      ("yesterday", nil, nil),
      ("2024-05-01 09:00:00Z", nil, nil),
    ] as [(String, Int64?, String?)])
  func times(text: String, nanoseconds: Int64?, back: String?) {
    #expect(RFC3339.nanoseconds(text) == nanoseconds)
    if let back, let nanoseconds { #expect(RFC3339.text(nanoseconds) == back) }
  }
}
