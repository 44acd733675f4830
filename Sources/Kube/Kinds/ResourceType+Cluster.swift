import Documents

extension ResourceBuilder {
  /// Who may do what, who somebody is, certificates.
  mutating func addAccess() {
    let rbac = "rbac.authorization.k8s.io/v1"
    add(
      rbac, "clusterrolebindings", "ClusterRoleBinding", "rbac", options: ["cluster"],
      columns: TableColumns.roleBindings)
    add(rbac, "clusterroles", "ClusterRole", "rbac", options: ["cluster"])
    add(rbac, "rolebindings", "RoleBinding", "rbac", columns: TableColumns.roleBindings)
    add(rbac, "roles", "Role", "rbac")
    let authentication = "authentication.k8s.io/v1"
    add(
      authentication, "selfsubjectreviews", "SelfSubjectReview", "authentication",
      options: ["cluster", "create"])
    add(
      authentication, "tokenreviews", "TokenReview", "authentication",
      options: ["cluster", "create"])
    let authorization = "authorization.k8s.io/v1"
    add(
      authorization, "localsubjectaccessreviews", "LocalSubjectAccessReview", "authorization",
      options: ["create"])
    add(
      authorization, "selfsubjectaccessreviews", "SelfSubjectAccessReview", "authorization",
      options: ["cluster", "create"])
    add(
      authorization, "selfsubjectrulesreviews", "SelfSubjectRulesReview", "authorization",
      options: ["cluster", "create"])
    add(
      authorization, "subjectaccessreviews", "SubjectAccessReview", "authorization",
      options: ["cluster", "create"])
    add(
      "certificates.k8s.io/v1", "certificatesigningrequests", "CertificateSigningRequest",
      "certificates", short: ["csr"], options: ["cluster", "status"],
      fields: ["spec.signerName"], columns: TableColumns.certificateRequests,
      subresources: [
        .init(
          name: "approval", kind: "CertificateSigningRequest", verbs: ["get", "patch", "update"])
      ])
  }

  /// Storage, scheduling, leases, admission, extensions.
  mutating func addCluster() {
    let admission = "admissionregistration.k8s.io/v1"
    add(
      admission, "mutatingwebhookconfigurations", "MutatingWebhookConfiguration",
      "admissionregistration", options: ["cluster", "generation"], columns: TableColumns.webhooks
    ) { $0.categories = ["api-extensions"] }
    add(
      admission, "validatingadmissionpolicies", "ValidatingAdmissionPolicy",
      "admissionregistration", options: ["cluster", "status", "generation"]
    ) { $0.categories = ["api-extensions"] }
    add(
      admission, "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding",
      "admissionregistration", options: ["cluster", "generation"]
    ) { $0.categories = ["api-extensions"] }
    add(
      admission, "validatingwebhookconfigurations", "ValidatingWebhookConfiguration",
      "admissionregistration", options: ["cluster", "generation"], columns: TableColumns.webhooks
    ) { $0.categories = ["api-extensions"] }
    add(
      "apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition",
      "apiextensions", short: ["crd", "crds"], options: ["cluster", "status", "generation"],
      columns: TableColumns.customResourceDefinitions
    ) { $0.categories = ["api-extensions"] }
    add(
      "apiregistration.k8s.io/v1", "apiservices", "APIService", "apiregistration",
      options: ["cluster", "status"], columns: TableColumns.apiServices
    ) { $0.categories = ["api-extensions"] }
    add(
      "coordination.k8s.io/v1", "leases", "Lease", "coordination", columns: TableColumns.leases)
    let flow = "flowcontrol.apiserver.k8s.io/v1"
    add(
      flow, "flowschemas", "FlowSchema", "flowcontrol",
      options: ["cluster", "status", "generation"], columns: TableColumns.flowSchemas)
    add(
      flow, "prioritylevelconfigurations", "PriorityLevelConfiguration", "flowcontrol",
      options: ["cluster", "status", "generation"], columns: TableColumns.priorityLevels)
    add(
      "node.k8s.io/v1", "runtimeclasses", "RuntimeClass", "node", options: ["cluster"],
      columns: TableColumns.runtimeClasses)
    add(
      "scheduling.k8s.io/v1", "priorityclasses", "PriorityClass", "scheduling", short: ["pc"],
      options: ["cluster", "generation"], columns: TableColumns.priorityClasses)
    addStorage()
  }

  private mutating func addStorage() {
    let storage = "storage.k8s.io/v1"
    add(
      storage, "csidrivers", "CSIDriver", "storage", options: ["cluster"],
      columns: TableColumns.drivers)
    add(
      storage, "csinodes", "CSINode", "storage", options: ["cluster"],
      columns: [
        TableColumns.name,
        Column("Drivers", "integer") { object, _ in
          .integer(Int64(object.list("spec", "drivers").count))
        }, TableColumns.age,
      ])
    add(
      storage, "csistoragecapacities", "CSIStorageCapacity", "storage",
      columns: [
        TableColumns.name, TableColumns.text("StorageClassName", "storageClassName"),
        TableColumns.text("Capacity", empty: "<unset>", "capacity"),
      ])
    add(
      storage, "storageclasses", "StorageClass", "storage", short: ["sc"], options: ["cluster"],
      columns: TableColumns.storageClasses)
    add(
      storage, "volumeattachments", "VolumeAttachment", "storage",
      options: ["cluster", "status"],
      columns: [
        TableColumns.name, TableColumns.text("Attacher", "spec", "attacher"),
        TableColumns.text("PV", "spec", "source", "persistentVolumeName"),
        TableColumns.text("Node", "spec", "nodeName"),
        TableColumns.text("Attached", empty: "false", "status", "attached"), TableColumns.age,
      ])
  }
}
