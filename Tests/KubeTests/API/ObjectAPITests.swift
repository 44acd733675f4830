import Documents
import Testing

@testable import Kube

@Suite("The object API")
struct ObjectAPITests {
  private func configMap(_ name: String, _ data: JSONValue = ["k": "v"]) -> JSONValue {
    ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": data]
  }

  private func fails(_ reason: String, _ message: String, _ body: () throws -> Void) {
    #expect {
      try body()
    } throws: { error in
      guard let error = error as? APIError else { return false }
      return error.reason == reason && error.message == message
    }
  }

  @Test("gives a new object its identity")
  func create() throws {
    let cluster = try TestCluster()
    let object = try cluster.create(configMap("a"))
    #expect(object.uid.count == 36)
    #expect(object.namespace == "default")
    #expect(object.text("metadata", "creationTimestamp") == "2025-01-01T00:00:00Z")
    #expect(!object.resourceVersion.isEmpty)
    fails("AlreadyExists", "configmaps \"a\" already exists") {
      try cluster.create(configMap("a"))
    }
  }

  @Test("makes up a name from generateName")
  func generateName() throws {
    let cluster = try TestCluster()
    let object = try cluster.create([
      "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["generateName": "web-"],
    ])
    #expect(object.name.hasPrefix("web-") && object.name.count == 9)
  }

  @Test("fills in what a deployment does not say")
  func defaults() throws {
    let cluster = try TestCluster()
    let object = try cluster.apply(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
      """)[0]
    let spec = try #require(object["spec"])
    #expect(spec.number("replicas") == 1)
    #expect(
      spec["strategy"] == [
        "type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"],
      ])
    #expect(object.number("metadata", "generation") == 1)
    let pod = spec.at("template", "spec") ?? .null
    #expect(pod.text("restartPolicy") == "Always" && pod.text("dnsPolicy") == "ClusterFirst")
    let container = pod.list("containers")[0]
    #expect(container.text("imagePullPolicy") == "IfNotPresent")
    #expect(container.list("ports")[0].text("protocol") == "TCP")
  }

  @Test("names every field that is wrong")
  func validation() throws {
    let cluster = try TestCluster()
    fails(
      "Invalid",
      "Pod \"p\" is invalid: [spec.containers[0].image: Required value, "
        + "spec.containers[0].volumeMounts[0].name: Not found: \"x\", spec.restartPolicy: "
        + "Unsupported value: \"Sometimes\": supported values: \"Always\", \"Never\", \"OnFailure\"]"
    ) {
      do {
        try cluster.create([
          "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"],
          "spec": [
            "restartPolicy": "Sometimes",
            "containers": [
              ["name": "c", "volumeMounts": [["name": "x", "mountPath": "/x"]]]
            ],
          ],
        ])
      } catch var error as APIError {
        // The order of problems is nobody's promise.
        let list = error.causes.map { "\($0.field): \($0.message)" }.sorted()
        error.message = "Pod \"p\" is invalid: [" + list.joined(separator: ", ") + "]"
        throw error
      }
    }
  }

  @Test(
    "refuses what breaks a rule",
    arguments: [
      ("{apiVersion: v1, kind: ConfigMap, metadata: {name: A_b}}", "metadata.name"),
      ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {'x/y': v}}", "data[x/y]"),
      ("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {}}", "spec.ports"),
      (
        "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 70000}]}}",
        "spec.ports[0].port"
      ),
      (
        "{apiVersion: v1, kind: Service, metadata: {name: 1s}, spec: {ports: [{port: 7}]}}",
        "metadata.name"
      ),
      (
        "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: r}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: c}}, spec: {containers: [{name: c, image: i}]}}}}",
        "spec.template.metadata.labels"
      ),
      (
        "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {spec: {containers: [{name: c, image: i}]}}}}",
        "spec.template.spec.restartPolicy"
      ),
      (
        "{apiVersion: batch/v1, kind: CronJob, metadata: {name: j}, spec: {schedule: 'x', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}}",
        "spec.schedule"
      ),
      (
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {rules: [{http: {paths: [{path: /, backend: {service: {name: s, port: {number: 80}}}}]}}]}}",
        "spec.rules[0].http.paths[0].pathType"
      ),
      (
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: [{apiGroups: [''], resources: [pods]}]}",
        "rules[0].verbs"
      ),
      (
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 2}, limits: {cpu: 1}}}]}}",
        "spec.containers[0].resources.requests"
      ),
      (
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c}, spec: {resources: {requests: {storage: 1Gi}}}}",
        "spec.accessModes"
      ),
    ])
  func refused(_ manifest: String, _ field: String) throws {
    let cluster = try TestCluster()
    #expect {
      try cluster.apply(manifest)
    } throws: { error in
      guard let error = error as? APIError else { return false }
      return error.code == 422 && error.causes.map(\.field).contains(field)
    }
  }

  @Test("strict validation names unknown fields, the other kinds let them pass")
  func fieldValidation() throws {
    let cluster = try TestCluster()
    var object = configMap("a")
    object["dataa"] = [:]
    var options = WriteOptions()
    options.fieldValidation = .strict
    fails(
      "BadRequest",
      "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown "
        + "field \"dataa\""
    ) { try cluster.create(object, options) }
    options.fieldValidation = .warn
    let type = try cluster.type("ConfigMap")
    #expect(
      try cluster.api.create(type, "default", object, options).warnings == [
        "unknown field \"dataa\""
      ])
  }

  @Test("an update needs the revision that it has seen")
  func conflict() throws {
    let cluster = try TestCluster()
    let type = try cluster.type("ConfigMap")
    let seen = try cluster.create(configMap("a"))
    var next = seen
    next.set("data", "k", to: "2")
    let updated = try cluster.api.update(type, "default", "a", next).object
    #expect(updated.text("data", "k") == "2" && updated.uid == seen.uid)
    fails(
      "Conflict",
      "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply "
        + "your changes to the latest version and try again"
    ) { _ = try cluster.api.update(type, "default", "a", next) }
    next.set("metadata", "resourceVersion", to: nil)
    next.set("data", "k", to: "3")
    #expect(try cluster.api.update(type, "default", "a", next).object.text("data", "k") == "3")
  }

  @Test("writing the same again is no change")
  func noChange() throws {
    let cluster = try TestCluster()
    let type = try cluster.type("ConfigMap")
    let seen = try cluster.create(configMap("a"))
    let before = cluster.api.store.revision
    let again = try cluster.api.update(type, "default", "a", seen).object
    #expect(again.resourceVersion == seen.resourceVersion)
    #expect(cluster.api.store.revision == before)
  }

  @Test("a change of the specification raises the generation, one of the status does not")
  func generation() throws {
    let cluster = try TestCluster()
    try cluster.apply(
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}"
    )
    let type = try cluster.type("Deployment", "apps/v1")
    func generation() throws -> Int? {
      try cluster.api.get(type, "default", "d").number("metadata", "generation")
    }
    _ = try cluster.api.patch(
      type, "default", "d", .merge, ["metadata": ["labels": ["x": "y"]]], WriteOptions())
    #expect(try generation() == 1)
    _ = try cluster.api.patch(
      type, "default", "d", .merge, ["spec": ["replicas": 4]], WriteOptions())
    #expect(try generation() == 2)
    let after = try cluster.api.patch(
      type, "default", "d", subresource: "status", .merge,
      [
        "status": ["replicas": 4], "spec": ["replicas": 9],
        "metadata": ["labels": ["x": "z"], "annotations": ["seen": "yes"]],
      ], WriteOptions()
    ).object
    #expect(try generation() == 2)
    #expect(after.number("spec", "replicas") == 4 && after.number("status", "replicas") == 4)
    #expect(after.labels == ["x": "y"] && after.annotations == ["seen": "yes"])
  }

  @Test(
    "fields that cannot change are refused by name",
    arguments: [
      ("Service", "v1", ["spec": ["clusterIP": "10.96.9.9"]], "spec.clusterIPs[0]"),
      (
        "ReplicaSet", "apps/v1",
        [
          "spec": [
            "selector": ["matchLabels": ["a": "b", "c": "d"]],
            "template": ["metadata": ["labels": ["c": "d"]]],
          ]
        ], "spec.selector"
      ),
      ("Secret", "v1", ["type": "other"], "type"),
      ("Pod", "v1", ["spec": ["hostname": "new"]], "spec"),
    ] as [(String, String, JSONValue, String)])
  func immutable(_ kind: String, _ version: String, _ patch: JSONValue, _ field: String) throws {
    let cluster = try TestCluster()
    try cluster.apply(
      """
      {apiVersion: v1, kind: Service, metadata: {name: o}, spec: {ports: [{port: 80}]}}
      ---
      {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: o}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}
      ---
      {apiVersion: v1, kind: Secret, metadata: {name: o}, stringData: {a: b}}
      ---
      {apiVersion: v1, kind: Pod, metadata: {name: o}, spec: {containers: [{name: c, image: i}]}}
      """)
    let type = try cluster.type(kind, version)
    #expect {
      _ = try cluster.api.patch(type, "default", "o", .merge, patch, WriteOptions())
    } throws: { error in
      guard let error = error as? APIError else { return false }
      return error.code == 422 && error.causes.map(\.field) == [field]
    }
  }

  @Test("a dry run goes all the way and keeps nothing")
  func dryRun() throws {
    let cluster = try TestCluster()
    var options = WriteOptions()
    options.isDryRun = true
    let before = cluster.api.store.revision
    #expect(try !cluster.create(configMap("a"), options).uid.isEmpty)
    #expect(throws: APIError.self) { try cluster.create(configMap("A!"), options) }
    #expect(cluster.api.store.revision == before)
  }

  @Test("finalizers hold an object until the last is gone")
  func finalizers() throws {
    let cluster = try TestCluster()
    let type = try cluster.type("ConfigMap")
    var object = configMap("a")
    object.set("metadata", "finalizers", to: ["example.com/hold"])
    try cluster.create(object)
    let marked = try cluster.api.delete(type, "default", "a")
    #expect(!marked.isGone && marked.object.isBeingDeleted)
    _ = try cluster.api.patch(
      type, "default", "a", .merge, ["metadata": ["finalizers": .null]], WriteOptions())
    #expect(cluster.api.find(type, "default", "a") == nil)
  }

  @Test("a pod that runs has its grace; a second request can only shorten it")
  func grace() throws {
    let cluster = try TestCluster()
    let type = try cluster.type("Pod")
    try cluster.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}")
    try cluster.api.bind("default", "p", ["target": ["name": "n"]])
    let marked = try cluster.api.delete(type, "default", "p")
    #expect(!marked.isGone)
    #expect(marked.object.text("metadata", "deletionTimestamp") == "2025-01-01T00:00:30Z")
    var options = DeleteOptions()
    options.gracePeriodSeconds = 60
    #expect(
      try cluster.api.delete(type, "default", "p", options).object
        .number("metadata", "deletionGracePeriodSeconds") == 30)
    options.gracePeriodSeconds = 0
    #expect(try cluster.api.delete(type, "default", "p", options).isGone)
  }

  @Test("a list comes in pages of one revision")
  func pages() throws {
    let cluster = try TestCluster()
    let type = try cluster.type("ConfigMap")
    for name in ["a", "b", "c", "d", "e"] { try cluster.create(configMap(name)) }
    var options = ObjectAPI.ListOptions()
    options.limit = 2
    let first = try cluster.api.list(type, "default", options)
    #expect(first.remaining == 3)
    // What happens between two pages does not show.
    try cluster.api.delete(type, "default", "d")
    try cluster.create(configMap("f"))
    var seen = first.objects.map(\.key.name)
    options.continuation = first.continuation
    while !options.continuation.isEmpty {
      let page = try cluster.api.list(type, "default", options)
      seen += page.objects.map(\.key.name)
      options.continuation = page.continuation
    }
    #expect(seen == ["a", "b", "c", "d", "e"])
    try cluster.api.store.compact(to: cluster.api.store.revision)
    options.continuation = first.continuation
    let error = #expect(throws: APIError.self) {
      try cluster.api.list(type, "default", options)
    }
    #expect(error?.code == 410)
    // Who does not mind goes on where the list broke off, with what is there now.
    options.continuation = error?.status.text("metadata", "continue") ?? ""
    let rest = try cluster.api.list(type, "default", options)
    #expect(rest.objects.map(\.key.name) == ["c", "e"] && rest.remaining == 1)
  }

  @Test("services get addresses and node ports, each once")
  func services() throws {
    let cluster = try TestCluster()
    let made = try cluster.apply(
      """
      {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: NodePort, ports: [{port: 80}]}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: b}, spec: {type: NodePort, ports: [{port: 80}]}}
      ---
      {apiVersion: v1, kind: Service, metadata: {name: c}, spec: {clusterIP: None}}
      """)
    #expect(Set(made.map { $0.text("spec", "clusterIP") }).count == 3)
    let ports = made.flatMap { $0.list("spec", "ports") }.compactMap { $0.number("nodePort") }
    #expect(Set(ports).count == 2 && ports.allSatisfy { (30000...32767).contains($0) })
    #expect(throws: APIError.self) {
      try cluster.apply(
        "{apiVersion: v1, kind: Service, metadata: {name: d}, spec: {type: NodePort, ports: [{port: 80, nodePort: \(ports[0])}]}}"
      )
    }
  }

  @Test("pods get a service account, its token, and patience with their node")
  func podAdmission() throws {
    let cluster = try TestCluster()
    let pod = try cluster.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}")[
        0]
    #expect(pod.text("spec", "serviceAccountName") == "default")
    let mount = pod.list("spec", "containers")[0].list("volumeMounts").first
    #expect(mount?.text("mountPath") == "/var/run/secrets/kubernetes.io/serviceaccount")
    #expect(pod.list("spec", "volumes").count == 1)
    #expect(pod.list("spec", "tolerations").count == 2)
    #expect(pod.text("status", "qosClass") == "BestEffort")
    fails(
      "Forbidden",
      "pods \"q\" is forbidden: error looking up service account default/x: serviceaccount \"x\" not "
        + "found"
    ) {
      try cluster.apply(
        "{apiVersion: v1, kind: Pod, metadata: {name: q}, spec: {serviceAccountName: x, containers: [{name: c, image: i}]}}"
      )
    }
  }

  @Test("a quota is not exceeded, and says by what it would be")
  func quota() throws {
    let cluster = try TestCluster()
    try cluster.apply(
      "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {pods: 1, requests.cpu: 1}}}"
    )
    func pod(_ name: String, _ cpu: String) -> String {
      "{apiVersion: v1, kind: Pod, metadata: {name: \(name)}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: \(cpu)}}}]}}"
    }
    try cluster.apply(pod("a", "500m"))
    fails(
      "Forbidden",
      "pods \"b\" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=600m, used: "
        + "pods=1,requests.cpu=500m, limited: pods=1,requests.cpu=1"
    ) { try cluster.apply(pod("b", "600m")) }
    fails("Forbidden", "pods \"c\" is forbidden: failed quota: q: must specify requests.cpu") {
      try cluster.apply(
        "{apiVersion: v1, kind: Pod, metadata: {name: c}, spec: {containers: [{name: c, image: i}]}}"
      )
    }
  }

  @Test("nothing is made in a namespace that is not there or is on its way out")
  func namespaces() throws {
    let cluster = try TestCluster("team")
    var object = configMap("a")
    object.set("metadata", "namespace", to: "nowhere")
    fails("NotFound", "namespaces \"nowhere\" not found") { try cluster.create(object) }
    try cluster.api.delete(try cluster.type("Namespace"), "", "team")
    object.set("metadata", "namespace", to: "team")
    fails(
      "Forbidden",
      "configmaps \"a\" is forbidden: unable to create new content in namespace team because it is "
        + "being terminated"
    ) { try cluster.create(object) }
  }

  @Test("autoscalers and events are one object under two versions")
  func conversions() throws {
    let cluster = try TestCluster()
    try cluster.apply(
      "{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {maxReplicas: 3, targetCPUUtilizationPercentage: 60, scaleTargetRef: {kind: Deployment, name: d}}}"
    )
    let v2 = try cluster.api.get(
      try cluster.type("HorizontalPodAutoscaler", "autoscaling/v2"), "default", "h")
    #expect(
      v2.list("spec", "metrics")[0].number("resource", "target", "averageUtilization") == 60)
    let v1 = try cluster.api.get(
      try cluster.type("HorizontalPodAutoscaler", "autoscaling/v1"), "default", "h")
    #expect(v1.number("spec", "targetCPUUtilizationPercentage") == 60)
    #expect(v1.text("apiVersion") == "autoscaling/v1")
  }
}
