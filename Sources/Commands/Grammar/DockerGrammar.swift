/// The docker verbs this program has, with all their flags. A test holds it against the commands'
/// own declarations, so neither can have a flag the other lacks.
enum DockerGrammar {
  static let verbs: [String: VerbGrammar] = Dictionary(
    (containerVerbs + imageVerbs + systemVerbs + ComposeGrammar.verbs + BuildGrammar.verbs
      + NetworkGrammar.verbs + RegistryGrammar.verbs).map { ($0.name, $0) },
    uniquingKeysWith: { $1 })

  /// Longer names and old spellings: `container ls` is `ps`, `image remove` is `rmi`.
  static let aliases: [String: String] = [
    "container ls": "ps", "container list": "ps", "container ps": "ps", "container remove": "rm",
    "image ls": "images", "image list": "images", "image rm": "rmi", "image remove": "rmi",
    "buildx build": "build", "buildx du": "builder du", "buildx prune": "builder prune",
  ].merging(NetworkGrammar.aliases) { $1 }

  /// Verbs that also stand under a noun without a change of name.
  static let nouns: [String: [String]] = [
    "container": [
      "attach", "commit", "cp", "create", "diff", "exec", "export", "kill", "logs", "pause", "port",
      "rename",
      "restart", "rm",
      "run", "start", "stats", "stop", "top", "unpause", "update", "wait",
    ],
    "image": ["build", "history", "import", "load", "pull", "push", "save", "tag"],
    "manifest": [], "network": [], "volume": [], "system": ["events", "info"], "builder": ["build"],
    "buildx": ["build"],
  ]

  private static let any = Int.max

  /// What `run` and `create` share.
  static let runFlags = [
    "add-host=", "annotation=", "a attach=", "blkio-weight=", "blkio-weight-device=", "cap-add=",
    "cap-drop=", "cgroupns=", "cidfile=", "cpu-period=", "cpu-quota=",
    "c cpu-shares=", "cpus=", "cpuset-cpus=", "cpuset-mems=", "device=", "device-cgroup-rule=",
    "device-read-bps=", "device-read-iops=", "device-write-bps=", "device-write-iops=",
    "disable-content-trust+", "dns=", "dns-option=",
    "dns-search=", "domainname=", "entrypoint=", "e env=", "env-file=", "expose=", "group-add=",
    "health-cmd=", "health-interval=", "health-retries=", "health-start-interval=",
    "health-start-period=", "health-timeout=", "h hostname=", "init", "i interactive", "ip=",
    "ip6=", "ipc=", "isolation=", "l label=", "label-file=", "link=", "log-driver=",
    "log-opt=", "mac-address=", "m memory=",
    "memory-reservation=", "memory-swap=", "memory-swappiness=", "mount=", "name=", "network=",
    "network-alias=", "no-healthcheck", "oom-kill-disable",
    "oom-score-adj=", "pid=", "pids-limit=", "platform=", "privileged", "p publish=",
    "P publish-all", "pull=",
    "q quiet", "read-only", "restart=", "rm", "runtime=", "security-opt=", "shm-size=",
    "stop-signal=",
    "stop-timeout=", "sysctl=", "tmpfs=", "t tty", "ulimit=", "u user=", "userns=", "uts=",
    "v volume=", "volume-driver=",
    "volumes-from=", "w workdir=",
  ]

