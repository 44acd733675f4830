import Documents

extension Validators {
  /// The rules of messages.
  static let rules: [String: Rule] = [
    "core.PodSpec": podSpec, "core.Container": container, "core.ContainerPort": containerPort,
    "core.Probe": probe, "core.EnvVar": environmentVariable, "core.Volume": volume,
    "core.VolumeMount": volumeMount, "core.ResourceRequirements": resources,
    "core.Toleration": toleration, "core.Lifecycle": lifecycle,
    "core.PodTemplateSpec": podTemplate, "core.Service": service, "core.ConfigMap": configMap,
    "core.Sysctl": sysctl, "core.Secret": secret, "core.PersistentVolumeClaimSpec": claim,
    "core.PersistentVolumeSpec": persistentVolume,
    "core.ReplicationControllerSpec": replicationController,
    "core.EndpointSubset": endpointSubset,
    "meta.LabelSelector": labelSelector,
    "apps.DeploymentSpec": deployment, "apps.ReplicaSetSpec": replicaSet,
    "apps.DaemonSetSpec": daemonSet, "apps.StatefulSetSpec": statefulSet,
    "batch.JobSpec": job, "batch.CronJob": cronJob,
    "networking.IngressSpec": ingress, "networking.HTTPIngressPath": ingressPath,
    "networking.IngressBackend": ingressBackend,
    "rbac.PolicyRule": policyRule, "rbac.RoleBinding": roleBinding,
    "rbac.ClusterRoleBinding": roleBinding, "rbac.Subject": subject,
    "policy.PodDisruptionBudgetSpec": disruptionBudget,
    "autoscaling2.HorizontalPodAutoscalerSpec": autoscaler,
    "autoscaling1.HorizontalPodAutoscalerSpec": autoscaler,
    "autoscaling2.HPAScalingRules": scalingRules,
    "storage.StorageClass": storageClass,
    "scheduling.PriorityClass": priorityClass,
    "discovery.EndpointSlice": endpointSlice,
    "admissionregistration.ValidatingAdmissionPolicySpec": validatingPolicy,
    "admissionregistration.ValidatingWebhook": webhook,
    "admissionregistration.MutatingWebhook": webhook,
    "admissionregistration.RuleWithOperations": admissionRule,
    "admissionregistration.NamedRuleWithOperations": admissionRule,
    "admissionregistration.Validation": policyValidation,
    "admissionregistration.Variable": policyVariable,
    "apiextensions.ValidationRule": schemaRule,
    "apiextensions.CustomResourceDefinitionSpec": definition,
    "apiregistration.APIService": apiService,
  ]

  /// The name of a setting: words with dots or slashes between them.
  @Sendable static func sysctl(
    _ setting: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let name = setting.text("name")
    if name.isEmpty { return problems.append(.required("\(path).name")) }
    func isWord(_ character: Character) -> Bool {
      character.isASCII && (character.isLowercase || character.isNumber)
    }
    let parts = name.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "/" }
    let isFine = parts.allSatisfy { part in
      guard let first = part.first, let last = part.last else { return false }
      return isWord(first) && isWord(last)
        && part.allSatisfy { isWord($0) || $0 == "-" || $0 == "_" }
    }
    if !isFine || name.utf8.count > 253 {
      problems.append(
        .invalid(
          "\(path).name", name,
          "must have at most 253 characters and match regex "
            + "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"))
    }
  }

  /// At least zero.
  static func checkNotNegative(
    _ value: JSONValue, _ keys: [String], _ path: String, _ problems: inout [FieldProblem]
  ) {
    for key in keys {
      guard let number = value.number(key), number < 0 else { continue }
      problems.append(.invalid("\(path).\(key)", number, "must be greater than or equal to 0"))
    }
  }

  /// A port between 1 and 65535.
  static func checkPort(_ port: Int, _ path: String, _ problems: inout [FieldProblem]) {
    if !(1...65535).contains(port) {
      problems.append(.invalid(path, port, "must be between 1 and 65535, inclusive"))
    }
  }

  /// A number or percentage that is not negative.
  static func checkCountOrPercent(
    _ value: JSONValue?, _ path: String, _ problems: inout [FieldProblem]
  ) {
    switch value {
    case .integer(let number) where number < 0:
      problems.append(.invalid(path, Int(number), "must be greater than or equal to 0"))
    case .string(let text):
      if !text.hasSuffix("%") || Int(text.dropLast()) == nil {
        problems.append(
          .invalid(
            path, text,
            "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', "
              + " or '93%', regex used for validation is '[0-9]+%')"))
      }
    default: break
    }
  }

  /// The second occurrence of a text in a list, and so on.
  static func checkUnique(
    _ values: [JSONValue], key: String, _ path: String, _ problems: inout [FieldProblem]
  ) {
    var seen: Set<String> = []
    for (index, value) in values.enumerated() {
      let text = value.text(key)
      guard !text.isEmpty, !seen.insert(text).inserted else { continue }
      problems.append(FieldProblem("\(path)[\(index)].\(key)", .duplicate, value: "\"\(text)\""))
    }
  }

  @Sendable static func labelSelector(
    _ selector: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkLabels(selector["matchLabels"], "\(path).matchLabels", &problems)
    for (index, expression) in selector.list("matchExpressions").enumerated() {
      let place = "\(path).matchExpressions[\(index)]"
      let values = expression.list("values")
      switch expression.text("operator") {
      case "In", "NotIn":
        if values.isEmpty {
          problems.append(
            .required(
              "\(place).values", "must be specified when `operator` is 'In' or 'NotIn'"))
        }
      case "Exists", "DoesNotExist":
        if !values.isEmpty {
          problems.append(
            FieldProblem(
              "\(place).values", .forbidden,
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
        }
      case let other:
        problems.append(.invalid("\(place).operator", other, "not a valid selector operator"))
      }
      if let wrong = Names.qualifiedNameProblem(expression.text("key")) {
        problems.append(.invalid("\(place).key", expression.text("key"), wrong))
      }
    }
  }
}
