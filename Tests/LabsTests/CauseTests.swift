import Testing

@testable import Labs

/// Mistakes students make, each with the cause that the message must name.
struct Mistake: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let check: String
  let cause: String
  let snapshot: Snapshot

  init(_ what: String, _ check: String, _ cause: String, _ snapshot: Snapshot) {
    testDescription = what
    self.check = check
    self.cause = cause
    self.snapshot = snapshot
  }

  private static let web = "- container.state: {name: web1, is: running}"
  private static let port = "- container.port: {name: web1, port: 80, host: {{port}}}"
  private static let page = "- http.get: {url: http://localhost:{{port}}/}"
  private static let refused: [Probe: ProbeResult] = [
    .http(url: "http://localhost:8080/", host: nil): .nothing("connection refused"),
    .portHolder(8080): .nothing("free"),
  ]

  private static func stopped(
    _ exit: Int, command: [String] = ["nginx"], memoryKill: Bool = false, _ journal: String...
  ) -> Snapshot {
    var events = Fixture.journal("container.create web1", "container.start web1")
    events += journal.flatMap { Fixture.journal($0) }
    return Snapshot(
      containers: [
        "web1": Fixture.container(
          status: "exited", exit: exit, command: command, memoryKill: memoryKill)
      ], journal: events)
  }

  static let all: [Mistake] = [
    Mistake("nothing was done", web, "container.never-created", Snapshot()),
    Mistake(
      "the container was removed", web, "container.removed",
      Snapshot(
        journal: Fixture.journal(
          "container.create web1", "container.remove web1",
          "command.run argv=\"docker rm -f web1\" exit=0"))),
    Mistake(
      "it was run with --rm", web, "container.auto-removed",
      Snapshot(
        journal: Fixture.journal(
          "command.run argv=\"docker run --rm --name web1 nginx\" exit=0",
          "container.create web1", "container.remove web1"))),
    Mistake(
      "the name has a slip", web, "container.similar-name",
      Snapshot(containers: ["wbe1": Fixture.container()])),
    Mistake(
      "it was renamed", web, "container.similar-name",
      Snapshot(journal: Fixture.journal("container.rename site oldName=web1"))),
    Mistake(
      "no --name was given", web, "container.other-name",
      Snapshot(
        containers: ["quiet_turing": Fixture.container()],
        journal: Fixture.journal("container.create quiet_turing"))),
    Mistake(
      "docker run failed", web, "container.create-failed",
      Snapshot(
        journal: Fixture.journal(
          "command.refuse argv=\"run --name web1 nginx\" error=run.pull message=\"invalid pull\""))),
    Mistake(
      "the image has a slip", web, "image.misspelled",
      Snapshot(
        journal: Fixture.journal(
          "command.refuse argv=\"run --name web1 ngnix\" error=image.not-found object=ngnix:latest"),
        shelf: ["nginx"])),
    Mistake(
      "the image has another tag", web, "image.other-tag",
      Snapshot(
        journal: Fixture.journal(
          "command.refuse argv=\"run nginx:9\" error=image.not-found object=nginx:9"),
        shelf: ["nginx", "nginx:1.27"])),
    Mistake(
      "docker has a slip", web, "command.mistyped",
      Snapshot(
        journal: Fixture.journal("command.run argv=\"dokcer run --name web1 nginx\" exit=127"))),
    Mistake(
      "an option is unknown", web, "command.usage",
      Snapshot(
        journal: Fixture.journal(
          "command.refuse argv=\"run --nmae web1 nginx\" error=usage message=\"unknown flag\""))),
    Mistake(
      "the name is taken", web, "container.name-taken",
      Snapshot(
        containers: ["web1": Fixture.container(status: "exited")],
        journal: Fixture.journal(
          "container.create web1", "container.start web1",
          "command.refuse argv=\"run --name web1 nginx\" error=container.name-in-use object=web1"))),
    Mistake(
      "it is in another lab's engine", web, "container.other-engine",
      Snapshot(strangers: ["web1": "lab-day42"])),
    Mistake(
      "it is paused", web, "container.paused",
      Snapshot(containers: ["web1": Fixture.container(status: "paused")])),
    Mistake(
      "it starts again and again", web, "container.restarting",
      Snapshot(containers: ["web1": Fixture.container(status: "restarting", exit: 1)])),
    Mistake(
      "it still runs", "- container.exit: {name: web1, is: 0}", "container.still-running",
      Snapshot(containers: ["web1": Fixture.container()])),
    Mistake(
      "it was typed on the host", "- journal.count: {event: container.die exit=0, at-least: 1}",
      "command.on-host",
      Snapshot(
        journal: Fixture.journal("command.run argv=\"uname -r\" exit=0"),
        reference: ["uname -r", "docker run --rm ubuntu uname -r"])),
    Mistake(
      "the container has a slip", "- journal.count: {event: exec.die web1 exit=0, at-least: 1}",
      "container.misspelled",
      Snapshot(
        containers: ["web1": Fixture.container()],
        journal: Fixture.journal(
          "command.refuse argv=\"exec wbe1 id\" error=container.not-found object=wbe1"))),
    Mistake(
      "it was forced", "- journal.count: {event: command.run argv~\"docker rmi nginx\", is: 1}",
      "command.extra-option",
      Snapshot(journal: Fixture.journal("command.run argv=\"docker rmi -f nginx\" exit=0"))),
    Mistake(
      "it printed something else", "- journal.count: {event: container.die out=hello, is: 1}",
      "output.differs", Snapshot(journal: Fixture.journal("container.die web1 out=bye"))),
    Mistake(
      "it was another image", "- journal.count: {event: container.die image=nginx, is: 1}",
      "image.other", Snapshot(journal: Fixture.journal("container.die web1 image=redis"))),
    Mistake(
      "there are too few", "- container.count: {is: 2}", "count.too-few",
      Snapshot(containers: ["web1": Fixture.container()])),
    Mistake(
      "there are too many", "- container.count: {is: 0}", "count.too-many",
      Snapshot(containers: ["web1": Fixture.container()])),
    Mistake(
      "the label is missing", "- container.count: {label: a=b, is: 1}", "label.missing",
      Snapshot(containers: ["web1": Fixture.container()])),
    Mistake(
      "the address is another", "- container.port: {name: web1, port: 80, address: 127.0.0.1}",
      "port.other-address", Snapshot(containers: ["web1": Fixture.container(ports: [80: 8080])])),
    Mistake(
      "the variable was exported", "- container.env: {name: web1, variable: A, is: b}",
      "env.on-host",
      Snapshot(
        containers: ["web1": Fixture.container()],
        journal: Fixture.journal("command.run argv=\"export A=b\" exit=0"))),
    Mistake(
      "the variable has another name", "- container.env: {name: web1, variable: GREETING, is: b}",
      "env.similar-name", Snapshot(containers: ["web1": Fixture.container(env: ["greeting=b"])])),
    Mistake(
      "the variable is the command", "- container.env: {name: web1, variable: A, is: b}",
      "env.behind-image",
      Snapshot(containers: ["web1": Fixture.container(command: ["env", "A=b", "sleep"])])),
    Mistake(
      "the variable was quoted", "- container.env: {name: web1, variable: A, is: b}",
      "env.unexpanded", Snapshot(containers: ["web1": Fixture.container(env: ["A=$B"])])),
    Mistake(
      "no volume", "- volume.exists: data", "volume.missing", Snapshot(volumes: ["dta"])),
    Mistake(
      "the volume was removed", "- volume.exists: data", "volume.removed",
      Snapshot(journal: Fixture.journal("volume.create data", "volume.remove data"))),
    Mistake(
      "the volume is still there", "- volume.absent: data", "value.differs",
      Snapshot(volumes: ["data"])),
    Mistake(
      "the volume lacks the file", "- volume.file: {name: data, path: post}", "file.missing",
      Snapshot(
        volumes: ["data"],
        probes: [.volumeFile(volume: "data", path: "post"): .nothing("no such file")])),
    Mistake(
      "the image lacks the file", "- image.file: {image: nginx, path: /x}", "file.missing",
      Snapshot(
        images: [Fixture.image("nginx")],
        probes: [.imageFile(image: "nginx", path: "/x"): .nothing("no such file")])),
    Mistake(
      "the image has the file", "- image.no-file: {image: nginx, path: /x}", "value.differs",
      Snapshot(
        images: [Fixture.image("nginx")],
        probes: [
          .imageFile(image: "nginx", path: "/x"): .file(text: "", mode: 0, isDirectory: false)
        ])),
    Mistake(
      "the image is the larger one", "- image.size: {image: nginx, smaller-than: redis}",
      "value.differs", Snapshot(images: [Fixture.image("nginx"), Fixture.image("redis")])),
    Mistake(
      "a layer is too large", "- image.history: {image: nginx, row: RUN, under: 1}",
      "value.differs",
      Snapshot(
        images: [Fixture.image("nginx")],
        probes: [.imageHistory("nginx"): .lines(["5000\tRUN rm", "0\tCMD x"])])),
    Mistake(
      "the page never ends", "- http.get: {url: http://localhost:{{port}}/, contains: x}",
      "http.endless",
      Snapshot(
        probes: [
          .http(url: "http://localhost:8080/", host: nil):
            .http(status: 200, body: "abc", isWhole: false),
          .portHolder(8080): .text("dklab"),
        ])),
    Mistake(
      "the image was not pushed", "- registry.has: localhost:{{port}}/me/app:1",
      "registry.not-pushed",
      Snapshot(probes: [.registry("localhost:8080/me/app:1"): .lines([])])),
    Mistake(
      "another tag was pushed", "- registry.has: localhost:{{port}}/me/app:1",
      "registry.other-tag",
      Snapshot(probes: [.registry("localhost:8080/me/app:1"): .lines(["latest"])])),
    Mistake(
      "the image was built again after the push",
      "- registry.has: {image: localhost:{{port}}/me/app:1, same_as: nginx}",
      "registry.other-content",
      Snapshot(
        images: [Fixture.image("nginx")],
        probes: [.registry("localhost:8080/me/app:1"): .text("sha256:abc")])),
    Mistake(
      "the file has another mode", "- container.file: {name: web1, path: /s, mode: 660}",
      "file.mode",
      Snapshot(
        containers: ["web1": Fixture.container()],
        probes: [
          .containerFile(container: "web1", path: "/s"):
            .file(text: "", mode: 0o666, isDirectory: false)
        ])),
    Mistake(
      "the student's file has another mode", "- file.mode: {path: run.sh, is: 755}",
      "value.differs",
      Snapshot(probes: [.file("run.sh"): .file(text: "", mode: 0o644, isDirectory: false)])),
    Mistake(
      "the checksum is another", "- file.sha256: {path: n.tar, is: ab}", "value.differs",
      Snapshot(probes: [.fileDigest("n.tar"): .text("cd")])),
    Mistake(
      "the file has a slip", "- file.exists: notes.txt", "file.similar-name",
      Snapshot(
        probes: [.file("notes.txt"): .nothing("no such file"), .folder: .lines(["note.txt"])])),
    Mistake(
      "the file is empty", "- file.text: {path: a.txt, contains: x}", "file.empty",
      Snapshot(probes: [.file("a.txt"): .file(text: "\n", mode: 0o644, isDirectory: false)])),
    Mistake(
      "another process is number 1", "- proc.command: {name: web1, is: nginx}", "value.differs",
      Snapshot(
        containers: ["web1": Fixture.container()],
        probes: [.process("web1"): .process(ProcessFacts(pid: 7, namespaces: [:], command: ["sh"]))]
      )),
    Mistake(
      "the numbers are mapped otherwise", "- proc.uidmap: {name: web1, is: 0 0 4294967295}",
      "value.differs",
      Snapshot(
        containers: ["web1": Fixture.container()],
        probes: [
          .process("web1"): .process(ProcessFacts(pid: 7, namespaces: [:], userMap: ["0 1000 1"]))
        ])),
    Mistake(
      "a file of the group differs", "- cgroup.value: {name: web1, file: memory.high, is: max}",
      "value.differs",
      Snapshot(
        containers: ["web1": Fixture.container()],
        probes: [.cgroup(container: "web1", limit: "memory.high"): .text("1000")])),
    Mistake(
      "the scope is another", "- net.exists: {name: bridge, scope: global}", "value.differs",
      Snapshot(networks: [["Name": "bridge", "Driver": "bridge", "Scope": "local"]])),
    Mistake(
      "the port was taken", web, "port.in-use",
      Snapshot(
        journal: Fixture.journal(
          "command.refuse argv=\"run --name web1 -p 8080:80 nginx\" error=port.allocated object=8080"
        ),
        probes: [.portHolder(8080): .text("another program")])),
    Mistake(
      "created, not started", web, "container.not-started",
      Snapshot(containers: ["web1": Fixture.container(status: "created")])),
    Mistake("stopped", web, "container.stopped", stopped(137, "container.stop web1")),
    Mistake("killed by hand", web, "container.killed", stopped(137, "container.kill web1")),
    Mistake("killed by a signal", web, "container.killed", stopped(139)),
    Mistake("out of memory", web, "container.out-of-memory", stopped(137, memoryKill: true)),
    Mistake("the program failed", web, "container.exited", stopped(1)),
    Mistake("no such program", web, "container.command-not-found", stopped(127)),
    Mistake("not executable", web, "container.not-executable", stopped(126)),
    Mistake(
      "a shell without -it", web, "container.shell-without-terminal",
      stopped(0, command: ["bash"])),
    Mistake(
      "the program was never found", web, "container.command-not-found",
      Snapshot(
        containers: [
          "web1": Fixture.container(
            status: "created", exit: 127, error: "not found", command: ["ngnix"])
        ])),
    Mistake(
      "the port was taken at the start", web, "port.in-use",
      Snapshot(
        containers: [
          "web1": Fixture.container(
            status: "created", exit: 128, error: "8080: port is already allocated",
            ports: [80: 8080])
        ])),
    Mistake(
      "no -p", port, "port.not-published",
      Snapshot(containers: ["web1": Fixture.container(exposed: [80])])),
    Mistake(
      "-p the wrong way round", port, "port.reversed",
      Snapshot(containers: ["web1": Fixture.container(ports: [8080: 80])])),
    Mistake(
      "the wrong way round, and another number too", port, "port.reversed",
      Snapshot(containers: ["web1": Fixture.container(ports: [8055: 80])])),
    Mistake(
      "another port of the host", port, "port.other-host-port",
      Snapshot(containers: ["web1": Fixture.container(ports: [80: 9090])])),
    Mistake(
      "another port of the container", port, "port.other-container-port",
      Snapshot(containers: ["web1": Fixture.container(ports: [8000: 8080])])),
    Mistake(
      "both ports are others", port, "port.other-container-port",
      Snapshot(containers: ["web1": Fixture.container(ports: [8000: 9090])])),
    Mistake(
      "the server listens elsewhere", page, "port.nothing-listens",
      Snapshot(
        containers: ["web1": Fixture.container(ports: [8000: 8080], exposed: [80])],
        probes: refused)),
    Mistake(
      "the page of a stopped container", page, "port.not-running",
      Snapshot(
        containers: ["web1": Fixture.container(status: "exited", exit: 1, ports: [80: 8080])],
        probes: refused)),
    Mistake(
      "the page with reversed ports", page, "port.reversed",
      Snapshot(containers: ["web1": Fixture.container(ports: [8080: 80])], probes: refused)),
    Mistake(
      "the page without -p", page, "port.not-published",
      Snapshot(containers: ["web1": Fixture.container(exposed: [80])], probes: refused)),
    Mistake(
      "the page at another port", page, "port.other-host-port",
      Snapshot(containers: ["web1": Fixture.container(ports: [80: 9090])], probes: refused)),
    Mistake(
      "another program has the port", page, "port.in-use",
      Snapshot(
        probes: [
          .http(url: "http://localhost:8080/", host: nil): .http(status: 404, body: ""),
          .portHolder(8080): .text("python3"),
        ])),
    Mistake(
      "the page is missing", page, "http.status",
      Snapshot(
        containers: ["web1": Fixture.container(ports: [80: 8080])],
        probes: [
          .http(url: "http://localhost:8080/", host: nil): .http(status: 404, body: ""),
          .portHolder(8080): .text("dklab"),
        ])),
    Mistake(
      "no image", "- image.exists: nginx", "image.missing", Snapshot()),
    Mistake(
      "another tag", "- image.exists: \"ubuntu:16.04\"", "image.other-tag",
      Snapshot(images: [Fixture.image("ubuntu")])),
    Mistake(
      "the image was removed", "- image.exists: nginx", "image.removed",
      Snapshot(journal: Fixture.journal("image.pull nginx", "image.remove nginx"))),
    Mistake(
      "the file is on the host", "- container.file: {name: web1, path: /root/token}",
      "file.on-host",
      Snapshot(
        containers: ["web1": Fixture.container()],
        probes: [
          .containerFile(container: "web1", path: "/root/token"): .nothing("no such file"),
          .file("token"): .file(text: "", mode: 0o644, isDirectory: false),
        ])),
    Mistake(
      "the container is a new one", "- container.file: {name: web1, path: /root/token}",
      "file.fresh-container",
      Snapshot(
        containers: ["web1": Fixture.container()],
        journal: Fixture.journal(
          "container.create web1", "exec.die web1 argv=\"touch /root/token\" exit=0",
          "container.remove web1", "container.create web1"),
        probes: [
          .containerFile(container: "web1", path: "/root/token"): .nothing("no such file"),
          .file("token"): .nothing("no such file"),
        ])),
    Mistake(
      "the file is in another container", "- container.file: {name: web1, path: /root/token}",
      "file.elsewhere",
      Snapshot(
        containers: ["web1": Fixture.container(), "web2": Fixture.container()],
        probes: [
          .pathHolders("/root/token"): .lines(["web2"]),
          .containerFile(container: "web1", path: "/root/token"): .nothing("no such file"),
          .file("token"): .nothing("no such file"),
        ])),
    Mistake(
      "nothing wrote the file", "- container.file: {name: web1, path: /root/token}",
      "file.missing",
      Snapshot(
        containers: ["web1": Fixture.container()],
        probes: [
          .containerFile(container: "web1", path: "/root/token"): .nothing("no such file"),
          .file("token"): .nothing("no such file"),
        ])),
    Mistake(
      "no -t", "- container.config: {name: web1, path: Config.Tty, is: true}", "value.differs",
      Snapshot(containers: ["web1": Fixture.container()])),
    Mistake(
      "exported on the host", "- container.env: {name: web1, variable: GREETING, is: hello}",
      "value.differs", Snapshot(containers: ["web1": Fixture.container()])),
    Mistake(
      "never stopped", "- journal.order: [container.stop web1, container.start web1]",
      "journal.never", Snapshot(journal: Fixture.journal("container.start web1"))),
    Mistake(
      "in the wrong order", "- journal.order: [container.stop web1, container.start web1]",
      "journal.order",
      Snapshot(journal: Fixture.journal("container.start web1", "container.stop web1"))),
    Mistake(
      "it failed", "- journal.count: {event: exec.die web1 exit=0, is: 1}", "journal.failed",
      Snapshot(journal: Fixture.journal("exec.die web1 exit=1"))),
    Mistake(
      "pulled twice", "- journal.count: {event: image.pull nginx, is: 1}", "journal.too-often",
      Snapshot(journal: Fixture.journal("image.pull nginx", "image.pull nginx:latest"))),
    Mistake(
      "what must not happen", "- journal.absent: container.kill web1", "journal.too-often",
      Snapshot(journal: Fixture.journal("container.kill web1"))),
  ]
}

