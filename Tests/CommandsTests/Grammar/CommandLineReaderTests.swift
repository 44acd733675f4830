import Testing

@testable import Commands

struct CommandLineReaderTests {
  private let reader = CommandLineReader(
    program: "docker", otherCommands: { ["lab", "help", "images"] })

  private func read(_ line: String) throws -> [String] {
    try reader.read(line.split(separator: " ").map(String.init))
  }

  @Test(
    "every spelling of docker's flags becomes the one long form",
    arguments: [
      ("run -d -i -t busybox", "run --detach --interactive --tty busybox"),
      ("run -dit busybox sh -c x", "run --detach --interactive --tty busybox sh -c x"),
      ("run -p8080:80 b", "run --publish=8080:80 b"), ("run -p 80:80 b", "run --publish=80:80 b"),
      ("run -p=80:80 b", "run --publish=80:80 b"),
      ("run -dp 80:80 b", "run --detach --publish=80:80 b"),
      ("run -itdp80:80 b", "run --interactive --tty --detach --publish=80:80 b"),
      ("run -itu root b", "run --interactive --tty --user=root b"),
      ("run --name=web b", "run --name=web b"), ("run --name web b", "run --name=web b"),
      ("run --name= b", "run --name= b"), ("run -e A=-1 b", "run --env=A=-1 b"),
      ("run -e -x b", "run --env=-x b"), ("run --memory-swap -1 b", "run --memory-swap=-1 b"),
      ("run --rm=false b", "run b"), ("run --rm=true b", "run --rm b"),
      ("run -d=false -t=1 b", "run --tty b"),
      ("run --sig-proxy=false b", "run --no-sig-proxy b"), ("run --sig-proxy b", "run b"),
      ("run --net host b", "run --network=host b"), ("run -h box b", "run --hostname=box b"),
      ("run -- b -x", "run b -x"), ("run b --rm", "run b --rm"), ("run b -- x", "run b -- x"),
      ("stop -t 1 a b", "stop --timeout=1 -- a b"), ("stop a -t 1 b", "stop --timeout=1 -- a b"),
      ("stop --time 1 a", "stop --timeout=1 -- a"), ("rm a -f", "rm --force -- a"),
      ("rm -- -x", "rm -- -x"), ("ps -aq", "ps --all --quiet"),
      ("ps -qaf name=x", "ps --quiet --all --filter=name=x"),
      ("ps -n 3", "ps --last=3"), ("logs -fn 5 web", "logs --follow --tail=5 -- web"),
      ("exec -it c sh -l", "exec --interactive --tty c sh -l"),
      ("exec c ls --help", "exec c ls --help"),
      ("history -H=false x", "history --no-human -- x"), ("import - x", "import -- - x"),
      ("container ls -a", "ps --all"), ("container run -d b", "run --detach b"),
      ("image ls", "images"), ("image rm x", "rmi -- x"), ("image inspect x", "image inspect -- x"),
      ("container prune -f", "container prune --force"), ("image history x", "history -- x"),
      ("run --help", "help run"), ("run -d --help b", "help run"), ("ps -h", "help ps"),
      ("image ls --help", "help images"), ("lab --anything x", "lab --anything x"),
      ("images bootstrap --all", "bootstrap --all"), ("--version", "--version"),
      ("container", "container"), ("container --help", "container --help"),
    ])
  func canonical(line: String, expected: String) throws {
    #expect(try read(line).joined(separator: " ") == expected)
  }

  @Test(
    "what docker refuses is refused in docker's words and with its status",
    arguments: [
      // Compared with docker 28.2.
      ("run --foo", "unknown flag: --foo", 125),
      ("run -xyz", "unknown shorthand flag: 'x' in -xyz", 125),
      ("run -dzt b", "unknown shorthand flag: 'z' in -zt", 125),
      ("run", "docker: 'docker run' requires at least 1 argument", 1),
      ("run -d", "docker: 'docker run' requires at least 1 argument", 1),
      ("run -m", "flag needs an argument: 'm' in -m", 125),
      ("run -dm", "flag needs an argument: 'm' in -m", 125),
      ("run --name", "flag needs an argument: --name", 125),
      (
        "run --rm=maybe b",
        "invalid argument \"maybe\" for \"--rm\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
        125
      ),
      (
        "run -it=foo b",
        "invalid argument \"foo\" for \"-t, --tty\" flag: strconv.ParseBool: parsing \"foo\": invalid syntax",
        125
      ),
      ("ps a", "docker: 'docker ps' accepts no arguments", 1),
      ("stop", "docker: 'docker stop' requires at least 1 argument", 1),
      ("exec c", "docker: 'docker exec' requires at least 2 arguments", 1),
      ("logs", "docker: 'docker logs' requires 1 argument", 1),
      ("logs a b", "docker: 'docker logs' requires 1 argument", 1),
      ("rename a", "docker: 'docker rename' requires 2 arguments", 1),
      ("kill -s b", "docker: 'docker kill' requires at least 1 argument", 1),
      ("nosuch", "docker: unknown command: docker nosuch", 1),
      ("image nosuch", "docker: unknown command: docker image nosuch", 1),
      ("images a b", "docker: 'docker images' requires at most 1 argument", 1),
    ] as [(String, String, Int32)])
  func refused(line: String, message: String, status: Int32) {
    let error = #expect(throws: UsageError.self) { try read(line) }
    #expect(error?.message == message)
    #expect(error?.exitStatus == status)
  }

  @Test("the whole text of a refusal is docker's")
  func text() {
    let error = #expect(throws: UsageError.self) { try read("stop --foo") }
    #expect(
      error?.text == """
        unknown flag: --foo

        Usage:  docker stop [OPTIONS] CONTAINER [CONTAINER...]

        Run 'docker stop --help' for more information
        """)
    let count = #expect(throws: UsageError.self) { try read("stop") }
    #expect(
      count?.text == """
        docker: 'docker stop' requires at least 1 argument

        Usage:  docker stop [OPTIONS] CONTAINER [CONTAINER...]

        See 'docker stop --help' for more information
        """)
  }

  @Test("a near miss gets a proposal")
  func proposals() {
    for (line, hint) in [
      ("imagse", "Did you mean `docker images`?"), ("run --detatch b", "Did you mean `--detach`?"),
      ("image prnue", "Did you mean `docker image prune`?"),
    ] {
      let error = #expect(throws: UsageError.self) { try read(line) }
      #expect(error?.hint == hint)
    }
  }
}
