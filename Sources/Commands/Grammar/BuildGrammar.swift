/// The flags of `build` and of what looks after its cache.
enum BuildGrammar {
  static let verbs: [VerbGrammar] = [
    VerbGrammar(
      "build", "[OPTIONS] PATH | URL | -", 1...1,
      [
        "add-host=", "build-arg=", "build-context=", "cache-from=", "check", "compress",
        "cpu-period=",
        "cpu-quota=", "c cpu-shares=", "cpuset-cpus=", "cpuset-mems=", "dry-run", "explain",
        "f file=", "force-rm", "iidfile=", "label=", "load", "m memory=", "memory-swap=",
        "network=", "no-cache", "no-cache-filter=", "o output=", "platform=", "progress=",
        "provenance=", "pull", "q quiet", "rm+", "sbom=", "secret=", "shm-size=", "squash", "ssh=",
        "t tag=", "target=",
      ]),
    VerbGrammar("builder du", "[OPTIONS]", 0...0, ["verbose"]),
    VerbGrammar(
      "builder prune", "[OPTIONS]", 0...0, ["a all", "filter=", "f force", "keep-storage="]),
  ]
}
