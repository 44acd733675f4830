import Engine
import Support
import Testing

@testable import Commands

struct VolumeOptionTests {
  private func describe(_ text: String) -> String {
    do {
      switch try VolumeOption.parse(text, in: "/home/kim") {
      case .anonymous(let path): return "anonymous \(path)"
      case .mount(let wish): return Self.describe(wish)
      }
    } catch {
      return "error: \((error as? DklabError)?.message.en ?? "\(error)")"
    }
  }

  static func describe(_ wish: MountWish) -> String {
    var words = ["\(wish.kind.rawValue) \(wish.source ?? "-") \(wish.target)"]
    if wish.readOnly { words.append("ro") }
    if wish.noCopy { words.append("nocopy") }
    if wish.createsSource { words.append("creates") }
    if let propagation = wish.propagation { words.append(propagation) }
    return (words + wish.options).joined(separator: " ")
  }

  @Test(
    "-v is read by docker's rules",
    arguments: [
      ("/data", "anonymous /data"), ("/a:/b", "bind /a /b creates"), ("data:/b", "volume data /b"),
      ("/a:/b:ro", "bind /a /b ro creates"), ("/a:/b:rw,z", "bind /a /b creates"),
      ("/a:/b:ro,rshared", "bind /a /b ro creates rshared"),
      ("data:/b:nocopy", "volume data /b nocopy"),
      ("./x:/b", "bind /home/kim/x /b creates"), (".:/b", "bind /home/kim /b creates"),
      ("../x/./y:/b", "bind /home/x/y /b creates"), ("/a:/b/../c/:cached", "bind /a /c creates"),
    ])
  func reads(text: String, expected: String) {
    #expect(describe(text) == expected)
  }

  @Test(
    "what is wrong is refused",
    arguments: [
      ("", "invalid empty volume spec"), (":/b", "invalid spec: :/b: empty section between colons"),
      ("a:b:c:d", "invalid spec: a:b:c:d: too many colons"),
      ("/data:ro", "invalid volume specification: '/data:ro'"),
      (
        "data",
        "invalid volume specification: 'data': invalid mount path: 'data' mount path must be absolute"
      ),
      (
        "/a:b",
        "invalid volume specification: '/a:b': invalid mount path: 'b' mount path must be absolute"
      ),
      (
        "/a:/",
        "invalid volume specification: '/a:/': invalid specification: destination can't be '/'"
      ),
      ("/a:/b:xx", "invalid mode: xx"), ("/a:/b:ro,rw", "invalid mode: ro,rw"),
      ("/a:/b:", "invalid spec: /a:/b:: empty section between colons"),
      ("/a:/b:shared,slave", "invalid mode: shared,slave"),
    ])
  func refuses(text: String, message: String) {
    #expect(describe(text) == "error: \(message)")
  }

  @Test("a relative host path without a dot is an invalid volume name, as in docker")
  func relativePath() {
    #expect(describe("sub/dir:/b").contains("includes invalid characters for a local volume name"))
  }
}
