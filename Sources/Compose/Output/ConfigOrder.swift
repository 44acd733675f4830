/// The order in which compose prints the keys of an object; those that are not listed follow by
/// name.
enum ConfigOrder {
  static func rank(_ key: String, at path: ComposePath) -> Int {
    orders[path]?.firstIndex(of: key) ?? (key.hasPrefix("x-") ? 1001 : 1000)
  }

  private static let orders = ComposePathTable<[String]>([
    ("", ["name", "services", "networks", "volumes", "secrets", "configs", "models"]),
    ("services.*", service),
    (
      "services.*.build",
      [
        "context", "dockerfile", "dockerfile_inline", "entitlements", "args", "provenance", "sbom",
        "ssh", "labels", "cache_from", "cache_to", "no_cache", "no_cache_filter",
        "additional_contexts", "pull", "extra_hosts", "isolation", "network", "target", "secrets",
        "shm_size", "tags", "ulimits", "platforms", "privileged",
      ]
    ),
    (
      "services.*.healthcheck",
      ["test", "timeout", "interval", "retries", "start_period", "start_interval", "disable"]
    ),
    (
      "services.*.ports.[]",
      ["name", "mode", "host_ip", "target", "published", "protocol", "app_protocol"]
    ),
    (
      "services.*.volumes.[]",
      [
        "type", "source", "target", "read_only", "consistency", "bind", "volume", "tmpfs", "image",
      ]
    ),
    ("services.*.secrets.[]", ["source", "target", "uid", "gid", "mode"]),
    ("services.*.configs.[]", ["source", "target", "uid", "gid", "mode"]),
    ("services.*.devices.[]", ["source", "target", "permissions"]),
    ("services.*.depends_on.*", ["condition", "restart", "required"]),
    (
      "services.*.deploy",
      [
        "mode", "replicas", "labels", "update_config", "rollback_config", "resources",
        "restart_policy", "placement", "endpoint_mode",
      ]
    ),
    (
      "networks.*",
      ["name", "driver", "driver_opts", "ipam", "external", "internal", "attachable", "labels"]
    ),
    ("networks.*.ipam.config.[]", ["subnet", "ip_range", "gateway", "aux_addresses"]),
    ("volumes.*", ["name", "driver", "driver_opts", "external", "labels"]),
    ("secrets.*", ["name", "file", "environment", "external", "labels"]),
    ("configs.*", ["name", "file", "environment", "content", "external", "labels"]),
  ])

  private static let service = [
    "profiles", "annotations", "attach", "build", "develop", "blkio_config", "cap_add",
    "cap_drop", "cgroup_parent", "cgroup", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota",
    "cpu_rt_period", "cpu_rt_runtime", "cpus", "cpuset", "cpu_shares", "command", "configs",
    "container_name", "credential_spec", "depends_on", "deploy", "device_cgroup_rules", "devices",
    "dns", "dns_opt", "dns_search", "domainname", "entrypoint", "provider", "environment",
    "env_file", "expose", "extends", "external_links", "extra_hosts", "group_add", "gpus",
    "hostname", "healthcheck", "image", "init", "ipc", "isolation", "labels", "label_file",
    "links", "logging", "mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness",
    "mac_address", "models", "network_mode", "networks", "oom_kill_disable", "oom_score_adj",
    "pid", "pids_limit", "platform", "ports", "privileged", "pull_policy", "read_only", "restart",
    "runtime", "scale", "secrets", "security_opt", "shm_size", "stdin_open", "stop_grace_period",
    "stop_signal", "storage_opt", "sysctls", "tmpfs", "tty", "ulimits", "use_api_socket", "user",
    "userns_mode", "uts", "volumes", "volumes_from", "working_dir", "post_start", "pre_stop",
  ]
}