@Suite("A failed check")
struct CauseTests {
  @Test("names the cause of the mistake", arguments: Mistake.all)
  func cause(_ mistake: Mistake) throws {
    let verdict = try Fixture.verdict(mistake.check, mistake.snapshot)
    let failure = try #require(verdict.failure, "\(VerdictText.summary(verdict).en)")
    #expect(failure.causes.map(\.id).contains(mistake.cause))
    for cause in failure.causes {
      #expect(CauseCatalog.ids.contains(cause.id))
      #expect(!cause.text.en.isEmpty && !cause.text.ko.isEmpty)
    }
    #expect(failure.look != nil)
  }

  @Test("of going too often advises what can be done: nothing of a Docker Engine is taken back")
  func tooOften() throws {
    let check = "- journal.absent: container.kill web1"
    for isOnDocker in [false, true] {
      var snapshot = Snapshot(journal: Fixture.journal("container.kill web1"))
      snapshot.isOnDocker = isOnDocker
      let text = try #require(try Fixture.verdict(check, snapshot).failure?.causes.first?.text)
      for words in [text.en, text.ko] {
        #expect(words.contains("`lab undo`") == !isOnDocker, "\(words)")
        #expect(words.contains("`lab reset`") == isOnDocker, "\(words)")
      }
    }
  }

