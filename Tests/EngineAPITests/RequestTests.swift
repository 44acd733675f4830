import Documents
import Engine
import HTTP
import Testing

@testable import EngineAPI

@Suite("What clients send")
struct RequestTests {
  private func spec(_ json: String) throws -> ContainerSpec {
    let object = try #require(try JSONValue.parse(json).object)
    return try ContainerRequest(BodyReader(object)).spec(image: "i")
  }

  @Test("a container is read with all of its parts")
  func container() throws {
    let spec = try spec(
      """
      {"Image": "i", "Cmd": ["a", "b"], "Env": ["X=y"], "Tty": true, "OpenStdin": true,
       "Labels": {"k": "v"}, "ExposedPorts": {"90/udp": {}}, "StopTimeout": 3, "Unknown": 1,
       "HostConfig": {
         "Binds": ["/h:/c:ro", "vol:/v"], "PortBindings": {"80/tcp": [{"HostPort": "8080"}]},
         "Memory": 8388608, "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2},
         "Mounts": [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 1024}}],
         "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}], "CapAdd": ["net_admin"]},
       "NetworkingConfig": {"EndpointsConfig": {"n": {"Aliases": ["a"], "IPAMConfig": null}}}}
      """)
    #expect(spec.config.cmd == ["a", "b"])
    #expect(spec.tty && spec.openStdin && spec.stopTimeout == 3)
    #expect(spec.config.exposedPorts == ["80/tcp", "90/udp"])
    #expect(spec.host.mounts.map(\.kind) == [.bind, .volume, .tmpfs])
    #expect(spec.host.mounts[0].readOnly && spec.host.mounts[0].createsSource)
    #expect(spec.host.mounts[2].options == ["size=1024"])
    #expect(spec.host.ports.first?.hostPorts == 8080...8080)
    #expect(spec.host.restart == .onFailure(maximum: 2))
    #expect(spec.host.ulimits.first?.type == "RLIMIT_NOFILE")
    #expect(spec.host.ulimits.first?.hard == 2)
    #expect(spec.networks.first?.aliases == ["a"])
  }

  @Test(
    "mistakes are answered with 400 and name the field",
    arguments: [
      ("{\"Env\": \"A=1\"}", "Env of type []string"),
      ("{\"Env\": [1]}", "Env of type string"),
      ("{\"Tty\": \"yes\"}", "Tty of type bool"),
      ("{\"HostConfig\": []}", "HostConfig of type object"),
      ("{\"HostConfig\": {\"Memory\": \"1g\"}}", "HostConfig.Memory of type int64"),
      ("{\"HostConfig\": {\"Memory\": 1}}", "Minimum memory limit allowed is 6MB"),
      ("{\"HostConfig\": {\"Binds\": [\"/a\"]}}", "invalid volume specification: '/a'"),
      ("{\"HostConfig\": {\"Binds\": [\"/a:b\"]}}", "mount path must be absolute"),
      ("{\"HostConfig\": {\"Binds\": [\"/a:/b:zz\"]}}", "invalid mode: zz"),
      ("{\"HostConfig\": {\"Mounts\": [{\"Type\": \"x\"}]}}", "mount type unknown"),
      ("{\"HostConfig\": {\"RestartPolicy\": {\"Name\": \"x\"}}}", "unknown policy 'x'"),
      ("{\"WorkingDir\": \"rel\"}", "needs to be an absolute path"),
    ])
  func mistakes(_ json: String, _ words: String) throws {
    do {
      _ = try spec(json)
      Issue.record("was taken: \(json)")
    } catch {
      let (status, message) = APIError.describe(error)
      #expect(status == .badRequest)
      #expect(message.contains(words), "\(message)")
    }
  }

  @Test("a body that is no JSON object is refused")
  func bodies() async throws {
    for (body, type) in [
      ("{", "application/json"), ("[]", "application/json"), ("", "application/json"),
      ("{}", "text/plain"),
    ] {
      let request = HTTPRequest(
        method: .POST, target: "/", headers: ["Content-Type": type],
        body: RequestBody(bytes: Array(body.utf8)))
      await #expect(throws: APIError.self) { try await BodyReader.read(request) }
    }
  }

  @Test("filters come as sets or as lists, and unknown ones are refused")
  func filters() throws {
    let sets = try APIFilters("{\"name\":{\"a\":true,\"b\":false}}", known: ["name"])
    #expect(sets["name"] == ["a"])
    let lists = try APIFilters("{\"label\":[\"k=v\",\"x\"]}", known: ["label"])
    #expect(lists.allowLabels(["k": "v", "x": "1"]))
    #expect(!lists.allowLabels(["k": "w", "x": "1"]))
    for bad in ["{\"nosuch\":[]}", "{", "[]", "{\"name\":1}"] {
      #expect(throws: APIError.self) { try APIFilters(bad, known: ["name"]) }
    }
  }

  @Test("times, flags and keys of a query")
  func query() throws {
    let query = QueryParameters("since=1700000000.5&t=0&a=1&b=0&c=False&d=")
    #expect(try query.time("since") == 1_700_000_000_500_000_000)
    #expect(try query.time("t") == nil)
    #expect(query.flag("a") && !query.flag("b") && !query.flag("c") && !query.flag("d"))
    #expect(throws: APIError.self) { try QueryParameters("n=x").number("n") }
    #expect(try DetachKeyNames.parse("ctrl-p,ctrl-q") == [16, 17])
    #expect(try DetachKeyNames.parse("a,ctrl-@") == [97, 0])
    #expect(throws: APIError.self) { try DetachKeyNames.parse("ctrl-pp") }
  }

  @Test("output is framed unless there is a terminal")
  func framing() {
    #expect(StreamFraming(isRaw: true).frame([1, 2], isError: false) == [1, 2])
    #expect(
      StreamFraming(isRaw: false).frame([7], isError: true) == [2, 0, 0, 0, 0, 0, 0, 1, 7])
  }

  @Test("lines of a pull become messages")
  func messages() {
    #expect(
      ProgressMessage.status("0123456789ab: Pull complete").text()
        == "{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"0123456789ab\"}")
    #expect(ProgressMessage.status("Status: done").text() == "{\"status\":\"Status: done\"}")
    var lines = LineSplitter()
    #expect(lines.add(Array("a\nb".utf8)) == ["a"])
    #expect(lines.add(Array("c\n".utf8)) == ["bc"])
  }
}
