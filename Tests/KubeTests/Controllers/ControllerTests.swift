import Documents
import Support
import Testing

@testable import Kube

@Suite("Controllers")
struct ControllerTests {
  /// A cluster whose controllers run when told, until nothing is left to do.
  private func start(nodes: Int = 0, _ cluster: TestCluster) throws -> ControllerManager {
    for number in 0..<nodes {
      try cluster.create([
        "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string("n\(number)")],
      ])
      try cluster.api.change(try cluster.type("Node"), "", "n\(number)", subresource: "status") {
        var node = $0
        node["status"] = ["allocatable": ["cpu": "2", "memory": "4Gi", "pods": "110"]]
        Conditions.set(&node, "Ready", status: true, now: cluster.api.timestamp)
        return node
      }
    }
    let manager = ControllerManager(
      api: cluster.api, controllers: ControllerManager.standard + [SchedulerController()])
    try manager.startWithoutThread()
    manager.settle()
    return manager
  }

  private static let web = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 3
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: "nginx:1", ports: [{name: http, containerPort: 80}]}]}
    """

  private func patch(_ cluster: TestCluster, _ kind: String, _ name: String, _ patch: JSONValue)
    throws
  {
    _ = try cluster.api.patch(
      try cluster.type(kind, "apps/v1"), "default", name, .strategic, patch, WriteOptions())
  }

  private func active(_ cluster: TestCluster) -> [JSONValue] {
    cluster.api.objects("pods", namespace: "default").filter(Pods.isActive)
  }

  @Test("a deployment becomes a replica set and its pods, and reports when they are available")
  func deployment() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(Self.web)
    manager.settle()
    let sets = cluster.api.objects("apps/replicasets")
    #expect(sets.count == 1 && sets[0].number("spec", "replicas") == 3)
    #expect(active(cluster).count == 3)
    #expect(active(cluster).allSatisfy { $0.labels["pod-template-hash"] != nil })
    try cluster.startPods()
    manager.settle()
    let deployment = cluster.api.objects("apps/deployments")[0]
    #expect(deployment.number("status", "availableReplicas") == 3)
    #expect(deployment.isCondition("Available"))
    #expect(deployment.condition("Progressing")?.text("reason") == "NewReplicaSetAvailable")
    #expect(deployment.annotations["deployment.kubernetes.io/revision"] == "1")
    let reasons = Set(cluster.api.objects("events").map { $0.text("reason") })
    #expect(reasons.isSuperset(of: ["ScalingReplicaSet", "SuccessfulCreate"]))
  }

  @Test("a rolling update never has fewer available pods than it may, nor more pods than it may")
  func rollingUpdate() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(Self.web)
    manager.settle()
    try cluster.startPods()
    manager.settle()
    try patch(
      cluster, "Deployment", "web",
      ["spec": ["template": ["spec": ["containers": [["name": "web", "image": "nginx:2"]]]]]])
    var rounds = 0
    while rounds < 20 {
      manager.settle()
      let pods = active(cluster)
      // 25 % of 3: one more at the most, none less.
      #expect(pods.count <= 4)
      #expect(pods.count(where: Pods.isReady) >= 3)
      let images = Set(pods.map { $0.list("spec", "containers")[0].text("image") })
      if images == ["nginx:2"], pods.count == 3, pods.allSatisfy(Pods.isReady) { break }
      try cluster.startPods()
      rounds += 1
    }
    #expect(rounds < 20)
    manager.settle()
    let deployment = cluster.api.objects("apps/deployments")[0]
    #expect(deployment.annotations["deployment.kubernetes.io/revision"] == "2")
    #expect(deployment.number("status", "updatedReplicas") == 3)
    #expect(
      cluster.api.objects("apps/replicasets").map { $0.number("spec", "replicas") ?? -1 }.sorted()
        == [0, 3])
    // Going back makes the old replica set the newest.
    try patch(
      cluster, "Deployment", "web",
      ["spec": ["template": ["spec": ["containers": [["name": "web", "image": "nginx:1"]]]]]])
    manager.settle()
    #expect(cluster.api.objects("apps/replicasets").count == 2)
    #expect(
      cluster.api.objects("apps/deployments")[0]
        .annotations["deployment.kubernetes.io/revision"] == "3")
  }

  @Test("Recreate stops everything old before anything new begins")
  func recreate() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(
      Self.web.replacing("replicas: 3", with: "replicas: 2\n  strategy: {type: Recreate}"))
    manager.settle()
    try cluster.startPods()
    manager.settle()
    for pod in active(cluster) { try cluster.api.bind(pod, to: "n") }
    try patch(
      cluster, "Deployment", "web",
      ["spec": ["template": ["spec": ["containers": [["name": "web", "image": "nginx:2"]]]]]])
    manager.settle()
    // The old ones have their grace; nothing new may begin.
    #expect(cluster.api.objects("pods").count == 2)
    #expect(cluster.api.objects("pods").filter(\.isBeingDeleted).count == 2)
    var options = DeleteOptions()
    options.gracePeriodSeconds = 0
    for pod in cluster.api.objects("pods") {
      try cluster.api.delete(try cluster.type("Pod"), "default", pod.name, options)
    }
    manager.settle()
    #expect(active(cluster).count == 2)
    #expect(
      active(cluster).allSatisfy { $0.list("spec", "containers")[0].text("image") == "nginx:2" })
  }

  @Test("a roll-out that gets nowhere says so after its deadline")
  func deadline() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(
      Self.web.replacing("replicas: 3", with: "replicas: 3\n  progressDeadlineSeconds: 60"))
    manager.settle()
    cluster.testClock.advance(seconds: 62)
    manager.settle()
    let progressing = cluster.api.objects("apps/deployments")[0].condition("Progressing")
    #expect(progressing?.text("reason") == "ProgressDeadlineExceeded")
    #expect(progressing?.text("status") == "False")
  }

  @Test("a replica set replaces what is lost, gives up the least useful first, and adopts orphans")
  func replicaSet() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(
      """
      {apiVersion: v1, kind: Pod, metadata: {name: orphan, labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}
      ---
      {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: rs}, spec: {replicas: 3, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}
      """)
    manager.settle()
    #expect(active(cluster).count == 3)
    #expect(
      cluster.api.store.get(ObjectKey("pods", "default", "orphan"))?.value.controllerReference?
        .text("name") == "rs")
    try cluster.startPods()
    // One more that is not ready is the first to go.
    try patch(cluster, "ReplicaSet", "rs", ["spec": ["replicas": 4]])
    manager.settle()
    try patch(cluster, "ReplicaSet", "rs", ["spec": ["replicas": 3]])
    manager.settle()
    #expect(active(cluster).count == 3)
    #expect(active(cluster).allSatisfy(Pods.isReady))
    try cluster.api.delete(try cluster.type("Pod"), "default", "orphan")
    manager.settle()
    #expect(active(cluster).count == 3)
    // A pod whose labels change is let go and replaced.
    let name = active(cluster)[0].name
    _ = try cluster.api.patch(
      try cluster.type("Pod"), "default", name, .merge,
      ["metadata": ["labels": ["a": "other"]]], WriteOptions())
    manager.settle()
    #expect(active(cluster).count == 4)
    #expect(
      cluster.api.store.get(ObjectKey("pods", "default", name))?.value.controllerReference == nil)
  }

  @Test("what belongs to something that is gone goes too; orphans stay")
  func garbage() throws {
    for orphan in [false, true] {
      let cluster = try TestCluster()
      let manager = try start(cluster)
      try cluster.apply(Self.web)
      manager.settle()
      var options = DeleteOptions()
      options.propagation = orphan ? "Orphan" : "Background"
      try cluster.api.delete(try cluster.type("Deployment", "apps/v1"), "default", "web", options)
      manager.settle()
      #expect(cluster.api.objects("apps/deployments").isEmpty)
      #expect(cluster.api.objects("apps/replicasets").count == (orphan ? 1 : 0))
      #expect(active(cluster).count == (orphan ? 3 : 0))
    }
  }

  @Test("in the foreground the owner goes last")
  func foreground() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(Self.web)
    manager.settle()
    for pod in active(cluster) { try cluster.api.bind(pod, to: "n") }
    var options = DeleteOptions()
    options.propagation = "Foreground"
    try cluster.api.delete(try cluster.type("Deployment", "apps/v1"), "default", "web", options)
    manager.settle()
    #expect(cluster.api.objects("apps/deployments").count == 1)
    options.gracePeriodSeconds = 0
    options.propagation = nil
    for pod in cluster.api.objects("pods") {
      try cluster.api.delete(try cluster.type("Pod"), "default", pod.name, options)
    }
    manager.settle()
    #expect(cluster.api.objects("apps/deployments").isEmpty)
  }

  @Test("a namespace takes everything in it along")
  func namespace() throws {
    let cluster = try TestCluster("team")
    let manager = try start(cluster)
    try cluster.create([
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": ["name": "a", "namespace": "team", "finalizers": ["example.com/hold"]],
    ])
    try cluster.api.delete(try cluster.type("Namespace"), "", "team")
    manager.settle()
    #expect(cluster.api.store.get(ObjectKey("namespaces", "", "team")) != nil)
    #expect(cluster.api.objects("serviceaccounts", namespace: "team").isEmpty)
    _ = try cluster.api.patch(
      try cluster.type("ConfigMap"), "team", "a", .merge, ["metadata": ["finalizers": .null]],
      WriteOptions())
    manager.settle()
    #expect(cluster.api.store.get(ObjectKey("namespaces", "", "team")) == nil)
  }

  @Test("endpoints are the pods that a service selects, by readiness and named ports")
  func endpoints() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(Self.web)
    try cluster.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 8080, targetPort: http}]}}"
    )
    manager.settle()
    #expect(cluster.api.objects("endpoints")[0]["subsets"] == nil)
    try cluster.startPods()
    manager.settle()
    let subset = cluster.api.objects("endpoints")[0].list("subsets")[0]
    let addresses = subset.list("addresses").map { $0.text("ip") }
    #expect(addresses.count == 3)
    #expect(addresses == addresses.sorted(), "by the text of the address")
    #expect(subset.list("ports")[0].number("port") == 80)
    let slice = cluster.api.objects("discovery.k8s.io/endpointslices")[0]
    #expect(slice.list("endpoints").count == 3)
    #expect(slice.labels["kubernetes.io/service-name"] == "web")
    // A selector that matches nothing leaves nothing.
    _ = try cluster.api.patch(
      try cluster.type("Service"), "default", "web", .merge,
      ["spec": ["selector": ["app": "wrong"]]], WriteOptions())
    manager.settle()
    #expect(cluster.api.objects("endpoints")[0]["subsets"] == nil)
  }

  @Test("a daemon set has a pod on every node that suits, and follows nodes that come")
  func daemonSet() throws {
    let cluster = try TestCluster()
    let manager = try start(nodes: 2, cluster)
    try cluster.apply(
      "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}"
    )
    manager.settle()
    #expect(Set(active(cluster).map { $0.text("spec", "nodeName") }) == ["n0", "n1"])
    _ = try cluster.api.patch(
      try cluster.type("DaemonSet", "apps/v1"), "default", "d", .merge,
      ["spec": ["template": ["spec": ["nodeSelector": ["disk": "ssd"]]]]], WriteOptions())
    manager.settle()
    #expect(
      cluster.api.objects("apps/daemonsets")[0].number("status", "desiredNumberScheduled") == 0)
  }

  @Test("a stateful set makes its pods in order and keeps their names and claims")
  func statefulSet() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        serviceName: db
        replicas: 3
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {containers: [{name: db, image: db}]}
        volumeClaimTemplates:
        - metadata: {name: data}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """)
    manager.settle()
    #expect(names(active(cluster)) == ["db-0"])
    try cluster.startPods()
    manager.settle()
    #expect(names(active(cluster)) == ["db-0", "db-1"])
    try cluster.startPods()
    manager.settle()
    try cluster.startPods()
    manager.settle()
    #expect(names(active(cluster)) == ["db-0", "db-1", "db-2"])
    #expect(
      names(cluster.api.objects("persistentvolumeclaims")) == [
        "data-db-0", "data-db-1", "data-db-2",
      ])
    #expect(active(cluster)[1].text("spec", "hostname") == "db-1")
    try patch(cluster, "StatefulSet", "db", ["spec": ["replicas": 1]])
    manager.settle()
    #expect(names(active(cluster)) == ["db-0"])
    #expect(cluster.api.objects("persistentvolumeclaims").count == 3)
    // A new template replaces the pod under the same name.
    let uid = active(cluster)[0].uid
    try patch(
      cluster, "StatefulSet", "db",
      ["spec": ["template": ["spec": ["containers": [["name": "db", "image": "db:2"]]]]]])
    manager.settle()
    #expect(names(active(cluster)) == ["db-0"] && active(cluster)[0].uid != uid)
    #expect(cluster.api.objects("apps/controllerrevisions").count == 2)
  }

  private func finish(_ cluster: TestCluster, _ phase: String, limit: Int = 100) throws {
    for pod in active(cluster).prefix(limit) {
      try cluster.api.change(try cluster.type("Pod"), "default", pod.name, subresource: "status") {
        var pod = $0
        pod.set("status", "phase", to: .string(phase))
        return pod
      }
    }
  }

  @Test("a job ends when enough of its pods have succeeded")
  func job() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(
      "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {completions: 3, parallelism: 2, template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}"
    )
    manager.settle()
    #expect(active(cluster).count == 2)
    try finish(cluster, "Succeeded")
    manager.settle()
    #expect(active(cluster).count == 1)
    try finish(cluster, "Succeeded")
    manager.settle()
    let job = cluster.api.objects("batch/jobs")[0]
    #expect(job.isCondition("Complete") && job.number("status", "succeeded") == 3)
    #expect(job.at("status", "completionTime") != nil)
  }

  @Test("a job fails after too many failures, with waits between them")
  func failingJob() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(
      "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {backoffLimit: 1, template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}"
    )
    manager.settle()
    try finish(cluster, "Failed")
    manager.settle()
    cluster.testClock.advance(seconds: 30)
    manager.settle()
    try finish(cluster, "Failed")
    manager.settle()
    let job = cluster.api.objects("batch/jobs")[0]
    #expect(job.condition("Failed")?.text("reason") == "BackoffLimitExceeded")
  }

  @Test("an indexed job gives every pod its number")
  func indexedJob() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(
      "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {completionMode: Indexed, completions: 3, parallelism: 3, template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}"
    )
    manager.settle()
    let key = "batch.kubernetes.io/job-completion-index"
    #expect(Set(active(cluster).compactMap { $0.annotations[key] }) == ["0", "1", "2"])
    try finish(cluster, "Succeeded")
    manager.settle()
    #expect(cluster.api.objects("batch/jobs")[0].text("status", "completedIndexes") == "0-2")
  }

  @Test("a cron job makes jobs at its times and keeps the last few")
  func cronJob() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(
      "{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {schedule: '*/5 * * * *', successfulJobsHistoryLimit: 1, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}}"
    )
    manager.settle()
    #expect(cluster.api.objects("batch/jobs").isEmpty)
    for _ in 0..<3 {
      cluster.testClock.advance(seconds: 300)
      manager.settle()
      try finish(cluster, "Succeeded")
      manager.settle()
    }
    #expect(cluster.api.objects("batch/jobs").count == 1)
    #expect(
      cluster.api.objects("batch/cronjobs")[0].text("status", "lastScheduleTime")
        == "2025-01-01T00:15:00Z")
  }

  @Test("a silent node is marked, and its pods leave it after their patience")
  func silentNode() throws {
    let cluster = try TestCluster()
    let manager = try start(nodes: 1, cluster)
    try cluster.apply(
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}")
    manager.settle()
    #expect(active(cluster)[0].text("spec", "nodeName") == "n0")
    cluster.testClock.advance(seconds: 60)
    manager.settle()
    let node = cluster.api.objects("nodes")[0]
    #expect(node.condition("Ready")?.text("status") == "Unknown")
    #expect(
      node.list("spec", "taints").map { $0.text("key") }.allSatisfy {
        $0 == "node.kubernetes.io/unreachable"
      })
    cluster.testClock.advance(seconds: 301)
    manager.settle()
    #expect(active(cluster).isEmpty)
  }

  @Test("a disruption budget says how many pods may go, and eviction obeys it")
  func disruption() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(Self.web)
    try cluster.apply(
      "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}}"
    )
    manager.settle()
    try cluster.startPods()
    manager.settle()
    #expect(
      cluster.api.objects("policy/poddisruptionbudgets")[0].number("status", "disruptionsAllowed")
        == 1)
    let pods = active(cluster)
    try cluster.api.evict("default", pods[0].name, [:])
    #expect {
      try cluster.api.evict("default", pods[1].name, [:])
    } throws: { ($0 as? APIError)?.code == 429 }
  }

  @Test(
    "a schedule knows its next time",
    arguments: [
      ("*/5 * * * *", "2025-01-01T00:01:00Z", "2025-01-01T00:05:00Z"),
      ("0 9 * * 1-5", "2025-01-03T10:00:00Z", "2025-01-06T09:00:00Z"),
      ("30 4 1,15 * 5", "2025-01-01T05:00:00Z", "2025-01-03T04:30:00Z"),
      ("0 0 29 2 *", "2025-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
      ("@daily", "2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z"),
      ("15 10-12/2 * jan,mar sun", "2025-01-01T00:00:00Z", "2025-01-05T10:15:00Z"),
    ])
  func schedules(_ text: String, _ from: String, _ expected: String) throws {
    let start = try #require(RFC3339.nanoseconds(from)) / 1_000_000_000
    let next = try #require(try CronSchedule(text).next(after: start))
    #expect(RFC3339.text(next * 1_000_000_000) == expected)
  }

  @Test(
    "a schedule that is none is refused",
    arguments: ["", "* * * *", "60 * * * *", "a * * * *", "*/0 * * * *", "5-1 * * * *", "@never"])
  func badSchedules(_ text: String) {
    #expect(throws: CronSchedule.Problem.self) { try CronSchedule(text) }
  }
}