  @Test("says in Korean what a value was, after a consonant and after a vowel")
  func was() throws {
    for (image, was) in [("nginx-web", "이었습니다"), ("mariadb", "였습니다")] {
      let text = try #require(
        try Fixture.verdict(
          "- journal.count: {event: exec.die web1 argv=ls, is: 1}",
          Snapshot(journal: Fixture.journal("exec.die web1 argv=\(image)"))
        ).failure?.causes.first?.text)
      #expect(text.ko.contains("`\(image)`" + was), "\(text.ko)")
    }
  }

  @Test("follows the chain from the page to the program that was not found")
  func chain() throws {
    let snapshot = Snapshot(
      containers: ["web1": Fixture.container(status: "exited", exit: 127, ports: [80: 8080])],
      probes: [
        .http(url: "http://localhost:8080/", host: nil): .nothing("connection refused"),
        .portHolder(8080): .nothing("free"),
      ])
    let verdict = try Fixture.verdict("- http.get: http://localhost:{{port}}/", snapshot)
    #expect(
      verdict.failure?.causes.map(\.id) == [
        "http.refused", "port.not-running", "container.exited", "container.command-not-found",
      ])
  }

  @Test("does not blame a command that cannot have done it")
  func innocent() throws {
    let snapshot = Snapshot(
      journal: Fixture.journal(
        "command.run argv=\"docker run --name web1 nginx\" exit=0", "container.create web1",
        "container.remove web1"))
    let verdict = try Fixture.verdict("- container.exists: web1", snapshot)
    let time = clockTime(3_000_000_000)
    #expect(verdict.failure?.causes.first?.text.en == "it was removed at \(time)")
  }

  @Test(
    "of a container that was taken away it says so, and leaves alone the others that were there")
  func takenAway() throws {
    let snapshot = Snapshot(
      containers: ["web2": Fixture.container(), "sh1": Fixture.container(image: "ubuntu")],
      images: [Fixture.image("nginx"), Fixture.image("ubuntu")],
      journal: Fixture.journal(
        "container.create web1 image=nginx", "container.create web2 image=nginx",
        "container.create sh1 image=ubuntu", "container.remove web1 image=nginx"))
    let verdict = try Fixture.verdict(
      "- container.count: {image: nginx, state: running, at-least: 2}", snapshot)
    #expect(verdict.failure?.causes.map(\.id) == ["container.removed"])
  }

  @Test("does not blame a container that only looked for a file")
  func onlyLooked() throws {
    let snapshot = Snapshot(
      containers: ["web1": Fixture.container(), "web2": Fixture.container()],
      journal: Fixture.journal(
        "command.run argv=\"docker run --name web2 nginx ls /root/token\" exit=2"),
      probes: [
        .containerFile(container: "web1", path: "/root/token"): .nothing("no such file"),
        .pathHolders("/root/token"): .lines([]),
      ])
    let verdict = try Fixture.verdict(
      "- container.file: {name: web1, path: /root/token}", snapshot)
    #expect(verdict.failure?.causes.map(\.id) == ["file.missing"])
  }

  @Test("shows no raw bytes of a terminal, and no keys of the journal")
  func readable() throws {
    var events = Fixture.journal("exec.die web1")
    events[0].attributes["out"] = "\u{1B}[31mred\u{1B}[0m\r\n\u{7}"
    let verdict = try Fixture.verdict(
      "- journal.count: {event: exec.die web1 out=green, is: 1}", Snapshot(journal: events))
    let text = VerdictText.summary(verdict).en
    #expect(text.contains("printed `red`"))
    #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
  }

  @Test("calls the loss of a monitor the kit's own fault")
  func lost() throws {
    var events = Fixture.journal("container.start web1", "container.die web1")
    events[1].attributes["repair"] = "true"
    let verdict = try Fixture.verdict(
      "- container.state: {name: web1, is: running}",
      Snapshot(
        containers: ["web1": Fixture.container(status: "exited", exit: 137)], journal: events))
    #expect(verdict.word == "error")
  }

  @Test(
    "shows a line to type instead of a regular expression",
    arguments: [
      ("docker (rmi|image rm) hello-world", "docker rmi hello-world"),
      ("docker (container )?run .*--help", "docker run … --help"),
      ("^VERSION_ID=.?16[.]04$", "VERSION_ID=16.04"), ("a\\sb+", "a bb".replacing("bb", with: "b")),
    ])
  func example(_ pattern: String, _ line: String) {
    #expect(Pattern.example(pattern) == line)
  }

  @Test("tells when and by which command a container was removed")
  func removal() throws {
    let snapshot = Snapshot(
      journal: Fixture.journal(
        "container.create web1", "container.remove web1",
        "command.run argv=\"docker rm -f web1\" exit=0"))
    let verdict = try Fixture.verdict("- container.exists: web1", snapshot)
    let time = clockTime(2_000_000_000)
    #expect(
      verdict.failure?.causes.first?.text.en == "it was removed at \(time) by `docker rm -f web1`")
  }
}
