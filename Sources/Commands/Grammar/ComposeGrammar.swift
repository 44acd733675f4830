import Support

/// The command line of `docker compose`: flags of the project before the verb, flags of the verb
/// after it.
enum ComposeGrammar {
  /// The flags before the verb. For our parser they follow it as `--compose-NAME`, since verbs have
  /// flags of the same names (`compose -f FILE logs -f`).
  static let project = VerbGrammar(
    "compose", "[OPTIONS] COMMAND", 0...Int.max, stopsAtArgument: true,
    [
      "ansi=", "compatibility", "dry-run", "env-file=", "f file=", "parallel=", "profile=",
      "progress=", "project-directory=", "p project-name=",
    ])

  private static let any = 0...Int.max
  private static let services = "[OPTIONS] [SERVICE...]"

  static let verbs: [VerbGrammar] = projectVerbs + lifeVerbs + lookVerbs

  private static let projectVerbs: [VerbGrammar] = [
    VerbGrammar(
      "compose config", services, any,
      [
        "environment", "format=", "hash=", "images", "networks", "no-consistency",
        "no-env-resolution", "no-interpolate", "no-normalize", "o output=", "profiles", "q quiet",
        "services", "volumes",
      ]),
    VerbGrammar(
      "compose up", services, any,
      [
        "abort-on-container-exit", "abort-on-container-failure", "always-recreate-deps", "attach=",
        "attach-dependencies", "build", "d detach", "dry-run", "exit-code-from=", "explain",
        "force-recreate", "menu", "no-attach=", "no-build", "no-color", "no-deps",
        "no-log-prefix", "no-recreate", "no-start", "pull=", "quiet-build", "quiet-pull",
        "remove-orphans", "V renew-anon-volumes", "scale=", "t timeout=", "timestamps", "wait",
        "wait-timeout=", "w watch", "y yes",
      ]),
    VerbGrammar(
      "compose create", services, any,
      [
        "build", "dry-run", "explain", "force-recreate", "no-build", "no-recreate", "pull=",
        "quiet-pull", "remove-orphans", "scale=", "y yes",
      ]),
    VerbGrammar(
      "compose down", services, any,
      ["dry-run", "explain", "remove-orphans", "rmi=", "t timeout=", "v volumes"]),
    VerbGrammar(
      "compose build", services, any,
      [
        "build-arg=", "check", "dry-run", "m memory=", "no-cache", "progress=", "pull", "q quiet",
        "with-dependencies",
      ]),
    VerbGrammar(
      "compose pull", services, any,
      ["ignore-buildable", "ignore-pull-failures", "include-deps", "policy=", "q quiet"]),
    VerbGrammar(
      "compose push", services, any, ["ignore-push-failures", "include-deps", "q quiet"]),
    VerbGrammar(
      "compose run", "[OPTIONS] SERVICE [COMMAND] [ARGS...]", 1...Int.max, stopsAtArgument: true,
      [
        "build", "cap-add=", "cap-drop=", "d detach", "entrypoint=", "e env=", "env-from-file=",
        "i interactive+", "l label=", "name=", "T no-tty", "no-deps", "p publish=", "pull=",
        "q quiet", "quiet-build", "quiet-pull", "remove-orphans", "rm", "P service-ports",
        "use-aliases", "u user=", "v volume=", "w workdir=",
      ]),
    VerbGrammar(
      "compose scale", "[SERVICE=REPLICAS...]", 1...Int.max, ["dry-run", "explain", "no-deps"]),
    VerbGrammar("compose watch", "[SERVICE...]", any, ["no-up", "prune+", "quiet"]),
  ]

  private static let lifeVerbs: [VerbGrammar] = [
    VerbGrammar(
      "compose start", "[SERVICE...]", any, ["dry-run", "explain", "wait", "wait-timeout="]),
    VerbGrammar("compose stop", services, any, ["dry-run", "explain", "t timeout="]),
    VerbGrammar(
      "compose restart", services, any, ["dry-run", "explain", "no-deps", "t timeout="]),
    VerbGrammar("compose kill", services, any, ["dry-run", "remove-orphans", "s signal="]),
    VerbGrammar("compose rm", services, any, ["dry-run", "f force", "s stop", "v volumes"]),
    VerbGrammar("compose pause", "[SERVICE...]", any, ["dry-run"]),
    VerbGrammar("compose unpause", "[SERVICE...]", any, ["dry-run"]),
    VerbGrammar(
      "compose exec", "[OPTIONS] SERVICE COMMAND [ARGS...]", 2...Int.max, stopsAtArgument: true,
      [
        "d detach", "e env=", "index=", "i interactive+", "T no-tty", "privileged", "u user=",
        "w workdir=",
      ]),
    VerbGrammar(
      "compose cp",
      "[OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n\tdocker compose cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH",
      2...2, ["all", "a archive", "L follow-link", "index="]),
    VerbGrammar("compose wait", "SERVICE [SERVICE...] [OPTIONS]", 1...Int.max, ["down-project"]),
    VerbGrammar(
      "compose attach", "[OPTIONS] SERVICE", 1...1,
      ["detach-keys=", "index=", "no-stdin", "sig-proxy+"]),
  ]

  private static let lookVerbs: [VerbGrammar] = [
    VerbGrammar(
      "compose ps", services, any,
      [
        "a all", "filter=", "format=", "no-trunc", "orphans+", "q quiet", "services", "status=",
      ]),
    VerbGrammar("compose ls", "[OPTIONS]", 0...0, ["a all", "filter=", "format=", "q quiet"]),
    VerbGrammar(
      "compose logs", services, any,
      [
        "f follow", "index=", "no-color", "no-log-prefix", "since=", "n tail=", "t timestamps",
        "until=",
      ]),
    VerbGrammar("compose images", services, any, ["format=", "q quiet"]),
    VerbGrammar("compose top", "[SERVICES...]", any, []),
    VerbGrammar(
      "compose port", "[OPTIONS] SERVICE PRIVATE_PORT", 2...2, ["index=", "protocol="]),
    VerbGrammar("compose events", services, any, ["json", "since=", "until="]),
    VerbGrammar(
      "compose stats", "[OPTIONS] [SERVICE]", 0...1, ["a all", "format=", "no-stream", "no-trunc"]),
    VerbGrammar("compose volumes", services, any, ["format=", "q quiet"]),
    VerbGrammar("compose version", "[OPTIONS]", 0...0, ["f format=", "short"]),
  ]

  /// Other names of verbs.
  static let aliases = ["convert": "config", "list": "ls"]
}

extension ComposeGrammar {
  /// Refuses values of the project's flags that docker compose refuses, in its words. The flags themselves
  /// are in `line`.
  static func check(_ line: VerbLine, _ program: String) throws {
    func refused(_ message: String) -> UsageError {
      UsageError(
        message, seeAlso: "Run '\(program) compose --help' for more information", exitStatus: 1)
    }
    if let text = line.value("parallel") {
      do {
        _ = try GoValue.int(text)
      } catch let error as DklabError {
        throw refused(
          "invalid argument \"\(text)\" for \"--parallel\" flag: \(error.message.en)")
      }
    }
    guard let progress = line.value("progress") else { return }
    let ansi = line.value("ansi")
    switch progress {
    case "tty" where ansi == "never":
      throw refused("can't use --progress tty while ANSI support is disabled")
    case "plain" where ansi == "always":
      throw refused("can't use --progress plain while ANSI support is forced")
    case "", "auto", "tty", "plain", "json", "quiet", "none": return
    default: throw refused("unsupported --progress value \"\(progress)\"")
    }
  }
}
