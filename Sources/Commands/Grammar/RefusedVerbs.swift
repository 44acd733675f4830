import Support

/// Commands that docker has and this program has not, with the reason or what to type instead.
enum RefusedVerbs {
  /// What to say of the command `name`, as `manifest create`; nil for one that docker does not have either.
  static func hint(_ name: String) -> Text? {
    let first = name.split(separator: " ").first.map(String.init) ?? ""
    return table[name] ?? table[first]
  }

  private static let swarm = Text(
    "it belongs to a swarm, and this is an engine for one machine; `kube up` makes a cluster",
    ko: "스웜(swarm)의 명령이며, 이것은 한 컴퓨터의 엔진입니다. 클러스터는 `kube up`으로 만듭니다")
  private static let lists = Text(
    "lists of manifests are looked at (`manifest inspect`), not made, here",
    ko: "매니페스트 목록은 여기서 보기만 하며(`manifest inspect`) 만들지 않습니다")

  private static let table: [String: Text] = [
    "swarm": swarm, "node": swarm, "service": swarm, "stack": swarm, "config": swarm,
    "secret": swarm, "volume update": swarm,
    "manifest create": lists, "manifest annotate": lists, "manifest push": lists,
    "manifest rm": lists,
    "search": Text(
      "there is nothing to search in: `images bootstrap --list` says what can be made here, and `pull` "
        + "takes a name",
      ko: "검색할 곳이 없습니다. 여기서 만들 수 있는 것은 `images bootstrap --list`가 보여 주고, `pull`은 이름을 받습니다"),
    "trust": Text(
      "signatures of images are not verified here", ko: "여기서는 이미지의 서명을 검증하지 않습니다"),
    "plugin": Text("the engine takes no plugins", ko: "이 엔진에는 플러그인이 없습니다"),
    "context": Text(
      "this program is its own engine; docker's client finds that of `serve` by DOCKER_HOST",
      ko: "이 프로그램은 그 자체가 엔진입니다. docker 클라이언트는 DOCKER_HOST로 `serve`의 것을 찾습니다"),
    "checkpoint": Text(
      "checkpoints (CRIU) are an experiment of Docker's, and not here",
      ko: "체크포인트(CRIU)는 Docker의 실험 기능이며 여기에는 없습니다"),
  ]
}
