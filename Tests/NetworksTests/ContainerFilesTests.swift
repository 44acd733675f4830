import Linux
import Support
import Testing

@testable import Networks

@Suite struct ContainerFilesTests {
  @Test("/etc/hosts has the loopback names, the added ones and the container's own last")
  func hosts() throws {
    let extra = [try ContainerFiles.HostEntry(parsing: "db:10.0.0.5")]
    let text = ContainerFiles.hosts(
      hostname: "web1", address: IPv4Address(172, 17, 0, 2), extra: extra)
    #expect(
      text == """
        127.0.0.1\tlocalhost
        ::1\tlocalhost ip6-localhost ip6-loopback
        fe00::\tip6-localnet
        ff00::\tip6-mcastprefix
        ff02::1\tip6-allnodes
        ff02::2\tip6-allrouters
        10.0.0.5\tdb
        172.17.0.2\tweb1

        """)
    #expect(!ContainerFiles.hosts(hostname: "x", address: nil).contains("\tx"))
    #expect(
      ContainerFiles.hosts(hostname: "web", domain: "lab", address: IPv4Address(1, 2, 3, 4))
        .hasSuffix("1.2.3.4\tweb.lab web\n"))
  }

  @Test("--add-host takes a name and an address of either family")
  func hostEntries() throws {
    #expect(try ContainerFiles.HostEntry(parsing: "db:::1").address == "::1")
    #expect(try ContainerFiles.HostEntry(parsing: "db=[::1]").address == "::1")
    for text in ["db", ":1.2.3.4", "db:", "db:nowhere", ""] {
      #expect(throws: DklabError.self) { try ContainerFiles.HostEntry(parsing: text) }
    }
  }

  static let resolved = "/run/systemd/resolve/resolv.conf"

  @Test(
    "resolvers a container can reach are kept, loopback ones replaced",
    arguments: [
      (
        "nameserver 10.0.0.1\nsearch lab\noptions ndots:2\n", nil,
        "nameserver 10.0.0.1\nsearch lab\noptions ndots:2\n"
      ),
      ("nameserver 127.0.0.53\n", "nameserver 192.168.1.1\n", "nameserver 192.168.1.1\n"),
      ("nameserver 127.0.0.1\nnameserver 10.0.0.1\n", nil, "nameserver 10.0.0.1\n"),
      ("nameserver 127.0.0.1\nnameserver ::1\n", nil, "nameserver 8.8.8.8\nnameserver 8.8.4.4\n"),
      ("", nil, "nameserver 8.8.8.8\nnameserver 8.8.4.4\n"),
      (
        "# nameserver 1.1.1.1\n;x\ndomain a\nsearch b c\nnameserver\t9.9.9.9 # q\n", nil,
        "nameserver 9.9.9.9\nsearch b c\n"
      ),
    ] as [(String, String?, String)])
  func resolvers(_ host: String, _ systemd: String?, _ expected: String) {
    let text = ResolverConfiguration().file(isHost: false) { path in
      path == "/etc/resolv.conf" ? host : path == Self.resolved ? systemd : nil
    }
    #expect(text == expected)
  }

  @Test("what the user said wins, and --dns-search . means no search")
  func userResolvers() {
    let wish = ResolverConfiguration(servers: ["1.1.1.1"], search: ["."], options: ["use-vc"])
    let text = wish.file(isHost: false) { _ in "nameserver 10.0.0.1\nsearch lab\n" }
    #expect(text == "nameserver 1.1.1.1\noptions use-vc\n")
  }

  @Test("in the host's namespace the host's own loopback resolver is right")
  func hostResolvers() {
    let text = ResolverConfiguration().file(isHost: true) { _ in "nameserver 127.0.0.53\n" }
    #expect(text == "nameserver 127.0.0.53\n")
  }
}
