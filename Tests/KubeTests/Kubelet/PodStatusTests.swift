import Documents
import Support
import Testing

@testable import Kube

@Suite("The status of a pod")
struct PodStatusTests {
  private let now: Int64 = 1_800_000_000_000_000_000

  private func container(
    _ name: String, _ state: ObservedContainer.State = .running, code: Int = 0, attempt: Int = 0
  ) -> ObservedContainer {
    var container = ObservedContainer(id: "\(name).\(attempt)", podUID: "u", name: name)
    (container.state, container.exitCode, container.attempt) = (state, code, attempt)
    (container.startedAt, container.finishedAt) = (now - 5_000_000_000, now - 1_000_000_000)
    return container
  }

  private func status(_ spec: JSONValue, _ containers: [ObservedContainer]) -> JSONValue {
    let pod: JSONValue = ["metadata": ["name": "p", "uid": "u"], "spec": spec]
    let sandbox = container(ObservedContainer.sandbox)
    return PodStatus(pod, [sandbox] + containers, hostAddress: "10.0.0.1", now: now).json
  }

  @Test("a pod is over when its sidecars have ended too")
  func sidecars() {
    let spec: JSONValue = [
      "initContainers": [["name": "side", "restartPolicy": "Always"]],
      "containers": [["name": "main"]], "restartPolicy": "Never",
    ]
    let done = container("main", .exited)
    #expect(status(spec, [container("side"), done]).text("phase") == "Running")
    #expect(status(spec, [container("side", .exited), done]).text("phase") == "Succeeded")
  }

  @Test("an init container that succeeded after failures has ended, and waits for nothing")
  func recoveredInit() {
    let spec: JSONValue = [
      "initContainers": [["name": "prepare"]], "containers": [["name": "main"]],
    ]
    let result = status(spec, [container("prepare", .exited, attempt: 2), container("main")])
    let prepare = result.list("initContainerStatuses").first
    #expect(prepare?.text("state", "terminated", "reason") == "Completed")
    let failing = status(spec, [container("prepare", .exited, code: 1, attempt: 2)])
    #expect(
      failing.list("initContainerStatuses").first?.text("state", "waiting", "reason")
        == "CrashLoopBackOff")
  }

  @Test("last words are a message, unless the container could not even start")
  func lastWords() {
    var ended = container("main", .exited, code: 3)
    ended.message = "the disk is full"
    let spec: JSONValue = ["containers": [["name": "main"]], "restartPolicy": "Never"]
    func message(_ container: ObservedContainer) -> String? {
      status(spec, [container]).list("containerStatuses").first?
        .text("state", "terminated", "message")
    }
    #expect(message(ended) == "the disk is full")
    ended.error = "no such program"
    #expect(message(ended) == "no such program")
  }

  @Test("ephemeral containers have statuses of their own and never make a pod ready or not")
  func ephemeral() {
    let spec: JSONValue = [
      "containers": [["name": "main"]], "ephemeralContainers": [["name": "debugger"]],
    ]
    let result = status(spec, [container("main"), container("debugger", .exited, code: 1)])
    let debugger = result.list("ephemeralContainerStatuses").first
    #expect(debugger?.number("state", "terminated", "exitCode") == 1)
    let pod: JSONValue = ["status": result]
    #expect(pod.isCondition("Ready"))
  }
}
