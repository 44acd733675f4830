import Documents
import Engine
import Testing

@testable import Labs

@Suite("A lab on a Docker Engine")
struct DockerEngineTests {
  @Test("its address is a Unix socket or plain TCP; the rest is refused by name")
  func addresses() throws {
    #expect(try DockerAddress("unix:///run/x.sock").description == "unix:///run/x.sock")
    #expect(try DockerAddress("tcp://127.0.0.1:99/").description == "tcp://127.0.0.1:99")
    #expect(try DockerAddress("tcp://localhost").description == "tcp://127.0.0.1:2375")
    for text in ["ssh://me@there", "tcp://there:1", "unix://", "tcp://127.0.0.1:x", ""] {
      #expect(throws: (any Error).self) { try DockerAddress(text) }
    }
  }

  @Test("answers are read with a length and in chunks, and one that is cut short is none")
  func answers() throws {
    func body(_ text: String) throws -> String {
      String(decoding: try DockerClient.answer(Array(text.utf8), to: "x").body, as: UTF8.self)
    }
    #expect(try body("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") == "hi")
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(try body(chunked + "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n") == "abc0123456789")
    for text in [
      chunked + "3\r\nab", chunked + "zz\r\n", chunked + "-1\r\n", chunked, "nonsense",
      "HTTP/1.1 x\r\n\r\n",
    ] {
      #expect(throws: (any Error).self) { try body(text) }
    }
  }

  @Test("a program's output is taken out of its frames, wherever they are cut")
  func frames() {
    let stream: [UInt8] =
      [1, 0, 0, 0, 0, 0, 0, 3] + Array("one".utf8) + [2, 0, 0, 0, 0, 0, 0, 1, 0x21]
      + [1, 0, 0, 0, 0, 0, 0, 4] + Array("two\n".utf8)
    for cut in 1..<stream.count {
      var frames = OutputFrames(isPlain: false)
      let text = frames.payload(stream[..<cut]) + frames.payload(stream[cut...])
      #expect(String(decoding: text, as: UTF8.self) == "one!two\n")
    }
    var unknown = OutputFrames()
    #expect(unknown.payload(stream).count == 8)
    var terminal = OutputFrames()
    #expect(terminal.payload(Array("\u{1B}[1mhi".utf8)).count == 6)
  }

  @Test("a build tells what it ran and what it had in the cache")
  func builds() {
    let said = [
      "Step 1/4 : FROM busybox\\n", " ---> 0123\\n", "Step 2/4 : COPY a /a\\n",
      " ---> Using cache\\n",
      "Step 3/4 : RUN make\\n", " ---> Running in 4567\\n", "Step 4/4 : CMD [\\\"a\\\"]\\n",
      " ---> Running in 89ab\\n", "Successfully built 89ab\\n",
    ]
    let text = said.map { "1a\r\n{\"stream\":\"\($0)\"}\r\n\r\n" }.joined()
    let transcript = BuildTranscript(text)
    #expect(transcript.cached == 1 && transcript.steps == ["RUN make"] && transcript.hasSucceeded)
    #expect(!BuildTranscript(String(text.prefix(text.count - 60))).hasSucceeded)
  }

  @Test("an untag has the name that the client asked to remove, once")
  func removals() {
    func path(_ text: String) -> [Substring] { text.split(separator: "/") }
    #expect(NameRemoval.subject(path("/v1.41/images/web:1")) == "rmi=web:1")
    #expect(
      NameRemoval.subject(path("/v1.41/images/localhost:5000/a/b:1"))
        == "rmi=localhost:5000%2Fa%2Fb:1")
    #expect(NameRemoval.subject(path("/v1.41/images/abcdef012345")) == nil)
    #expect(NameRemoval.subject(path("/v1.41/images/sha256:abcdef")) == nil)
    #expect(NameRemoval.subject(path("/v1.41/containers/web")) == nil)
    #expect(NameRemoval.subject(path("/v1.41/images")) == nil)
    func untag(_ time: Int64, _ name: String = "sha256:aa") -> Journal.NewEntry {
      Journal.NewEntry(
        type: "image", action: "untag", actor: "sha256:aa", name: name, attributes: [:], time: time)
    }
    var entries = [untag(5), untag(10), untag(11), untag(20), untag(30, "own:1")]
    NameRemoval.complete(
      &entries, [NameRemoval(name: "web", time: 9), NameRemoval(name: "a/b:2", time: 15)])
    #expect(entries.map(\.name) == ["sha256:aa", "web:latest", "sha256:aa", "a/b:2", "own:1"])
  }

  @Test("what Compose 1 has made goes by the name that Compose 2 gives, and nothing else does")
  func composeNames() {
    let labels = [
      "com.docker.compose.project": "my-work", "com.docker.compose.service": "web_app",
      "com.docker.compose.container-number": "2",
    ]
    func name(_ name: String, _ labels: [String: String]) -> String {
      ComposeName.newer(name) { labels[$0] }
    }
    #expect(name("my-work_web_app_2", labels) == "my-work-web_app-2")
    #expect(name("my-work-web_app-2", labels) == "my-work-web_app-2")
    #expect(name("blog", labels) == "blog")
    #expect(name("my-work_web_app_2", [:]) == "my-work_web_app_2")
    #expect(name("my-work_web_app_3", labels) == "my-work_web_app_3")
  }

  @Test("events become entries as our own engine makes them")
  func events() throws {
    func entry(_ json: String) throws -> String? {
      DockerEvents.entry(try JSONValue.parse(json)).map {
        "\($0.type) \($0.action) \($0.name) \($0.attributes["oldName"] ?? "-") \($0.time)"
      }
    }
    #expect(
      try entry(
        """
        {"Type":"container","Action":"rename","timeNano":7,"Actor":{"ID":"aa","Attributes":
         {"name":"b","oldName":"/a","image":"i"}}}
        """) == "container rename b a 7")
    #expect(
      try entry(
        """
        {"Type":"image","Action":"pull","timeNano":8,"Actor":{"ID":"ubuntu:latest","Attributes":
         {"name":"ubuntu"}}}
        """) == "image pull ubuntu:latest - 8")
    #expect(
      try entry(#"{"Type":"volume","Action":"create","timeNano":9,"Actor":{"ID":"v"}}"#)
        == "volume create v - 9")
    #expect(try entry(#"{"status":"old"}"#) == nil)
  }

  @Test("what is about our own engine is left out, with what builds on it")
  func steps() throws {
    let text = """
      ---
      format: 1
      id: x
      ---
      ## One {#one}

      ## Two {#two engine=dklab}

      ## Three {#three after=one}

      ## Four {#four after=two}
      """
    let lab = try #require(LabReader.read(text, file: "lab.md").0)
    #expect(lab.forAnyEngine.steps.map(\.id) == ["one", "three"])
  }
}
