/// The verbs under `network` and `volume`.
enum NetworkGrammar {
  private static let any = Int.max

  static let verbs: [VerbGrammar] = [
    VerbGrammar(
      "network create", "[OPTIONS] NETWORK", 1...1,
      [
        "attachable", "aux-address=", "d driver=", "gateway=", "internal", "ip-range=", "ipv6",
        "label=", "o opt=", "subnet=",
      ]),
    VerbGrammar(
      "network connect", "[OPTIONS] NETWORK CONTAINER", 2...2,
      ["alias=", "driver-opt=", "gw-priority=", "ip=", "ip6=", "link="]),
    VerbGrammar("network disconnect", "[OPTIONS] NETWORK CONTAINER", 2...2, ["f force"]),
    VerbGrammar(
      "network inspect", "[OPTIONS] NETWORK [NETWORK...]", 1...any,
      ["explain", "f format=", "v verbose"]),
    VerbGrammar(
      "network ls", "[OPTIONS]", 0...0, ["f filter=", "format=", "no-trunc", "q quiet"]),
    VerbGrammar("network prune", "[OPTIONS]", 0...0, ["filter=", "f force"]),
    VerbGrammar("network rm", "NETWORK [NETWORK...]", 1...any, ["f force"]),
    VerbGrammar("volume create", "[OPTIONS] [VOLUME]", 0...1, ["d driver=", "label=", "o opt="]),
    VerbGrammar("volume inspect", "[OPTIONS] VOLUME [VOLUME...]", 1...any, ["f format="]),
    VerbGrammar("volume ls", "[OPTIONS]", 0...0, ["f filter=", "format=", "q quiet"]),
    VerbGrammar("volume prune", "[OPTIONS]", 0...0, ["a all", "filter=", "f force"]),
    VerbGrammar("volume rm", "[OPTIONS] VOLUME [VOLUME...]", 1...any, ["f force"]),
  ]

  static let aliases = [
    "network list": "network ls", "network remove": "network rm", "volume list": "volume ls",
    "volume remove": "volume rm",
  ]
}
