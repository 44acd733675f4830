import Engine
import Networks
import Support
import Testing

@testable import Commands

struct PsTableTests {
  private static let now: Int64 = 1_714_566_600_000_000_000

  private var rows: [PsTable.Row] {
    var web = PsTable.Row(
      id: "4f66ad9a0b2e7d64a9d3a1d9f1e64f0d2a3b4c5d6e7f8091a2b3c4d5e6f70812", name: "web",
      image: "docker/getting-started",
      command: ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"],
      created: Self.now - 125_000_000_000)
    web.state = "running"
    web.status = "Up 2 minutes"
    web.ports = "0.0.0.0:80->80/tcp, [::]:80->80/tcp"
    web.labels = ["b": "2", "a": "1"]
    web.networks = ["bridge"]
    web.size = "1.09kB (virtual 47MB)"
    var hello = PsTable.Row(
      id: "0b2e7d64a9d34f66ad9aa1d9f1e64f0d2a3b4c5d6e7f8091a2b3c4d5e6f70812", name: "한글이름",
      image: "hello-world", command: ["/hello"], created: Self.now - 500_000_000)
    hello.state = "exited"
    hello.status = "Exited (0) Less than a second ago"
    return [web, hello]
  }

  private func lines(
    _ format: String? = nil, quiet: Bool = false, noTrunc: Bool = false, size: Bool = false
  ) throws -> [String] {
    try PsTable.lines(
      rows, format: format, quiet: quiet, noTrunc: noTrunc, size: size, now: Self.now)
  }

  @Test("the plain table is docker's")
  func table() throws {
    #expect(
      try lines() == [
        "CONTAINER ID   IMAGE                    COMMAND                  CREATED                  STATUS                              PORTS                                 NAMES",
        "4f66ad9a0b2e   docker/getting-started   \"/docker-entrypoint.…\"   2 minutes ago            Up 2 minutes                        0.0.0.0:80->80/tcp, [::]:80->80/tcp   web",
        "0b2e7d64a9d3   hello-world              \"/hello\"                 Less than a second ago   Exited (0) Less than a second ago                                         한글이름",
      ])
  }

  @Test("without containers there is the header, and nothing with -q, json or a template")
  func empty() throws {
    #expect(
      try PsTable.lines([], now: 0) == [
        "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES"
      ])
    #expect(try PsTable.lines([], quiet: true, now: 0).isEmpty)
    #expect(try PsTable.lines([], format: "json", now: 0).isEmpty)
    #expect(try PsTable.lines([], format: "{{.Names}}", now: 0).isEmpty)
  }

  @Test("-q prints ids, --no-trunc prints all of everything, --size adds a column")
  func variants() throws {
    #expect(try lines(quiet: true) == ["4f66ad9a0b2e", "0b2e7d64a9d3"])
    #expect(try lines(quiet: true, noTrunc: true)[0].count == 64)
    #expect(try lines(noTrunc: true)[1].contains("\"/docker-entrypoint.sh nginx -g daemon off;\""))
    #expect(try lines(size: true)[0].hasSuffix("NAMES      SIZE"))
    #expect(try lines(size: true)[1].hasSuffix("web        1.09kB (virtual 47MB)"))
  }

  @Test("--format takes templates, tables of templates and json")
  func formats() throws {
    #expect(try lines("{{.Names}}: {{.Status}}")[0] == "web: Up 2 minutes")
    #expect(
      try lines("table {{.Names}}\\t{{.State}}") == [
        "NAMES      STATE", "web        running", "한글이름   exited",
      ])
    #expect(try lines("{{.Label \"a\"}}|{{.Label \"zzz\"}}|{{.Labels}}")[0] == "1||a=1,b=2")
    #expect(try lines("table {{.Label \"a\"}}\\t{{.Names}}")[0] == "a         NAMES")
    #expect(
      try lines("json")[1]
        == #"{"Command":"\"/hello\"","CreatedAt":"\#(RFC3339.local(Self.now - 500_000_000))","ID":"0b2e7d64a9d3","Image":"hello-world","Labels":"","LocalVolumes":"0","Mounts":"","Names":"한글이름","Networks":"","Ports":"","RunningFor":"Less than a second ago","Size":"","State":"exited","Status":"Exited (0) Less than a second ago"}"#
    )
  }

  @Test("a field that is not there is docker's error")
  func wrongField() throws {
    let error = #expect(throws: DklabError.self) { try lines("{{.Foo}}") }
    #expect(
      error?.message.en
        == "template parsing error: template: :1:2: executing \"\" at <.Foo>: can't evaluate field Foo in type *formatter.ContainerContext"
    )
  }
}
