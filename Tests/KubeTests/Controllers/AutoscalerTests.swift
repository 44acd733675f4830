import Documents
import Support
import Testing

@testable import Kube

@Suite("Autoscalers")
struct AutoscalerTests {
  private let cluster: TestCluster
  private let manager: ControllerManager
  private let metrics = MetricsBook()

  init() throws {
    cluster = try TestCluster()
    manager = ControllerManager(api: cluster.api, metrics: metrics)
    try manager.startWithoutThread()
  }

  /// A deployment whose container requests 100m, and its autoscaler.
  private func begin(
    _ replicas: Int, _ spec: String, requests: String = "{cpu: 100m, memory: 10Mi}"
  ) throws {
    try cluster.apply(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: \(replicas)
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - {name: web, image: busybox, resources: {requests: \(requests)}}
      ---
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      \(spec.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
      """)
    manager.settle()
    try start()
  }

  /// The pods run and are ready, and have been for long.
  private func start() throws {
    let now = cluster.testClock.now
    for pod in cluster.api.objects("pods") where pod.text("status", "startTime").isEmpty {
      try cluster.api.change(
        try cluster.type("Pod"), pod.namespace, pod.name, subresource: "status"
      ) { pod in
        var pod = pod
        let time = RFC3339.text(now - 3_600_000_000_000)
        pod.set("status", "phase", to: "Running")
        pod.set("status", "startTime", to: .string(time))
        Conditions.set(&pod, "Ready", status: true, now: time)
        return pod
      }
    }
    manager.settle()
  }

  /// For so many seconds each pod uses so many thousandths of a processor, and all autoscalers look.
  private func load(_ milli: Int, for seconds: Int = 15, memory: UInt64 = 10 << 20) throws {
    var left = seconds
    while left > 0 {
      for step in [1, 15] {
        cluster.testClock.advance(seconds: step)
        let now = cluster.testClock.now
        let pods = cluster.api.objects("pods").filter { !$0.isBeingDeleted }
        metrics.take(
          UsageSample(
            node: "node", time: now, machine: .init(cpu: 0, memory: 0),
            containers: pods.map { pod in
              UsageSample.Container(
                id: pod.uid, namespace: pod.namespace, pod: pod.name, name: "web",
                startedAt: now - 100_000_000_000,
                reading: .init(cpu: UInt64((step - 1) * milli) * 15_000_000 / 14, memory: memory))
            }))
      }
      manager.settle()
      try start()
      left -= 15
    }
  }

  private var replicas: Int? {
    cluster.api.objects("apps/deployments").first?.number("spec", "replicas")
  }

  private var scaler: JSONValue {
    cluster.api.objects("autoscaling/horizontalpodautoscalers").first ?? .null
  }

  private func reason(_ condition: String) -> String {
    let found = scaler.list("status", "conditions").first { $0.text("type") == condition }
    return (found?.text("status") ?? "") + " " + (found?.text("reason") ?? "")
  }

  private func events(_ reason: String) -> [String] {
    cluster.api.objects("events").filter { $0.text("reason") == reason }.map { $0.text("message") }
  }

  @Test("keep their target within its bounds whatever it uses")
  func bounds() throws {
    try begin(1, "minReplicas: 3\nmaxReplicas: 5")
    #expect(replicas == 3 && reason("AbleToScale") == "True SucceededRescale")
    #expect(
      events("SuccessfulRescale") == [
        "New size: 3; reason: Current number of replicas below Spec.MinReplicas"
      ])
    _ = try cluster.api.patch(
      try cluster.type("Deployment", "apps/v1"), "default", "web", .merge,
      ["spec": ["replicas": 9]], WriteOptions())
    manager.settle()
    #expect(replicas == 5)
  }

  @Test("scale up at once, at most to twice as many or four, and down only after five minutes")
  func utilization() throws {
    try begin(
      1,
      "maxReplicas: 10\nmetrics: [{type: Resource, resource: {name: cpu, target: "
        + "{type: Utilization, averageUtilization: 50}}}]")
    #expect(reason("ScalingActive") == "False FailedGetResourceMetric")
    try load(54)
    // 54 % of 50 % is within the tolerance.
    #expect(replicas == 1 && reason("ScalingActive") == "True ValidMetricFound")
    #expect(reason("ScalingLimited") == "False DesiredWithinRange")
    #expect(
      scaler.list("status", "currentMetrics") == [
        [
          "type": "Resource",
          "resource": [
            "name": "cpu", "current": ["averageUtilization": 54, "averageValue": "54m"],
          ],
        ]
      ])
    try load(400)
    #expect(replicas == 4 && reason("ScalingLimited") == "True ScaleUpLimit")
    #expect(
      events("SuccessfulRescale") == [
        "New size: 4; reason: cpu resource utilization (percentage of request) above target"
      ])
    try load(400)
    #expect(replicas == 8)
    try load(400)
    #expect(replicas == 10 && reason("ScalingLimited") == "True TooManyReplicas")
    try load(10, for: 270)
    #expect(replicas == 10 && reason("AbleToScale") == "True ScaleDownStabilized")
    try load(10, for: 45)
    #expect(replicas == 2)
    #expect(events("SuccessfulRescale").contains("New size: 2; reason: All metrics below target"))
    #expect(scaler.number("status", "desiredReplicas") == 2)
  }

  @Test("follow an average value, and the metric that asks for most")
  func values() throws {
    try begin(
      2,
      "maxReplicas: 10\nmetrics:\n"
        + "- {type: Resource, resource: {name: cpu, target: "
        + "{type: Utilization, averageUtilization: 100}}}\n"
        + "- {type: Resource, resource: {name: memory, target: "
        + "{type: AverageValue, averageValue: 10Mi}}}")
    try load(100, memory: 15 << 20)
    #expect(replicas == 3)
    #expect(events("SuccessfulRescale") == ["New size: 3; reason: memory resource above target"])
  }

  @Test("go as fast as their policies say")
  func policies() throws {
    try begin(
      2,
      "maxReplicas: 20\nbehavior:\n"
        + "  scaleUp: {policies: [{type: Pods, value: 1, periodSeconds: 60}]}\n"
        + "  scaleDown: {stabilizationWindowSeconds: 0, selectPolicy: Min, policies: "
        + "[{type: Percent, value: 50, periodSeconds: 15}, {type: Pods, value: 1, periodSeconds: 30}]}"
    )
    try load(400)
    #expect(replicas == 3 && reason("ScalingLimited") == "True ScaleUpLimit")
    try load(400, for: 45)
    #expect(replicas == 3)
    try load(400)
    #expect(replicas == 4)
    try load(80, for: 45)
    try load(1)
    #expect(replicas == 3 && reason("ScalingLimited") == "True ScaleDownLimit")
    try load(1)
    #expect(replicas == 3)
    try load(1)
    #expect(replicas == 2)
  }

  @Test("say what they miss: requests, metrics, their target")
  func misses() throws {
    try begin(1, "maxReplicas: 4", requests: "{memory: 1Mi}")
    #expect(
      events("FailedGetResourceMetric") == [
        "failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned "
          + "from resource metrics API"
      ])
    try load(50)
    let pod = try #require(cluster.api.objects("pods").first).name
    let cause =
      "failed to get cpu utilization: missing request for cpu in container web of Pod \(pod)"
    #expect(events("FailedGetResourceMetric").contains(cause))
    #expect(
      events("FailedComputeMetricsReplicas").contains(
        "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric "
          + "value: " + cause))
    #expect(scaler.number("status", "currentReplicas") == 1)
    try cluster.apply(
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: lost}
      spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: gone}}
      """)
    manager.settle()
    #expect(events("FailedGetScale") == ["deployments.apps \"gone\" not found"])
  }

  @Test("a pod that only begins does not count while others need help, nor one without metrics")
  func beginnings() throws {
    try begin(
      3,
      "maxReplicas: 10\nmetrics: [{type: Resource, resource: {name: cpu, target: "
        + "{type: Utilization, averageUtilization: 50}}}]")
    let fresh = try #require(cluster.api.objects("pods").first)
    try cluster.api.change(
      try cluster.type("Pod"), fresh.namespace, fresh.name, subresource: "status"
    ) { pod in
      var pod = pod
      pod.set("status", "phase", to: "Pending")
      return pod
    }
    // Of 90 % and 90 % three pods would be needed for two; the third counts as idle: four, not six.
    try load(90)
    #expect(replicas == 4)
  }

  @Test("what is wrong with their rules is told")
  func validation() throws {
    let error = #expect(throws: APIError.self) {
      try begin(
        1,
        "maxReplicas: 2\nmetrics: [{type: Resource, resource: {name: cpu, target: {type: "
          + "Utilization}}}]\nbehavior: {scaleUp: {selectPolicy: Fast, stabilizationWindowSeconds: "
          + "4000, policies: [{type: Pods, value: 0, periodSeconds: 15}]}}")
    }
    let message = error?.message ?? ""
    for part in [
      "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization",
      "spec.behavior.scaleUp.selectPolicy: Unsupported value: \"Fast\"",
      "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600",
      "spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero",
    ] { #expect(message.contains(part), "\(message)") }
  }
}
