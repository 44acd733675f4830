import Support
import Testing

@testable import Documents

struct GoTemplateTests {
  /// The document `docker context ls` renders, whose answers these tests were compared with.
  private static let context: JSONValue = [
    "Current": true, "Description": "local", "DockerEndpoint": "unix:///var/run/docker.sock",
    "Error": "", "Name": "default",
  ]
  private static let type = "*formatter.clientContextContext"

  private func render(_ template: String) -> String {
    do {
      return try GoTemplate(template).render(
        Self.context, as: TemplateShape(missing: .noField(type: Self.type)))
    } catch let error as DklabError {
      return error.message.en.replacing("template parsing error: template: :", with: "!")
    } catch {
      return "unexpected \(error)"
    }
  }

  @Test(
    "what docker renders is rendered the same",
    arguments: [
      ("{{.Name}}", "default"), ("{{.Current}}", "true"), ("plain", "plain"), ("", ""),
      ("{{json .Name}} {{json .Current}}", "\"default\" true"),
      ("{{upper .Name}}", "DEFAULT"), ("{{.Name | upper | lower}}", "default"),
      (#"{{title "hello wOrld"}}"#, "Hello WOrld"),
      (#"{{join (split "a,b" ",") "-"}}"#, "a-b"),
      (
        #"{{printf "%-10s|%5d|%q|%v|%05.2f|%x|%t" .Name 42 "a\"b" (split "a b" " ") 3.14159 255 true}}"#,
        #"default   |   42|"a\"b"|[a b]|03.14|ff|true"#
      ),
      ("{{pad .Name 2 3}}|", "  default   |"), ("{{truncate .Name 3}}", "def"),
      (
        #"{{range $i, $c := split "a,b" ","}}{{$i}}={{$c}};{{else}}none{{end}}"#, "0=a;1=b;"
      ),
      ("{{with .Error}}x{{else}}y{{end}}", "y"), ("{{with .Name}}{{.}}{{end}}", "default"),
      ("{{ .Name -}} x", "defaultx"), ("x {{- .Name }}", "xdefault"), ("{{/* c */}}z", "z"),
      ("a {{- /* c */ -}} z", "az"),
      (#"{{println "a" 1 2 "b"}}"#, "a 1 2 b\n"), (#"{{print "a" 1 2 "b" "c"}}"#, "a1 2bc"),
      ("{{'a'}}", "97"), ("{{1.5}} {{0x10}} {{1e3}} {{true}}", "1.5 16 1000 true"),
      (#"{{and .Name 0 "x"}} {{or "" "y"}} {{not 1}}"#, "0 y false"),
      (#"{{lt 1 2}} {{ge "a" "b"}} {{ne 1 2}}"#, "true false true"),
      ("{{slice .Name 1 3}}", "ef"), (#"{{html "<a>"}} {{urlquery "a b"}}"#, "&lt;a&gt; a+b"),
      (
        #"{{printf "%d" "x"}} {{printf "%s" 1}} {{printf "%d"}} {{printf "a" 1}}"#,
        "%!d(string=x) %!s(int=1) %!d(MISSING) a%!(EXTRA int=1)"
      ),
      ("{{range 3}}{{.}}{{end}}", "012"), (#"{{"\t"}}|"#, "\t|"), ("{{`a\\t`}}", "a\\t"),
      ("{{ $x := 1 }}{{ $x = 2 }}{{$x}}", "2"),
      (#"{{if eq .Name "default"}}d{{else if true}}e{{end}}"#, "d"),
      (#"{{if eq .Name "x" "y"}}d{{else if .Current}}e{{else}}f{{end}}"#, "e"),
      (#"{{"a"|printf "%s-%s" "b"}}"#, "b-a"), (#"{{"x" | }}"#, "x"), ("{{len .Name}}", "7"),
      (
        "{{range $i := 5}}{{if eq $i 3}}{{break}}{{end}}{{if eq $i 1}}{{continue}}{{end}}{{$i}}{{end}}",
        "02"
      ),
      ("{{$.Name}}{{range 1}}{{$.Name}}{{end}}", "defaultdefault"),
      ("{{(index (split \"a b\" \" \") 1)}}", "b"),
    ])
  func renders(template: String, expected: String) {
    #expect(render(template) == expected)
  }

  @Test(
    "what docker refuses is refused in the same words",
    arguments: [
      (
        "{{.Nme}}",
        #"1:2: executing "" at <.Nme>: can't evaluate field Nme in type *formatter.clientContextContext"#
      ),
      ("{{.Name", "1: unclosed action"), ("{{.Name}", "1: bad character U+007D '}'"),
      ("{{foo .Name}}", #"1: function "foo" not defined"#),
      ("{{}}", "1: missing value for command"), ("{{if}}x{{end}}", "1: missing value for if"),
      ("{{if .Name}}x", "1: unexpected EOF"), ("{{end}}", "1: unexpected {{end}}"),
      ("{{else}}", "1: unexpected {{else}}"), ("{{break}}", "1: {{break}} outside {{range}}"),
      ("{{.Name-x}}", "1: bad character U+002D '-'"),
      ("{{\"abc}}", "1: unterminated quoted string"), ("{{$x}}", #"1: undefined variable "$x""#),
      ("{{.Name | 3}}", "1: non executable command in pipeline stage 2"),
      (
        "{{index .Name 50}}",
        #"1:2: executing "" at <index .Name 50>: error calling index: index out of range: 50"#
      ),
      (
        "{{eq .Name 1}}",
        #"1:2: executing "" at <eq .Name 1>: error calling eq: incompatible types for comparison"#
      ),
      (
        "{{eq 1}}",
        #"1:2: executing "" at <eq 1>: error calling eq: missing argument for comparison"#
      ),
      ("{{len 3}}", #"1:2: executing "" at <len 3>: error calling len: len of type int"#),
      (
        "{{.Name.Foo}}",
        #"1:7: executing "" at <.Name.Foo>: can't evaluate field Foo in type string"#
      ),
      ("{{@}}", #"1: unexpected "@" in command"#), ("{{,}}", #"1: unexpected "," in command"#),
      ("{{nil}}", #"1:2: executing "" at <nil>: nil is not a command"#),
      (
        "{{.Name \"x\"}}",
        #"1:2: executing "" at <.Name>: wrong number of args for Name: want 0 got 1"#
      ),
      ("{{lower}}", #"1:2: executing "" at <lower>: wrong number of args for lower: want 1 got 0"#),
      (
        "{{index}}",
        #"1:2: executing "" at <index>: wrong number of args for index: want at least 1 got 0"#
      ),
      ("{{lower 1}}", #"1:8: executing "" at <1>: expected string; found 1"#),
      ("{{1 2}}", #"1:2: executing "" at <1>: can't give argument to non-function 1"#),
      (
        "{{ \"a\" \"b\" }}", #"1:3: executing "" at <"a">: can't give argument to non-function "a""#
      ),
      (
        "{{1 | upper}}",
        #"1:6: executing "" at <upper>: wrong type for value; expected string; got int"#
      ),
      (
        "{{range .Name}}{{.}}{{end}}",
        #"1:8: executing "" at <.Name>: range can't iterate over default"#
      ),
      ("{{with $x := 5}}{{$x}}{{end}}{{$x}}", #"1: undefined variable "$x""#),
      ("{{.Name}} {{", "1: unclosed action"), ("{{( .Name }}", "1: unclosed left paren"),
      ("{{.Name)}}", "1: unexpected right paren"), ("{{/* x }}", "1: unclosed comment"),
      ("a\nb {{.Nme}}", #"2:4: executing "" at <.Nme>: can't evaluate field Nme in type \#(type)"#),
      ("a\n{{.Name | }}{{x}}", #"2: function "x" not defined"#),
    ])
  func refuses(template: String, expected: String) {
    #expect(render(template) == "!" + expected)
  }

  private static let inspect = TemplateShape(
    missing: .noEntry, openMaps: ["Labels", "Networks", "Ports", "Exposed"], lists: ["Entrypoint"],
    aliases: ["ID": "Id"],
    methods: [
      "Label": { members, arguments in
        members["Labels"]?[arguments.first?.string ?? ""] ?? ""
      }
    ])

  private static let container: JSONValue = [
    "Id": "abc", "State": ["Status": "running", "Pid": 12, "Health": nil],
    "Labels": ["b": "2", "a": "1"], "Entrypoint": nil, "Cmd": ["sh", "-c"],
    "Networks": ["bridge": ["IPAddress": "172.17.0.2"]],
    "Ports": ["80/tcp": [["HostIp": "0.0.0.0", "HostPort": "8080"]], "53/udp": nil],
    "Exposed": ["80/tcp": [:], "53/udp": [:]],
    "Config": ["Labels": nil, "Exposed": [:], "Entrypoint": nil],
  ]

  @Test(
    "an inspect document tells maps of the user's keys from structures",
    arguments: [
      ("{{.ID}} {{.Id}}", "abc abc"), ("{{.State.Status}}:{{.State.Pid}}", "running:12"),
      ("{{.Labels.a}} {{.Labels.nope}}", "1 <no value>"), (#"{{index .Labels "nope"}}"#, ""),
      ("{{.Labels}}", "map[a:1 b:2]"), ("{{.State}}", "{running 12 <nil>}"),
      ("{{.Exposed}}{{len .Exposed}}", "map[53/udp:{} 80/tcp:{}]2"),
      ("{{.Ports}}", "map[53/udp:[] 80/tcp:[{0.0.0.0 8080}]]"),
      (#"{{index .Ports "80/tcp"}}"#, "[{0.0.0.0 8080}]"),
      ("{{.State.Labels}} {{.State.Entrypoint}} {{json .State.Ports}}", "map[] [] null"),
      ("{{range .Exposed}}{{.}}{{end}}", "{}{}"), ("{{.Config}}", "{map[] map[] []}"),
      ("{{.State.Health}} {{.Entrypoint}} {{.Cmd}}", "<nil> [] [sh -c]"),
      ("{{range .Networks}}{{.IPAddress}}{{end}}", "172.17.0.2"),
      ("{{.Networks.none.IPAddress}}", "<no value>"),
      (#"{{(index (index .Ports "80/tcp") 0).HostPort}}"#, "8080"),
      (
        "{{range $p, $b := .Ports}}{{$p}} -> {{if $b}}{{(index $b 0).HostPort}}{{end}} {{end}}",
        "53/udp ->  80/tcp -> 8080 "
      ),
      (#"{{.Label "a"}}{{.Label "x"}}"#, "1"),
      ("{{json .State}}", #"{"Status":"running","Pid":12,"Health":null}"#),
      ("{{len .Labels}}{{len .Cmd}}", "22"),
      (
        "{{.State.Foo}}",
        #"template: :1:8: executing "" at <.State.Foo>: map has no entry for key "Foo""#
      ),
      (
        "{{.State.Health.Status}}",
        #"template: :1:8: executing "" at <.State.Health.Status>: nil pointer evaluating interface {}.Status"#
      ),
      (
        #"{{(index .Ports "9/tcp" 0).HostPort}}"#,
        #"template: :1:3: executing "" at <index .Ports "9/tcp" 0>: error calling index: index of untyped nil"#
      ),
    ])
  func inspect(template: String, expected: String) throws {
    var result: String
    do {
      result = try GoTemplate(template).render(Self.container, as: Self.inspect)
    } catch let error as DklabError {
      result = String(error.message.en.dropFirst("template parsing error: ".count))
    }
    #expect(result == expected)
  }

  @Test("without a shape every missing member prints <no value>")
  func noShape() throws {
    #expect(
      try GoTemplate("{{.x}} {{.a.b}} {{.n}}").render(["a": [:], "n": nil])
        == "<no value> <no value> <no value>")
  }

  @Test("no cut of a template and no change of one byte crashes it")
  func survivesDamage() {
    let good = Array(
      #"{{range $i, $c := split "a,b" ","}}{{- printf "%05.2f" 1.5 | upper }} {{if and .A (index .B 0).C}}'x'{{else}}`y`{{end}}{{end}}"#
        .utf8)
    var refused = 0
    for place in good.indices {
      for byte in [0, 0x20, 0x22, 0x25, 0x28, 0x2E, 0x5C, 0x7D, 0xC3, 0x39] as [UInt8] {
        var bad = good
        bad[place] = byte
        let text = String(decoding: bad, as: UTF8.self)
        if (try? GoTemplate(text).render(["A": true, "B": [["C": 1]]])) == nil { refused += 1 }
      }
      _ = try? GoTemplate(String(decoding: good[..<place], as: UTF8.self)).render([:])
    }
    #expect(refused > good.count)
  }
}
