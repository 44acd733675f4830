import Documents

/// All commands.
enum CommandTree {
  /// The titles of `kubectl --help`, each with its commands.
  static let groups: [(title: String, names: [String])] = [
    ("Basic Commands (Beginner)", ["create", "expose", "run", "set"]),
    ("Basic Commands (Intermediate)", ["explain", "get", "edit", "delete"]),
    ("Deploy Commands", ["rollout", "scale", "autoscale"]),
    (
      "Cluster Management Commands",
      ["cluster-info", "top", "cordon", "uncordon", "drain", "taint"]
    ),
    (
      "Troubleshooting and Debugging Commands",
      ["describe", "logs", "attach", "exec", "port-forward", "proxy", "cp", "auth", "events"]
    ),
    ("Advanced Commands", ["diff", "apply", "patch", "replace", "wait", "kustomize"]),
    ("Settings Commands", ["label", "annotate", "completion"]),
    ("Other Commands", ["api-resources", "api-versions", "config", "version"]),
  ]

  static let root = Command(
    name: "kubectl", summary: "kubectl controls the Kubernetes cluster manager",
    commands: [
      Get.command, Describe.command, Create.command, Apply.command, Delete.command, Edit.command,
      Run.command, Expose.command, SetVerb.command, Explain.command, Rollout.command,
      Scale.command, Scale.autoscale, Version.clusterInfo, Top.command, Nodes.cordon,
      Nodes.uncordon, Drain.command, Nodes.taint, Logs.command, Attach.command, Exec.command,
      PortForward.command, Proxy.command, Copy.command, Auth.command, Events.command,
      Diff.command, Patch.command, Replace.command, Wait.command, Version.kustomizeCommand,
      LabelVerb.label, LabelVerb.annotate, Completion.command, ApiResources.command,
      ApiResources.versions, ConfigVerb.command, Version.command, Version.options,
    ])
}
