import Documents
import Linux
import Testing

@testable import Kube

@Suite("What a pod may write")
struct StorageLimitsTests {
  private let pod: JSONValue = [
    "metadata": ["name": "web", "uid": "u"],
    "spec": [
      "volumes": [
        ["name": "cache", "emptyDir": ["sizeLimit": "1Mi"]], ["name": "free", "emptyDir": [:]],
        ["name": "memory", "emptyDir": ["medium": "Memory", "sizeLimit": "1Ki"]],
      ],
      "containers": [
        ["name": "one", "resources": ["limits": ["ephemeral-storage": "2Mi"]]],
        ["name": "two", "resources": ["limits": ["ephemeral-storage": "4Mi"]]],
      ],
    ],
  ]

  private func words(_ volumes: [String: Int], _ containers: [String: Int]) -> String? {
    StorageLimits(pod: pod).verdict(
      volume: { volumes[$0] ?? 0 }, container: { containers[$0] ?? 0 })?.message
  }

  @Test("is measured by directory, by pod and by container, in the kubelet's words")
  func limits() {
    #expect(words(["cache": 1 << 20, "free": 1 << 20, "memory": 1 << 30], ["one": 1 << 20]) == nil)
    #expect(
      words(["cache": 1 << 20 + 1], [:])
        == "Usage of EmptyDir volume \"cache\" exceeds the limit \"1Mi\". ")
    #expect(
      words(["free": 5 << 20], ["two": 2 << 20])
        == "Pod ephemeral local storage usage exceeds the total limit of containers 6Mi. ")
    #expect(
      words([:], ["one": 3 << 20])
        == "Container one exceeded its local ephemeral storage limit \"2Mi\". ")
  }

  @Test("is not measured where there is no limit")
  func unlimited() {
    let free: JSONValue = [
      "spec": ["volumes": [["name": "v", "emptyDir": [:]]], "containers": [["name": "one"]]]
    ]
    #expect(!StorageLimits(pod: free).isLimited && StorageLimits(pod: pod).isLimited)
  }

  @Test("an evicted pod has failed, and ends at once")
  func evicted() throws {
    let verdict = try #require(
      StorageLimits(pod: pod).verdict(volume: { _ in 2 << 20 }, container: { _ in 0 }))
    let status = PodStatus(pod, [], verdict: verdict, hostAddress: "", now: 0).json
    #expect(status.text("phase") == "Failed" && status.text("reason") == "Evicted")
    #expect(status.text("message") == verdict.message)
    let condition = status.list("conditions").first { $0.text("type") == "DisruptionTarget" }
    #expect(condition?.text("reason") == "TerminationByKubelet")
  }

  @Test("files count by their blocks, once for all their names")
  func usage() throws {
    let path = "/tmp/dklab-usage-\(UInt32.random(in: 0 ... .max))"
    defer { try? Directory.removeTree(path) }
    try Directory.make("\(path)/a", mode: 0o755)
    let empty = DiskUsage.bytes(below: path)
    try File.replace("\(path)/a/file", [UInt8](repeating: 7, count: 1 << 20))
    let one = DiskUsage.bytes(below: path)
    #expect(one >= empty + 1 << 20 && one < empty + 2 << 20)
    #expect(DiskUsage.bytes(below: "\(path)/nothing") == 0)
  }
}
