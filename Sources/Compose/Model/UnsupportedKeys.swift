import Documents
import Support

/// Keys of the specification that this program does not carry out. None is passed over in silence: one
/// that would make a container other than asked for is refused with its place, one that only a cluster's
/// scheduler reads is told of.
enum UnsupportedKeys {
  struct Result {
    var problems: [DklabError] = []
    var warnings: [ComposeWarning] = []
  }

  private static let refused = ComposePathTable<Text>(
    [
      (
        ["blkio_config", "cpu_rt_period", "cpu_rt_runtime", "mem_swappiness", "storage_opt"],
        Text("these limits are not set here", ko: "이 제한은 여기서 걸 수 없습니다")
      ),
      (
        ["cpu_count", "cpu_percent", "isolation", "credential_spec"],
        Text("this exists on Windows only", ko: "Windows에만 있는 기능입니다")
      ),
      (
        ["cgroup_parent", "device_cgroup_rules"],
        Text("control groups are laid out by the engine", ko: "제어 그룹은 엔진이 배치합니다")
      ),
      (
        ["gpus", "deploy.resources.reservations.devices"],
        Text("devices of vendors' drivers are not handed out", ko: "드라이버가 필요한 장치는 나누어 줄 수 없습니다")
      ),
      (
        ["deploy.resources.reservations.generic_resources"],
        Text("this needs a cluster", ko: "클러스터가 있어야 합니다")
      ),
      (
        ["models", "provider", "use_api_socket", "pull_refresh_after"],
        Text("this asks for a service outside", ko: "바깥의 서비스가 필요한 기능입니다")
      ),
      (
        ["pre_start"],
        Text(
          "a service of its own with depends_on does the same",
          ko: "depends_on을 쓰는 별도의 서비스로 같은 일을 할 수 있습니다")
      ),
      (
        ["networks.*.link_local_ips", "networks.*.driver_opts", "networks.*.interface_name"],
        Text("bridge networks have no such setting here", ko: "bridge 네트워크에 이 설정은 없습니다")
      ),
      (
        ["volumes.*.bind.recursive", "volumes.*.image"],
        Text("this kind of mount is not made here", ko: "이런 마운트는 만들 수 없습니다")
      ),
    ].flatMap { keys, why in keys.map { ("services.*.\($0)", why) } })

  private static let ignored = ComposePathTable<Text>(
    [
      (
        [
          "deploy.placement", "deploy.update_config", "deploy.rollback_config",
          "deploy.endpoint_mode", "deploy.labels",
        ],
        Text("only a cluster's scheduler reads it", ko: "클러스터의 스케줄러만 읽는 설정입니다")
      ),
      (
        ["deploy.restart_policy.delay", "deploy.restart_policy.window"],
        Text("restarts wait 100 ms, doubled each time", ko: "재시작 간격은 100ms에서 두 배씩 늘어납니다")
      ),
      (
        ["annotations", "volumes.*.consistency", "volumes.*.bind.selinux"],
        Text("it has no effect on this engine", ko: "이 엔진에서는 효과가 없습니다")
      ),
    ].flatMap { keys, why in keys.map { ("services.*.\($0)", why) } })

  static func check(_ service: YAMLNode, service name: String) -> Result {
    var result = Result()
    walk(service, at: ComposePath(["services", name]), &result)
    return result
  }

  private static func walk(_ node: YAMLNode, at path: ComposePath, _ result: inout Result) {
    if let why = refused[path] {
      result.problems.append(
        refusal(node, path, why))
      return
    }
    if let why = ignored[path] {
      result.warnings.append(
        ComposeWarning(
          Text("\(path) is ignored: \(why.en)", ko: "\(path)은(는) 쓰지 않습니다: \(why.ko)"),
          at: node.location))
      return
    }
    for (key, member) in node.members { walk(member, at: path.appending(key), &result) }
    for (index, item) in (node.sequence ?? []).enumerated() {
      walk(item, at: path.appending("[\(index)]"), &result)
    }
  }

  /// An error for what `node` asks for.
  static func refusal(_ node: YAMLNode, _ path: ComposePath, _ why: Text) -> DklabError {
    var error = node.error(
      "compose.unsupported",
      Text("\(path) is not supported", ko: "\(path)은(는) 지원하지 않습니다"), hint: why)
    error.code = .unsupported
    return error
  }
}
