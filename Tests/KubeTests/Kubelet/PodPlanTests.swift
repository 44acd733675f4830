import Documents
import Support
import Testing

@testable import Kube

@Suite("The plan of a pod")
struct PodPlanTests {
  private let second: Int64 = 1_000_000_000
  private let now: Int64 = 1_800_000_000_000_000_000

  private func pod(_ spec: JSONValue, _ metadata: JSONValue = [:]) -> JSONValue {
    var pod: JSONValue = ["metadata": metadata, "spec": spec]
    pod.set("metadata", "name", to: "p")
    pod.set("metadata", "uid", to: "u")
    return pod
  }

  private func container(
    _ name: String, _ state: ObservedContainer.State = .running, code: Int = 0, attempt: Int = 0
  ) -> ObservedContainer {
    var container = ObservedContainer(id: "\(name).\(attempt)", podUID: "u", name: name)
    (container.state, container.exitCode, container.attempt) = (state, code, attempt)
    (container.startedAt, container.finishedAt) = (now - 5 * second, now - second)
    return container
  }

  private var sandbox: ObservedContainer { container(ObservedContainer.sandbox) }

  private func operations(
    _ pod: JSONValue, _ containers: [ObservedContainer], asked: [String: Int64] = [:],
    health: [String: PodPlan.Health] = [:]
  ) -> [PodPlan.Operation] {
    PodPlan(pod, containers, health: health, asked: asked, now: now).operations
  }

  private let sidecarPod: JSONValue = [
    "initContainers": [
      ["name": "first", "restartPolicy": "Always"], ["name": "prepare"],
      ["name": "second", "restartPolicy": "Always"],
    ],
    "containers": [["name": "main"]], "restartPolicy": "Never",
  ]

