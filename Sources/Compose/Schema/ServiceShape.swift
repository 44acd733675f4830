extension Shape {
  /// A service, with every key of the compose specification (05-services).
  static let service = Shape.object(serviceMembers)

  private static let serviceMembers: [String: Shape] = [
    "annotations": .pairs, "attach": .boolean, "blkio_config": blockIO,
    "build": .either([.string, build]), "cap_add": .strings, "cap_drop": .strings,
    "cgroup": .choice(["host", "private"]), "cgroup_parent": .string, "command": .command,
    "configs": .list(fileMount), "container_name": .string, "cpu_count": .number,
    "cpu_percent": .number, "cpu_period": .scalar, "cpu_quota": .scalar, "cpu_rt_period": .scalar,
    "cpu_rt_runtime": .scalar, "cpu_shares": .number, "cpus": .number, "cpuset": .string,
    "credential_spec": .object(["config": .string, "file": .string, "registry": .string]),
    "depends_on": .either([.strings, .map(dependency)]), "deploy": deploy,
    "develop": .object(["watch": .list(watch)]), "device_cgroup_rules": .strings,
    "devices": .list(.either([.string, device])), "dns": .stringOrStrings, "dns_opt": .strings,
    "dns_search": .stringOrStrings, "domainname": .string, "entrypoint": .command,
    "env_file": .either([.string, .list(.either([.string, envFile]))]), "environment": .pairs,
    "expose": .list(.scalar),
    "extends": .either([
      .string, .object(["service": .string, "file": .string], required: ["service"]),
    ]),
    "external_links": .strings, "extra_hosts": extraHosts,
    "gpus": .either([.choice(["all"]), .list(.any)]), "group_add": .list(.scalar),
    "healthcheck": healthcheck, "hostname": .string, "image": .string, "init": .boolean,
    "ipc": .string, "isolation": .string, "label_file": .stringOrStrings, "labels": .pairs,
    "links": .strings,
    "logging": .object(["driver": .string, "options": .map(.either([.scalar, .null]))]),
    "mac_address": .string, "mem_limit": .scalar, "mem_reservation": .scalar,
    "mem_swappiness": .integer, "memswap_limit": .scalar,
    "models": .either([.strings, .map(.any)]), "network_mode": .string,
    "networks": .either([.strings, .map(.either([.null, networkAttachment]))]),
    "oom_kill_disable": .boolean, "oom_score_adj": .integer, "pid": .either([.string, .null]),
    "pids_limit": .integer, "platform": .string, "ports": .list(.either([.scalar, port])),
    "post_start": .list(hook), "pre_start": .list(hook), "pre_stop": .list(hook),
    "privileged": .boolean, "profiles": .strings, "provider": .any, "pull_policy": .string,
    "pull_refresh_after": .string, "read_only": .boolean, "restart": .string, "runtime": .string,
    "scale": .integer, "secrets": .list(fileMount), "security_opt": .strings, "shm_size": .scalar,
    "stdin_open": .boolean, "stop_grace_period": .duration, "stop_signal": .string,
    "storage_opt": .map(.any), "sysctls": .pairs, "tmpfs": .stringOrStrings, "tty": .boolean,
    "ulimits": ulimits, "use_api_socket": .boolean, "user": .string, "userns_mode": .string,
    "uts": .string, "volumes": .list(.either([.string, mount])), "volumes_from": .strings,
    "working_dir": .string,
  ]

  private static let extraHosts = Shape.either([.map(.stringOrStrings), .strings])

  private static let ulimits = Shape.map(
    .either([
      .integer, .object(["hard": .integer, "soft": .integer], required: ["soft", "hard"]),
    ]))

  private static let build = Shape.object([
    "context": .string, "dockerfile": .string, "dockerfile_inline": .string,
    "entitlements": .strings, "args": .pairs, "ssh": .pairs, "labels": .pairs,
    "cache_from": .strings, "cache_to": .strings, "no_cache": .boolean,
    "no_cache_filter": .stringOrStrings, "additional_contexts": .pairs, "network": .string,
    "provenance": .either([.boolean, .string]), "sbom": .either([.boolean, .string]),
    "pull": .boolean, "target": .string, "shm_size": .scalar, "extra_hosts": extraHosts,
    "isolation": .string, "privileged": .boolean, "secrets": .list(fileMount), "tags": .strings,
    "ulimits": ulimits, "platforms": .strings,
  ])

  private static let blockIO = Shape.object([
    "device_read_bps": blockLimits, "device_read_iops": blockLimits,
    "device_write_bps": blockLimits, "device_write_iops": blockLimits, "weight": .integer,
    "weight_device": .list(.object(["path": .string, "weight": .integer])),
  ])
  private static let blockLimits = Shape.list(.object(["path": .string, "rate": .scalar]))

  private static let fileMount = Shape.either([
    .string,
    .object([
      "source": .string, "target": .string, "uid": .string, "gid": .string, "mode": .scalar,
    ]),
  ])

  private static let dependency = Shape.object(
    [
      "restart": .boolean, "required": .boolean,
      "condition": .choice([
        "service_started", "service_healthy", "service_completed_successfully",
      ]),
    ], required: ["condition"])

  private static let envFile = Shape.object(
    ["path": .string, "format": .string, "required": .boolean], required: ["path"])

  private static let device = Shape.object(
    ["source": .string, "target": .string, "permissions": .string], required: ["source"])

  private static let healthcheck = Shape.object([
    "disable": .boolean, "interval": .duration, "retries": .integer, "test": .stringOrStrings,
    "timeout": .duration, "start_period": .duration, "start_interval": .duration,
  ])

  private static let networkAttachment = Shape.object([
    "aliases": .strings, "interface_name": .string, "ipv4_address": .string,
    "ipv6_address": .string, "link_local_ips": .strings, "mac_address": .string,
    "driver_opts": .map(.scalar), "priority": .number, "gw_priority": .number,
  ])

  private static let port = Shape.object([
    "name": .string, "mode": .string, "host_ip": .string, "target": .integer, "published": .scalar,
    "protocol": .string, "app_protocol": .string,
  ])

  private static let mount = Shape.object(
    [
      "type": .choice(["bind", "volume", "tmpfs", "cluster", "npipe", "image"]),
      "source": .string, "target": .string, "read_only": .boolean, "consistency": .string,
      "bind": .object([
        "propagation": .string, "create_host_path": .boolean,
        "recursive": .choice(["enabled", "disabled", "writable", "readonly"]),
        "selinux": .choice(["z", "Z"]),
      ]),
      "volume": .object(["labels": .pairs, "nocopy": .boolean, "subpath": .string]),
      "tmpfs": .object(["size": .scalar, "mode": .scalar]),
      "image": .object(["subpath": .string]),
    ], required: ["type"])

  private static let hook = Shape.object([
    "command": .command, "image": .string, "user": .string, "privileged": .boolean,
    "working_dir": .string, "environment": .pairs, "per_replica": .boolean,
  ])

  private static let watch = Shape.object(
    [
      "ignore": .stringOrStrings, "include": .stringOrStrings, "path": .string,
      "action": .choice(["rebuild", "sync", "restart", "sync+restart", "sync+exec"]),
      "target": .string, "exec": hook, "initial_sync": .boolean,
    ], required: ["path", "action"])
}

extension Shape {
  private static let deploy = Shape.object([
    "mode": .string, "endpoint_mode": .string, "replicas": .integer, "labels": .pairs,
    "rollback_config": updatePolicy, "update_config": updatePolicy,
    "resources": .object([
      "limits": .object(["cpus": .number, "memory": .string, "pids": .integer]),
      "reservations": .object([
        "cpus": .number, "memory": .string, "generic_resources": .list(.any),
        "devices": .list(.any),
      ]),
    ]),
    "restart_policy": .object([
      "condition": .string, "delay": .duration, "max_attempts": .integer, "window": .duration,
    ]),
    "placement": .object([
      "constraints": .strings, "preferences": .list(.object(["spread": .string])),
      "max_replicas_per_node": .integer,
    ]),
  ])

  private static let updatePolicy = Shape.object([
    "parallelism": .integer, "delay": .duration, "failure_action": .string, "monitor": .duration,
    "max_failure_ratio": .number, "order": .choice(["start-first", "stop-first"]),
  ])
}
