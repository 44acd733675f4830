import Testing

@testable import Labs

/// What a cause may speak of: the container that is there, the step that is under way, and what really
/// came near to what was asked for.
@Suite("A cause speaks only")
struct CauseScopeTests {
  /// A journal whose first `web1` has another id than the one that is there.
  private func twice(_ first: [String], _ second: [String]) -> [JournalEvent] {
    (first + second).enumerated().flatMap { place, line -> [JournalEvent] in
      var events = Fixture.journal(line)
      for index in events.indices {
        events[index].time = Int64(place + 1) * 1_000_000_000
        guard events[index].type != "command" else { continue }
        let letter = place < first.count ? "b2" : "a1"
        events[index].attributes["id"] = String(repeating: letter, count: 32)
      }
      return events
    }
  }

  @Test("of the container that is there: not of the stop or the commands of an earlier one")
  func generations() throws {
    let journal = twice(
      [
        "container.create web1", "container.start web1", "container.stop web1",
        "exec.die web1 argv=\"rm /root/token\" exit=0", "exec.die web1 argv=\"cat /x\" exit=1",
        "container.remove web1",
      ], ["container.create web1", "container.start web1"])
    let ended = try Fixture.verdict(
      "- container.state: {name: web1, is: running}",
      Snapshot(
        containers: ["web1": Fixture.container(status: "exited", exit: 1)], journal: journal))
    #expect(ended.failure?.causes.map(\.id) == ["container.exited"])
    let missing = try Fixture.verdict(
      "- container.file: {name: web1, path: /root/other}",
      Snapshot(
        containers: ["web1": Fixture.container()], journal: journal,
        probes: [.containerFile(container: "web1", path: "/root/other"): .nothing("no such file")]))
    #expect(missing.failure?.causes.map(\.id) == ["file.missing"])
  }