  @Test("the sandbox comes first, and while it is being started there is nothing to do")
  func sandboxFirst() {
    let pod = pod(["containers": [["name": "a"], ["name": "b"]]])
    #expect(operations(pod, []) == [.startSandbox])
    #expect(operations(pod, [container(ObservedContainer.sandbox, .created)]) == [])
    #expect(
      operations(pod, [sandbox]) == [.start(name: "a", attempt: 0), .start(name: "b", attempt: 0)])
  }

  @Test("without its sandbox a pod's containers are ended, and then it begins anew")
  func lostSandbox() {
    let pod = pod(["containers": [["name": "a"]]])
    let dead = container(ObservedContainer.sandbox, .exited, code: 137)
    #expect(operations(pod, [dead, container("a")]) == [.signal(id: "a.0", kill: true)])
    #expect(
      operations(pod, [dead, container("a", .exited)]) == [.remove(id: "POD.0"), .startSandbox])
  }

  @Test("init containers and sidecars begin one after the other")
  func sidecarsBegin() {
    let pod = pod(sidecarPod)
    #expect(operations(pod, [sandbox]) == [.start(name: "first", attempt: 0)])
    #expect(
      operations(pod, [sandbox, container("first")]) == [.start(name: "prepare", attempt: 0)])
    // A sidecar with a startup probe holds up what follows until that succeeds.
    #expect(
      operations(
        pod, [sandbox, container("first")], health: ["first": .init(isStarted: false)]) == [])
    let prepared = [sandbox, container("first"), container("prepare", .exited)]
    #expect(operations(pod, prepared) == [.start(name: "second", attempt: 0)])
    #expect(
      operations(pod, prepared + [container("second")]) == [.start(name: "main", attempt: 0)])
  }

  @Test("a sidecar that ends begins again; when the work is done it is asked to end")
  func sidecarsStay() {
    let pod = pod(sidecarPod)
    let prepared = [sandbox, container("prepare", .exited), container("second")]
    #expect(
      operations(pod, prepared + [container("first", .exited, code: 1), container("main")])
        == [.start(name: "first", attempt: 1)])
    let done = prepared + [container("first"), container("main", .exited)]
    #expect(operations(pod, done) == [.signal(id: "second.0", kill: false)])
  }

  @Test("at the end the containers go first, then the sidecars from the last on, then the sandbox")
  func order() {
    let pod = pod(sidecarPod, ["deletionTimestamp": .string(RFC3339.text(now + 10 * second))])
    let prepare = container("prepare", .exited)
    var living = [sandbox, prepare, container("first"), container("second"), container("main")]
    #expect(operations(pod, living) == [.signal(id: "main.0", kill: false)])
    living[4] = container("main", .exited)
    #expect(operations(pod, living) == [.signal(id: "second.0", kill: false)])
    living[3] = container("second", .exited)
    #expect(operations(pod, living) == [.signal(id: "first.0", kill: false)])
    living[2] = container("first", .exited)
    #expect(operations(pod, living) == [.signal(id: "POD.0", kill: true)])
    living[0] = container(ObservedContainer.sandbox, .exited)
    #expect(
      operations(pod, living)
        == ["prepare", "first", "second", "main", "POD"].map { .remove(id: "\($0).0") } + [.finish])
  }

  @Test("what does not end when it is asked to is made to, when its grace is over")
  func grace() {
    let deleted = pod(
      ["containers": [["name": "a"]]], ["deletionTimestamp": .string(RFC3339.text(now))])
    #expect(operations(deleted, [sandbox, container("a")]) == [.signal(id: "a.0", kill: true)])
    let unwell = pod(["containers": [["name": "a"]], "terminationGracePeriodSeconds": 5])
    let health = ["a": PodPlan.Health(mustRestart: true)]
    for (since, kills) in [(now, false), (now - 4 * second, false), (now - 5 * second, true)] {
      #expect(
        operations(unwell, [sandbox, container("a")], asked: ["a.0": since], health: health)
          == [.signal(id: "a.0", kill: kills)])
    }
  }

  @Test("a pod that is deleted while a container is being started waits for it")
  func deletedMeanwhile() {
    let pod = pod(
      ["containers": [["name": "a"]]], ["deletionTimestamp": .string(RFC3339.text(now + second))])
    #expect(operations(pod, [sandbox, container("a", .created)]) == [])
    #expect(operations(pod, [container(ObservedContainer.sandbox, .created)]) == [])
  }

  @Test("an ephemeral container begins once, beside whatever else goes on")
  func ephemeral() {
    let pod = pod([
      "containers": [["name": "a"]], "ephemeralContainers": [["name": "debugger"]],
    ])
    #expect(
      operations(pod, [sandbox, container("a")]) == [.start(name: "debugger", attempt: 0)])
    #expect(operations(pod, [sandbox, container("a"), container("debugger", .exited)]) == [])
  }

  @Test("the first restart comes at once, the next ones later and later")
  func backoff() {
    let pod = pod(["containers": [["name": "a"]]])
    func plan(_ attempt: Int, ended ago: Int64) -> PodPlan {
      var last = container("a", .exited, code: 1, attempt: attempt)
      last.finishedAt = now - ago * second
      return PodPlan(pod, [sandbox, last], now: now)
    }
    #expect(plan(0, ended: 0).operations == [.start(name: "a", attempt: 1)])
    #expect(plan(1, ended: 9).operations == [] && plan(1, ended: 9).again == now + second)
    #expect(plan(1, ended: 10).operations == [.start(name: "a", attempt: 2)])
    #expect(plan(4, ended: 79).operations == [])
    #expect(plan(9, ended: 300).operations == [.start(name: "a", attempt: 10)])
  }

  @Test("a container that cannot start holds up neither itself for ever nor the others")
  func cannotStart() {
    let pod = pod(["containers": [["name": "a"], ["name": "b"]]])
    var failed = container("a", .exited, code: 127, attempt: 1)
    (failed.startedAt, failed.error) = (0, "no such program")
    let plan = PodPlan(pod, [sandbox, failed], now: now)
    #expect(plan.operations == [.start(name: "b", attempt: 0)])
    #expect(plan.again == failed.finishedAt + 10 * second)
  }

  @Test("seconds without end are a long time, and no more")
  func longTimes() throws {
    var pod = pod([
      "containers": [["name": "main"]], "activeDeadlineSeconds": .integer(.max),
      "terminationGracePeriodSeconds": .integer(.max), "nodeName": "one",
    ])
    pod.set("status", "startTime", to: "2027-01-15T08:00:00Z")
    let running = [sandbox, container("main")]
    #expect(operations(pod, running) == [])
    #expect(PodStatus(pod, running, hostAddress: "127.0.0.1", now: now).json.text("reason") == "")
    pod.set("metadata", "deletionTimestamp", to: "2027-01-15T08:00:00Z")
    #expect(operations(pod, running).contains(.signal(id: "main.0", kill: true)))
    let failed = PodPlan.Health(mustRestart: true, grace: .max)
    pod.set("metadata", "deletionTimestamp", to: nil)
    #expect(
      operations(pod, running, health: ["main": failed]) == [.signal(id: "main.0", kill: false)])
  }

  @Test("a pod may be asked to end within any time")
  func longGrace() throws {
    let cluster = try TestCluster()
    let spec: JSONValue = [
      "containers": [["name": "main", "image": "busybox"]], "nodeName": "one",
      "terminationGracePeriodSeconds": .integer(.max),
    ]
    let type = try cluster.type("Pod")
    for name in ["one", "two"] {
      try cluster.create([
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)], "spec": spec,
      ])
    }
    var options = DeleteOptions()
    try cluster.api.delete(type, "default", "one", options)
    options.gracePeriodSeconds = .max
    try cluster.api.delete(type, "default", "two", options)
    for name in ["one", "two"] {
      let pod = try cluster.api.get(type, "default", name)
      #expect(pod.number("metadata", "deletionGracePeriodSeconds") == 2_147_483_647)
    }
    let error = #expect(throws: APIError.self) {
      var wrong = spec
      wrong["activeDeadlineSeconds"] = .integer(.max)
      try cluster.create([
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "three"], "spec": wrong,
      ])
    }
    #expect(error?.message.contains("must be between 1 and 2147483647, inclusive") == true)
  }
}