  private static let containerVerbs: [VerbGrammar] = [
    VerbGrammar(
      "run", "[OPTIONS] IMAGE [COMMAND] [ARG...]", 1...any, stopsAtArgument: true,
      runFlags + ["d detach", "detach-keys=", "sig-proxy+", "explain", "dry-run", "trace"]),
    VerbGrammar(
      "create", "[OPTIONS] IMAGE [COMMAND] [ARG...]", 1...any, stopsAtArgument: true, runFlags),
    VerbGrammar(
      "start", "[OPTIONS] CONTAINER [CONTAINER...]", 1...any,
      ["a attach", "detach-keys=", "i interactive"]),
    VerbGrammar(
      "stop", "[OPTIONS] CONTAINER [CONTAINER...]", 1...any, ["s signal=", "t timeout="]),
    VerbGrammar(
      "restart", "[OPTIONS] CONTAINER [CONTAINER...]", 1...any, ["s signal=", "t timeout="]),
    VerbGrammar("kill", "[OPTIONS] CONTAINER [CONTAINER...]", 1...any, ["s signal="]),
    VerbGrammar("rm", "[OPTIONS] CONTAINER [CONTAINER...]", 1...any, ["f force", "v volumes"]),
    VerbGrammar(
      "ps", "[OPTIONS]", 0...0,
      ["a all", "f filter=", "format=", "n last=", "l latest", "no-trunc", "q quiet", "s size"]),
    VerbGrammar(
      "logs", "[OPTIONS] CONTAINER", 1...1,
      ["details", "f follow", "since=", "n tail=", "t timestamps", "until="]),
    VerbGrammar("events", "[OPTIONS]", 0...0, ["f filter=", "format=", "since=", "until="]),
    VerbGrammar(
      "exec", "[OPTIONS] CONTAINER COMMAND [ARG...]", 2...any, stopsAtArgument: true,
      [
        "d detach", "dies-with-caller", "detach-keys=", "e env=", "env-file=", "i interactive",
        "privileged", "t tty",
        "u user=", "w workdir=",
      ]),
    VerbGrammar(
      "attach", "[OPTIONS] CONTAINER", 1...1, ["detach-keys=", "no-stdin", "sig-proxy+"]),
    VerbGrammar(
      "stats", "[OPTIONS] [CONTAINER...]", 0...any, ["a all", "format=", "no-stream", "no-trunc"]),
    VerbGrammar(
      "update", "[OPTIONS] CONTAINER [CONTAINER...]", 1...any,
      [
        "blkio-weight=", "cpu-period=", "cpu-quota=", "c cpu-shares=", "cpus=", "cpuset-cpus=",
        "cpuset-mems=", "m memory=", "memory-reservation=", "memory-swap=", "pids-limit=",
        "restart=",
      ]),
    VerbGrammar("wait", "CONTAINER [CONTAINER...]", 1...any, []),
    VerbGrammar(
      "inspect", "[OPTIONS] NAME|ID [NAME|ID...]", 1...any, ["f format=", "s size", "type="]),
    VerbGrammar(
      "container inspect", "[OPTIONS] CONTAINER [CONTAINER...]", 1...any, ["f format=", "s size"]),
    VerbGrammar("container prune", "[OPTIONS]", 0...0, ["filter=", "f force"]),
    VerbGrammar("top", "CONTAINER [ps OPTIONS]", 1...any, stopsAtArgument: true, []),
    VerbGrammar("diff", "CONTAINER", 1...1, []),
    VerbGrammar(
      "commit", "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]", 1...2,
      ["a author=", "c change=", "m message=", "p pause+"]),
    VerbGrammar("export", "[OPTIONS] CONTAINER", 1...1, ["o output="]),
    VerbGrammar("rename", "CONTAINER NEW_NAME", 2...2, []),
    VerbGrammar("pause", "CONTAINER [CONTAINER...]", 1...any, []),
    VerbGrammar("unpause", "CONTAINER [CONTAINER...]", 1...any, []),
    VerbGrammar("port", "CONTAINER [PRIVATE_PORT[/PROTO]]", 1...2, []),
    VerbGrammar(
      "cp",
      "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
      2...2,
      ["a archive", "L follow-link", "q quiet"]),
  ]

  private static let imageVerbs: [VerbGrammar] = [
    VerbGrammar(
      "images", "[OPTIONS] [REPOSITORY[:TAG]]", 0...1,
      ["a all", "digests", "f filter=", "format=", "no-trunc", "q quiet"]),
    VerbGrammar("rmi", "[OPTIONS] IMAGE [IMAGE...]", 1...any, ["f force", "no-prune"]),
    VerbGrammar("tag", "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", 2...2, []),
    VerbGrammar(
      "history", "[OPTIONS] IMAGE", 1...1, ["format=", "H human+", "no-trunc", "q quiet"]),
    VerbGrammar("load", "[OPTIONS]", 0...0, ["i input=", "q quiet"]),
    VerbGrammar("save", "[OPTIONS] IMAGE [IMAGE...]", 1...any, ["o output="]),
    VerbGrammar(
      "import", "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]", 1...any, ["c change=", "m message="]),
    VerbGrammar("image inspect", "[OPTIONS] IMAGE [IMAGE...]", 1...any, ["f format="]),
    VerbGrammar("image layers", "[OPTIONS] IMAGE", 1...1, ["no-trunc"]),
    VerbGrammar("image tree", "", 0...0, []),
    VerbGrammar("image prune", "[OPTIONS]", 0...0, ["a all", "filter=", "f force"]),
  ]

  private static let systemVerbs: [VerbGrammar] = [
    VerbGrammar("version", "[OPTIONS]", 0...0, ["f format="]),
    VerbGrammar("info", "[OPTIONS]", 0...0, ["f format="]),
    VerbGrammar("system check", "[OPTIONS]", 0...0, ["format="]),
    VerbGrammar("system reset", "[OPTIONS]", 0...0, ["all", "y yes"]),
    VerbGrammar("system df", "[OPTIONS]", 0...0, ["format=", "v verbose"]),
    VerbGrammar("system prune", "[OPTIONS]", 0...0, ["a all", "filter=", "f force", "volumes"]),
  ]
}
