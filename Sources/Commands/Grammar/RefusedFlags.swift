import Support

/// Flags that docker has and this program has not, because what they ask for is not here. They are
/// refused with the reason: "unknown flag" would send people looking for a misspelling.
enum RefusedFlags {
  /// Why the flag `--name` of `verb` is refused; nil for one that docker does not have either.
  static func reason(_ name: String, of verb: String) -> Text? {
    table[verb]?.first { $0.names.contains(name) }?.reason
  }

  /// The flags of `verb` that are refused.
  static func names(of verb: String) -> [String] { (table[verb] ?? []).flatMap(\.names) }

  /// The verbs that have some.
  static var verbs: [String] { table.keys.sorted() }

  private typealias Entry = (names: [String], reason: Text)

  private static let swarm = Text(
    "it belongs to a swarm, and this is an engine for one machine",
    ko: "스웜(swarm)에 속하는 플래그이며, 이것은 한 컴퓨터의 엔진입니다")
  private static let windows = Text(
    "it is only supported on a Docker daemon running on windows, but this one runs on linux",
    ko: "windows의 Docker 데몬에만 있는 플래그이며, 여기는 linux입니다")
  private static let realTime = Text(
    "containers are not scheduled in real time here", ko: "여기서는 컨테이너를 실시간으로 스케줄링하지 않습니다")
  private static let checkpoint = Text(
    "checkpoints (CRIU) are an experiment of Docker's, and not here",
    ko: "체크포인트(CRIU)는 Docker의 실험 기능이며 여기에는 없습니다")
  private static let classicBuilder = Text(
    "it belongs to Docker's classic builder; BuildKit does not have it either",
    ko: "Docker의 옛 빌더에 속하는 플래그이며, BuildKit에도 없습니다")
  private static let onePlatform = Text(
    "an image has one platform here, the one it was pulled or built for",
    ko: "여기서 이미지의 플랫폼은 하나이며, 받거나 빌드할 때 정해집니다")
  private static let group = Text(
    "the control groups of an instance's containers lie below its own, so that nothing is left behind",
    ko: "인스턴스의 컨테이너의 제어 그룹은 인스턴스의 것 아래에 있어서, 아무것도 남지 않습니다")
  private static let linkLocal = Text(
    "link-local addresses are not given out; --ip and --ip6 choose an address",
    ko: "링크 로컬 주소는 주지 않습니다. 주소는 --ip와 --ip6으로 고릅니다")

  private static let launch: [Entry] = [
    (["cgroup-parent"], group),
    (["cpu-count", "cpu-percent", "io-maxbandwidth", "io-maxiops"], windows),
    (["cpu-rt-period", "cpu-rt-runtime"], realTime),
    (
      ["gpus"],
      Text(
        "could not select device driver \"\" with capabilities: [[gpu]]; --device gives a container a device",
        ko: "[[gpu]] 기능을 가진 장치 드라이버가 없습니다. 장치는 --device로 줄 수 있습니다")
    ),
    (
      ["kernel-memory"],
      Text(
        "the kernel has no limit of its own for it any more; --memory counts it, too",
        ko: "커널에 이 제한이 더는 없습니다. --memory가 함께 셉니다")
    ),
    (["link-local-ip"], linkLocal),
    (
      ["storage-opt"],
      Text(
        "it is supported only for overlay over xfs with 'pquota' mount option",
        ko: "'pquota' 옵션으로 마운트한 xfs 위의 overlay에만 쓸 수 있습니다")
    ),
    (
      ["use-api-socket"],
      Text(
        "mount the socket of `dklab serve` with -v where a container has to have it",
        ko: "컨테이너에 필요하면 `dklab serve`의 소켓을 -v로 마운트하십시오")
    ),
  ]

  private static let table: [String: [Entry]] = [
    "run": launch, "create": launch,
    "update": [(["cpu-rt-period", "cpu-rt-runtime"], realTime)],
    "start": [(["checkpoint", "checkpoint-dir"], checkpoint)],
    "rm": [
      (
        ["link"],
        Text(
          "a link is part of its container here, and goes with it; `network disconnect` takes one off a network",
          ko: "여기서 링크는 컨테이너의 일부이며 함께 사라집니다. 네트워크에서 떼려면 `network disconnect`를 쓰십시오")
      )
    ],
    "images": [
      (
        ["tree"],
        Text(
          "`image tree` shows which images share the layers of which",
          ko: "`image tree`가 어떤 이미지들이 레이어를 나누어 쓰는지 보여 줍니다")
      )
    ],
    "history": [(["platform"], onePlatform)], "import": [(["platform"], onePlatform)],
    "image inspect": [(["platform"], onePlatform)], "load": [(["platform"], onePlatform)],
    "save": [(["platform"], onePlatform)], "rmi": [(["platform"], onePlatform)],
    "build": [
      (["cgroup-parent"], group),
      (["isolation", "security-opt"], classicBuilder),
      (
        ["disable-content-trust"],
        Text("signatures of images are not verified here", ko: "여기서는 이미지의 서명을 검증하지 않습니다")
      ),
      (
        ["ulimit"],
        Text(
          "a step of a build has the limits of the instance; `run --ulimit` sets a container's",
          ko: "빌드 단계의 제한은 인스턴스의 것입니다. 컨테이너의 제한은 `run --ulimit`으로 정합니다")
      ),
    ],
    "network connect": [(["link-local-ip"], linkLocal)],
    "network create": [
      (["config-from", "config-only", "ingress", "scope"], swarm),
      (
        ["ipam-driver", "ipam-opt"],
        Text(
          "addresses are given out by the engine itself; --subnet, --ip-range and --gateway choose which",
          ko: "주소는 엔진이 직접 줍니다. --subnet, --ip-range, --gateway로 고릅니다")
      ),
      (
        ["ipv4"],
        Text(
          "every network has IPv4; --ipv6 adds the other",
          ko: "모든 네트워크에 IPv4가 있습니다. --ipv6이 더합니다")
      ),
    ],
    "volume create": [
      (
        [
          "availability", "group", "limit-bytes", "required-bytes", "scope", "secret", "sharing",
          "topology-preferred", "topology-required", "type",
        ], swarm
      )
    ],
    "volume ls": [(["cluster"], swarm)],
  ]
}
