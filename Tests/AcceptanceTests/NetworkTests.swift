import Documents
import Linux
import Testing

@Suite("Networks", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct NetworkTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  /// Starts a container that sleeps.
  private func start(_ name: String, _ flags: String) {
    let result = sandbox.run("run -d --name \(name) \(flags) busybox sleep 600")
    #expect(result.status == 0, "\(result)")
  }

  private func reaches(_ name: String, _ other: String) -> Bool {
    sandbox.run("exec \(name) ping -c 1 -W 3 \(other)").status == 0
  }

  private func address(_ name: String, _ network: String) -> String {
    sandbox.run([
      "inspect", "-f", "{{(index .NetworkSettings.Networks \"\(network)\").IPAddress}}", name,
    ])
    .text
  }

  @Test(
    "containers of a network find each other by name, alias and short id; the default has no names")
  func names() {
    defer { sandbox.close() }
    #expect(sandbox.run("network create lab").text.count == 64)
    start("web", "--network lab --network-alias www -h hosty")
    start("asker", "--network lab")
    let id = String(sandbox.run("inspect -f {{.Id}} web").text.prefix(12))
    for name in ["web", "www", "WEB", "hosty", id] { #expect(reaches("asker", name), "\(name)") }
    #expect(!sandbox.run("exec asker nslookup nobody.invalid").output.contains("Address: 172.18"))
    #expect(
      sandbox.run("exec asker nslookup \(address("web", "lab"))").output.contains("name = web"))
    sandbox.run("rename web site")
    #expect(reaches("asker", "site") && !reaches("asker", "web"))
    // A container that is gone is nobody's name.
    sandbox.run("rm -f site")
    #expect(!reaches("asker", "www"))
    let plain = sandbox.run("run --rm busybox cat /etc/resolv.conf").output
    #expect(!plain.contains("127.0.0.11"))
    #expect(sandbox.run("exec asker cat /etc/resolv.conf").output.contains("nameserver 127.0.0.11"))
  }

  @Test("names are answered over TCP too, and of many addresses what does not fit is cut")
  func overTCP() {
    defer { sandbox.close() }
    sandbox.run("network create lab")
    start("asker", "--network lab --network-alias web")
    // A message with its length in front: number 0x1234, one question, web, A, IN.
    let query = #"\0\025\022\064\001\0\0\001\0\0\0\0\0\0\003web\0\0\001\0\001"#
    let reply = sandbox.run([
      "exec", "asker", "sh", "-c",
      "printf '\(query)' | nc -w 2 127.0.0.11 53 | hexdump -v -e '1/1 \"%02x\"'",
    ]).text
    #expect(reply.hasPrefix("00251234818000010001"), "\(reply)")
    #expect(reply.hasSuffix("ac120002"))
  }

  @Test("networks are kept apart; connect joins, disconnect parts, the default route moves on")
  func apart() {
    defer { sandbox.close() }
    sandbox.run("network create one")
    sandbox.run("network create two")
    start("aa", "--network one")
    start("bb", "--network two")
    let there = address("bb", "two")
    #expect(there == "172.19.0.2")
    #expect(!reaches("aa", "bb") && !reaches("aa", there))
    #expect(sandbox.run("network connect --alias bee two aa").status == 0)
    #expect(reaches("aa", "bb") && reaches("bb", "bee") && reaches("aa", there))
    #expect(sandbox.run("exec aa ip route").output.contains("default via 172.18.0.1"))
    #expect(sandbox.run("network connect two aa").errors.contains("already exists in network two"))
    #expect(sandbox.run("network disconnect one aa").status == 0)
    #expect(sandbox.run("exec aa ip route").output.contains("default via 172.19.0.1"))
    #expect(reaches("aa", "bb"))
    #expect(
      sandbox.run("network disconnect one aa").errors.contains("is not connected to network one"))
    sandbox.run("restart -t 0 aa")
    #expect(reaches("aa", "bb") && reaches("bb", "bee"))
  }

  @Test("addresses can be chosen where the subnet was, ranges and internal networks hold")
  func addresses() {
    defer { sandbox.close() }
    sandbox.run(
      "network create --subnet 10.77.0.0/24 --ip-range 10.77.0.128/25 --gateway 10.77.0.1 chosen")
    sandbox.run("network create --internal inside")
    #expect(
      sandbox.run("run --rm --network chosen --ip 10.77.0.9 busybox ip -4 addr show eth0").output
        .contains("inet 10.77.0.9/24"))
    #expect(
      sandbox.run(
        "run --rm --network chosen --mac-address 02:00:00:00:00:99 busybox ip addr show eth0"
      )
      .output.contains("02:00:00:00:00:99"))
    start("aa", "--network chosen")
    #expect(address("aa", "chosen") == "10.77.0.128")
    let taken = sandbox.run("run --rm --network chosen --ip 10.77.0.128 busybox true")
    #expect(taken.status == 125 && taken.errors.contains("Address already in use"))
    #expect(
      sandbox.run("run --rm --ip 172.17.0.9 busybox true").errors
        .contains("user specified IP address is supported on user defined networks only"))
    #expect(
      sandbox.run("run --rm --network inside --ip 172.18.0.9 busybox true").errors
        .contains("user configured subnets"))
    let routes = sandbox.run("run --rm --network inside busybox ip route").output
    #expect(!routes.contains("default") && routes.contains("172.18.0.0/16"))
    let both = sandbox.run("run --rm --network chosen --network inside busybox ip route").output
    #expect(both.contains("default via 10.77.0.1 dev eth0") && both.contains("dev eth1"))
  }

  @Test("what cannot be is refused in docker's words, and nothing is left")
  func refused() {
    defer { sandbox.close() }
    sandbox.run("network create --subnet 10.1.0.0/16 lab")
    start("aa", "--network lab")
    for (line, words) in [
      ("network create lab", "network with name lab already exists"),
      ("network create --subnet 10.1.4.0/24 other", "Pool overlaps"),
      ("network create -d nope other", "plugin not found"),
      ("network create -d host other", "only one instance of \"host\" network is allowed"),
      ("network rm bridge", "is a pre-defined network and cannot be removed"),
      ("network rm nope", "network nope not found"),
      ("network rm lab", "has active endpoints (name:\"aa\""),
      ("network connect host aa", "cannot be connected to host network"),
      ("run --rm --network-alias x busybox true", "only supported for user-defined networks"),
      ("run --rm --network host --network lab busybox true", "cannot attach both"),
      ("run --rm --network nope busybox true", "network nope not found"),
    ] {
      let result = sandbox.run(line)
      #expect(result.status != 0 && result.errors.contains(words), "\(line): \(result)")
    }
    #expect(sandbox.run("network ls -q --filter type=custom").lines.count == 1)
    #expect(sandbox.run("network prune -f").output == "")
    sandbox.run("rm -f aa")
    #expect(sandbox.run("network prune -f").output == "Deleted Networks:\nlab\n\n")
  }

  @Test("ls and inspect have docker's columns and fields; --explain names every part of the way")
  func shown() throws {
    defer { sandbox.close() }
    sandbox.run("network create --label tier=back -o com.docker.network.bridge.name=brlab lab")
    start("web", "--network lab -p 127.0.0.1::80")
    let list = sandbox.run("network ls").lines
    #expect(list.first?.hasPrefix("NETWORK ID     NAME      DRIVER    SCOPE") ?? false)
    #expect(list.count == 5)
    #expect(sandbox.run("network ls --filter label=tier=back --format {{.Name}}").text == "lab")
    let network = try #require(
      try JSONValue.parse(sandbox.run("network inspect lab").text).array?.first)
    #expect(network["IPAM"]?["Config"]?.array?.first?["Subnet"]?.string == "172.18.0.0/16")
    let member = network["Containers"]?.object?.first?.value
    #expect(member?["Name"]?.string == "web" && member?["IPv4Address"]?.string == "172.18.0.2/16")
    let settings = sandbox.run([
      "inspect", "-f", "{{json .NetworkSettings.Networks.lab}}", "web",
    ]).text
    #expect(settings.contains("\"DNSNames\":[\"web\",") && settings.contains("\"IPPrefixLen\":16"))
    let port = sandbox.run("port web 80").text.split(separator: ":").last.map(String.init) ?? "?"
    let drawing = sandbox.run("network inspect --explain lab").output
    for part in ["brlab", "web eth0 172.18.0.2", "172.18.0.1", "127.0.0.11", port] {
      #expect(drawing.contains(part), "\(part) in \(drawing)")
    }
  }

  @Test("--link gives a name: on the default bridge in /etc/hosts, on a network in its names")
  func link() {
    defer { sandbox.close() }
    start("db", "")
    #expect(
      sandbox.run("run --rm --link db:store busybox ping -c 1 -W 3 store").status == 0)
    sandbox.run("network create lab")
    start("cache", "--network lab")
    #expect(
      sandbox.run("run --rm --network lab --link cache:fast busybox ping -c 1 -W 3 fast").status
        == 0)
    sandbox.run("stop -t 0 db")
    #expect(
      sandbox.run("run --rm --link db:store busybox true").errors
        .contains("Cannot link to a non running container: /db AS store"))
  }

  @Test("with --ipv6 containers have addresses of both families and resolve to both")
  func v6() {
    defer { sandbox.close() }
    sandbox.run("network create --ipv6 --subnet fd00:77::/64 dual")
    start("aa", "--network dual")
    start("bb", "--network dual")
    #expect(sandbox.run("exec aa ip -6 addr show eth0").output.contains("inet6 fd00:77::2/64"))
    #expect(sandbox.run("exec aa ping -6 -c 1 -W 3 bb").status == 0)
    #expect(sandbox.run("exec aa nslookup bb").output.contains("fd00:77::3"))
  }
}