  @Test("of a file that was lost if somebody had put it into the container before")
  func fresh() throws {
    func causes(_ command: String) throws -> [String]? {
      let journal = twice(
        ["container.create web1", command, "container.remove web1"], ["container.create web1"])
      let verdict = try Fixture.verdict(
        "- container.file: {name: web1, path: /root/token}",
        Snapshot(
          containers: ["web1": Fixture.container()], journal: journal,
          probes: [
            .containerFile(container: "web1", path: "/root/token"): .nothing("no such file"),
            .containerDiff("web1"): .lines(["A /token"]),
          ]))
      return verdict.failure?.causes.map(\.id)
    }
    // What lies in the container now comes first, whatever became of the other.
    #expect(try causes("exec.die web1 argv=\"touch /root/token\" exit=0") == ["file.other-path"])
    func withoutOther(_ command: String) throws -> [String]? {
      let journal = twice(
        ["container.create web1", command, "container.remove web1"], ["container.create web1"])
      let verdict = try Fixture.verdict(
        "- container.file: {name: web1, path: /root/token}",
        Snapshot(
          containers: ["web1": Fixture.container()], journal: journal,
          probes: [
            .containerFile(container: "web1", path: "/root/token"): .nothing("no such file")
          ]))
      return verdict.failure?.causes.map(\.id)
    }
    #expect(
      try withoutOther("shell.input web1 input=\"echo a > /root/token\"")
        == ["file.fresh-container"])
    #expect(
      try withoutOther("command.run argv=\"docker cp token web1:/root/token\" exit=0")
        == ["file.fresh-container"])
    #expect(try withoutOther("exec.die web1 argv=id exit=0") == ["file.missing"])
  }

  @Test("of a removal if there is none of that name since")
  func madeAnew() throws {
    let snapshot = Snapshot(
      containers: ["web1": Fixture.container()], images: [Fixture.image("nginx")],
      journal: twice(
        ["container.create web1 image=nginx", "container.remove web1 image=nginx"],
        ["container.create web1 image=nginx"]))
    let verdict = try Fixture.verdict(
      "- container.count: {image: nginx, state: running, at-least: 2}", snapshot)
    #expect(verdict.failure?.causes.map(\.id) == ["count.too-few"])
    #expect(verdict.failure?.causes.first?.text.en == "1 of 2: only `web1`")
    #expect(verdict.failure?.causes.first?.text.ko == "2개 중 1개: `web1`뿐입니다")
  }

  @Test("once of one refusal")
  func once() throws {
    let snapshot = Snapshot(
      containers: ["web1": Fixture.container(status: "created", exit: 128, ports: [80: 8080])],
      images: [Fixture.image("nginx")],
      journal: Fixture.journal(
        "container.create web1 image=nginx",
        "command.refuse argv=\"run -p 8080:80 nginx\" error=port.allocated object=8080"))
    let verdict = try Fixture.verdict(
      "- container.count: {image: nginx, state: running, at-least: 2}", snapshot)
    let causes = verdict.failure?.causes ?? []
    #expect(causes.filter { $0.id == "port.in-use" }.count == 1, "\(causes)")
    #expect(Set(causes.map(\.text)).count == causes.count)
  }

  @Test("the wrong use of a command that makes no container keeps none from being made")
  func otherVerb() throws {
    func causes(_ line: String) throws -> [String]? {
      try Fixture.verdict(
        "- container.exists: web1",
        Snapshot(
          journal: Fixture.journal(
            "command.refuse argv=\"\(line)\" error=usage message=\"requires at least 1 argument\""))
      )
      .failure?.causes.map(\.id)
    }
    #expect(try causes("rm") == ["container.never-created"])
    #expect(try causes("run -d") == ["container.never-created", "command.usage"])
    #expect(try causes("rnu -d nginx") == ["container.never-created", "command.usage"])
  }

  @Test("what was tried for an earlier step explains nothing in this one")
  func earlierStep() throws {
    var snapshot = Snapshot(
      containers: ["quiet_turing": Fixture.container()],
      journal: Fixture.journal(
        "container.create quiet_turing", "exec.die quiet_turing argv=id exit=1",
        "command.refuse argv=\"run --nmae web1 nginx\" error=usage message=\"unknown flag\"",
        "command.run argv=\"dokcer run nginx\" exit=127"))
    let checks = [
      "- container.exists: web1", "- journal.count: {event: exec.die exit=0, at-least: 1}",
    ]
    let before = try checks.map { try Fixture.verdict($0, snapshot).failure?.causes.map(\.id) }
    #expect(before == [["container.never-created", "command.usage"], ["journal.failed"]])
    snapshot.begun = 5_000_000_000
    let after = try checks.map { try Fixture.verdict($0, snapshot).failure?.causes.map(\.id) }
    #expect(after == [["container.never-created"], ["journal.never"]])
  }

  @Test("a container of another image that did something else is no near miss")
  func nearMiss() throws {
    let check =
      "- journal.count: {event: \"container.die image=hello out~Hello exit=0\", at-least: 2}"
    func causes(_ event: String) throws -> [String]? {
      try Fixture.verdict(check, Snapshot(journal: Fixture.journal(event))).failure?.causes
        .map(\.id)
    }
    #expect(try causes("container.die box image=ubuntu exit=0 out=bye") == ["journal.never"])
    #expect(try causes("container.die box image=ubuntu exit=0 out=Hello") == ["image.other"])
    #expect(try causes("container.die box image=hello exit=0 out=bye") == ["output.differs"])
  }

  @Test("what has happened once of twice has happened")
  func onceOfTwice() throws {
    let verdict = try Fixture.verdict(
      "- journal.count: {event: container.die exit=0, at-least: 2}",
      Snapshot(
        journal: Fixture.journal("container.die a exit=0", "container.die b exit=1")))
    #expect(verdict.failure?.causes.map(\.id) == ["count.too-few", "journal.failed"])
    #expect(verdict.failure?.causes.first?.text.en.contains("1 of 2 times") == true)
  }

  @Test(
    "names the program that was not found, not the one that looked for it",
    arguments: [
      ("/docker-entrypoint.sh: exec: line 47: ngnix: not found", "ngnix"),
      ("/docker-entrypoint.sh: 47: exec: -p: not found", "-p"),
      ("sh: 1: curl: not found", "curl"), ("bash: line 1: curl: command not found", "curl"),
    ])
  func notFound(_ words: String, _ program: String) throws {
    var snapshot = Snapshot(
      containers: [
        "web1": Fixture.container(
          status: "exited", exit: 127, command: ["/docker-entrypoint.sh", program])
      ], journal: Fixture.journal("container.create web1", "container.start web1"))
    snapshot.lastWords["web1"] = words
    let verdict = try Fixture.verdict("- container.state: {name: web1, is: running}", snapshot)
    let cause = try #require(
      verdict.failure?.causes.first { $0.id == "container.command-not-found" })
    #expect(cause.text.en.contains("found no program `\(program)`"), "\(cause.text.en)")
    snapshot.lastWords["web1"] = "404: page not found"
    let other = try Fixture.verdict("- container.state: {name: web1, is: running}", snapshot)
    #expect(
      other.failure?.causes.last?.text.en.contains("no program `/docker-entrypoint.sh`") == true)
  }

  @Test("Korean tells in a sentence what has never been done, and of a line what came of it")
  func korean() throws {
    func never(_ event: String) throws -> String {
      UnmetHistory.never(try EventPattern(event)).ko
    }
    #expect(try never("container.stop sh1") == "아직 `sh1` 컨테이너를 멈춘 적이 없습니다")
    #expect(
      try never("container.die image=hello exit=0")
        == "아직 컨테이너가 끝난 적이 없습니다 (`hello` 이미지, 종료 코드 0)")
    for kind in EventPattern.kinds where kind != "command.run" {
      #expect(try !never(kind).contains("일어난"), "\(kind)")
    }
    let refused = UnmetHistory.describe(
      try EventPattern("command.run argv~\"docker rmi x\" exit!=0"))
    #expect(refused.ko == "거절당한 `docker rmi x`(종료 코드가 0이 아님)")
    #expect(refused.en == "a refused `docker rmi x` (a status other than 0)")
  }
}
