import Documents

extension Validators {
  /// What may not change, by kind: the new object, the old one, and where problems go.
  typealias UpdateRule = @Sendable (JSONValue, JSONValue, inout [FieldProblem]) -> Void

  static let updates: [String: UpdateRule] = [
    "Pod": pod,
    "Service": service,
    "ConfigMap": { new, old, problems in immutable(new, old, ["data", "binaryData"], &problems) },
    "Secret": { new, old, problems in
      unchanged(new, old, ["type"], &problems)
      immutable(new, old, ["data"], &problems)
    },
    "PersistentVolumeClaim": claim,
    "Namespace": { _, _, _ in },
    "apps/Deployment": { unchanged($0, $1, ["spec", "selector"], &$2) },
    "apps/ReplicaSet": { unchanged($0, $1, ["spec", "selector"], &$2) },
    "apps/DaemonSet": { unchanged($0, $1, ["spec", "selector"], &$2) },
    "apps/StatefulSet": statefulSet,
    "apps/ControllerRevision": { unchanged($0, $1, ["data"], &$2) },
    "batch/Job": job,
    "rbac.authorization.k8s.io/RoleBinding": roleReference,
    "rbac.authorization.k8s.io/ClusterRoleBinding": roleReference,
    "storage.k8s.io/StorageClass": storageClass,
    "scheduling.k8s.io/PriorityClass": { new, old, problems in
      if new["value"] != old["value"] {
        problems.append(
          FieldProblem("value", .forbidden, "may not be changed in an update."))
      }
    },
    "networking.k8s.io/IngressClass": { unchanged($0, $1, ["spec", "controller"], &$2) },
    "discovery.k8s.io/EndpointSlice": { unchanged($0, $1, ["addressType"], &$2) },
    "node.k8s.io/RuntimeClass": { unchanged($0, $1, ["handler"], &$2) },
    "apiextensions.k8s.io/CustomResourceDefinition": storedVersions,
  ]

  private static func unchanged(
    _ new: JSONValue, _ old: JSONValue, _ path: [String], _ problems: inout [FieldProblem]
  ) {
    var (now, before): (JSONValue?, JSONValue?) = (new, old)
    for key in path { (now, before) = (now?[key], before?[key]) }
    guard now != before else { return }
    let shown = now?.description ?? "null"
    problems.append(
      FieldProblem(
        path.joined(separator: "."), .invalid, value: shown, "field is immutable"))
  }

  private static func immutable(
    _ new: JSONValue, _ old: JSONValue, _ keys: [String], _ problems: inout [FieldProblem]
  ) {
    guard old.flag("immutable") else { return }
    if !new.flag("immutable") {
      problems.append(
        FieldProblem("immutable", .forbidden, "field is immutable when `immutable` is set"))
    }
    for key in keys where new[key] != old[key] {
      problems.append(
        FieldProblem(key, .forbidden, "field is immutable when `immutable` is set"))
    }
  }

  @Sendable private static func pod(
    _ new: JSONValue, _ old: JSONValue, _ problems: inout [FieldProblem]
  ) {
    func fixed(_ pod: JSONValue) -> JSONValue {
      var spec = pod["spec"] ?? .null
      for list in ["containers", "initContainers"] {
        guard let containers = spec[list]?.array else { continue }
        spec[list] = .array(
          containers.map { container in
            var container = container
            container["image"] = ""
            return container
          })
      }
      for key in [
        "activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds",
        "ephemeralContainers", "schedulingGates", "nodeName",
      ] {
        spec[key] = nil
      }
      return spec
    }
    let moved = old.text("spec", "nodeName")
    let isMoved = !moved.isEmpty && new.text("spec", "nodeName") != moved
    let before = old.list("spec", "tolerations")
    let lost = before.contains { !new.list("spec", "tolerations").contains($0) }
    if fixed(new) != fixed(old) || isMoved || lost {
      problems.append(
        FieldProblem(
          "spec", .forbidden,
          "pod updates may not change fields other than `spec.containers[*].image`,"
            + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
            + "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to "
            + "be set to 1 if it was previously negative)"))
    }
  }

  @Sendable private static func service(
    _ new: JSONValue, _ old: JSONValue, _ problems: inout [FieldProblem]
  ) {
    let before = old.text("spec", "clusterIP")
    let now = new.text("spec", "clusterIP")
    guard !before.isEmpty, before != now, new.text("spec", "type") != "ExternalName" else {
      return
    }
    problems.append(
      FieldProblem(
        "spec.clusterIPs[0]", .invalid, value: "[]string{\"\(now)\"}",
        "may not change once set"))
  }

  @Sendable private static func claim(
    _ new: JSONValue, _ old: JSONValue, _ problems: inout [FieldProblem]
  ) {
    func fixed(_ claim: JSONValue) -> JSONValue {
      var spec = claim["spec"] ?? .null
      spec["resources"] = nil
      spec["volumeAttributesClassName"] = nil
      // Filled in once, by whoever binds the claim.
      if old.text("spec", "volumeName").isEmpty { spec["volumeName"] = nil }
      return spec
    }
    if fixed(new) != fixed(old) {
      problems.append(
        FieldProblem(
          "spec", .forbidden,
          "spec is immutable after creation except resources.requests and "
            + "volumeAttributesClassName for bound claims"))
    }
    let size = new.text("spec", "resources", "requests", "storage")
    if let now = Quantity(size),
      let before = Quantity(old.text("spec", "resources", "requests", "storage")), now < before
    {
      problems.append(
        FieldProblem(
          "spec.resources.requests.storage", .forbidden,
          "field can not be less than status.capacity"))
    }
  }

  @Sendable private static func statefulSet(
    _ new: JSONValue, _ old: JSONValue, _ problems: inout [FieldProblem]
  ) {
    let changeable = [
      "replicas", "ordinals", "template", "updateStrategy",
      "persistentVolumeClaimRetentionPolicy", "minReadySeconds", "revisionHistoryLimit",
    ]
    var (now, before) = (new["spec"] ?? .null, old["spec"] ?? .null)
    for key in changeable {
      now[key] = nil
      before[key] = nil
    }
    if now != before {
      problems.append(
        FieldProblem(
          "spec", .forbidden,
          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
            + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
            + "'minReadySeconds' are forbidden"))
    }
  }

  @Sendable private static func job(
    _ new: JSONValue, _ old: JSONValue, _ problems: inout [FieldProblem]
  ) {
    unchanged(new, old, ["spec", "selector"], &problems)
    unchanged(new, old, ["spec", "completionMode"], &problems)
    if new.text("spec", "completionMode") != "Indexed" {
      unchanged(new, old, ["spec", "completions"], &problems)
    }
    let mayMove = old.flag("spec", "suspend") && old.at("status", "startTime") == nil
    if !mayMove { unchanged(new, old, ["spec", "template"], &problems) }
  }

  @Sendable private static func roleReference(
    _ new: JSONValue, _ old: JSONValue, _ problems: inout [FieldProblem]
  ) {
    guard new["roleRef"] != old["roleRef"] else { return }
    problems.append(
      FieldProblem(
        "roleRef", .invalid, value: new["roleRef"]?.description, "cannot change roleRef"))
  }

  @Sendable private static func storageClass(
    _ new: JSONValue, _ old: JSONValue, _ problems: inout [FieldProblem]
  ) {
    for key in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"]
    where new[key] != old[key] {
      problems.append(
        FieldProblem(key, .forbidden, "updates to \(key) are forbidden."))
    }
  }
}
