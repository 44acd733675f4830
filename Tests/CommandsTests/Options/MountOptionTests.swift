import Engine
import Support
import Testing

@testable import Commands

struct MountOptionTests {
  private func describe(_ text: String) -> String {
    do {
      return VolumeOptionTests.describe(try MountOption.parse(text, in: "/home/kim"))
    } catch {
      return "error: \((error as? DklabError)?.message.en ?? "\(error)")"
    }
  }

  @Test(
    "--mount is read by docker's rules",
    arguments: [
      ("type=bind,source=/a,target=/b", "bind /a /b"),
      ("type=bind,src=/a,dst=/b,readonly", "bind /a /b ro"),
      ("type=bind,src=./a,destination=/b,ro=true", "bind /home/kim/a /b ro"),
      ("source=data,target=/b", "volume data /b"), ("target=/b", "volume - /b"),
      ("type=volume,src=data,dst=/b,volume-nocopy", "volume data /b nocopy"),
      ("type=tmpfs,target=/b,tmpfs-size=64m,tmpfs-mode=1770", "tmpfs - /b size=67108864 mode=1770"),
      ("type=bind,src=/a,dst=/b,bind-propagation=rslave", "bind /a /b rslave"),
      ("type=bind,\"source=/a,b\",target=/c", "bind /a,b /c"),
      ("TYPE=BIND,SRC=/a,DST=/b", "bind /a /b"),
    ])
  func reads(text: String, expected: String) {
    #expect(describe(text) == expected)
  }

  @Test(
    "what docker refuses is refused in its words",
    arguments: [
      ("type=bind", "target is required"), ("foo", "invalid field 'foo' must be a key=value pair"),
      ("type=bind,source=/x,target=/y,foo=bar", "unexpected key 'foo' in 'foo=bar'"),
      ("type=foo,target=/x", "invalid mount config for type \"foo\": mount type unknown"),
      (
        "type=bind,target=/b",
        "invalid mount config for type \"bind\": field Source must not be empty"
      ),
      (
        "type=bind,source=a,target=/b",
        "invalid mount config for type \"bind\": invalid mount path: 'a' mount path must be absolute"
      ),
      (
        "type=tmpfs,source=/a,target=/b",
        "invalid mount config for type \"tmpfs\": field Source must not be specified"
      ),
      ("type=bind,src=/a,dst=/b,readonly=x", "invalid value for readonly: x"),
      ("type=tmpfs,dst=/b,tmpfs-size=x", "invalid value for tmpfs-size: x"),
      ("type=tmpfs,dst=/b,tmpfs-mode=9", "invalid value for tmpfs-mode: 9"),
      (
        "type=bind,src=/a,dst=/b,volume-nocopy",
        "cannot mix 'volume-*' options with mount type 'bind'"
      ),
      ("dst=/b,tmpfs-size=1m", "cannot mix 'tmpfs-*' options with mount type 'volume'"),
      ("type=bind,\"src=/a", "extraneous or missing \" in quoted-field"),
    ])
  func refuses(text: String, message: String) {
    #expect(describe(text) == "error: \(message)")
  }
}
