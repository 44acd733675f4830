import Documents
import Support
import Testing

@testable import Kube

@Suite("Claims and volumes")
struct VolumeTests {
  private let cluster: TestCluster
  private let manager: ControllerManager

  init() throws {
    cluster = try TestCluster()
    manager = ControllerManager(api: cluster.api)
    try manager.startWithoutThread()
  }

  private func volume(_ name: String, _ size: String, _ more: String = "") throws {
    try cluster.apply(
      """
      apiVersion: v1
      kind: PersistentVolume
      metadata: {name: \(name)}
      spec:
        capacity: {storage: \(size)}
        accessModes: [ReadWriteOnce]
        hostPath: {path: /tmp/\(name)}
        \(more)
      """)
  }

  private func claim(_ name: String, _ size: String, _ more: String = "") throws {
    try cluster.apply(
      """
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: \(name)}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: \(size)}}
        \(more)
      """)
    manager.settle()
  }

  private func user(_ claim: String) throws {
    try cluster.apply(
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: user}
      spec:
        containers: [{name: c, image: busybox}]
        volumes: [{name: data, persistentVolumeClaim: {claimName: \(claim)}}]
      """)
    manager.settle()
  }

  private func delete(_ kind: String, _ name: String, grace: Int? = nil) throws {
    var options = DeleteOptions()
    options.gracePeriodSeconds = grace
    let type = try cluster.type(kind)
    _ = try cluster.api.delete(type, type.isNamespaced ? "default" : "", name, options)
    manager.settle()
  }

  private func claim(_ name: String) -> JSONValue? {
    cluster.api.objects("persistentvolumeclaims").first { $0.name == name }
  }

  private func phase(_ volume: String) -> String? {
    cluster.api.objects("persistentvolumes").first { $0.name == volume }?.text("status", "phase")
  }

  private func reasons(_ name: String) -> [String] {
    cluster.api.objects("events").filter { $0.text("involvedObject", "name") == name }
      .map { $0.text("reason") }
  }

  @Test("a claim takes the smallest volume that has all it asks for")
  func smallest() throws {
    try volume("huge", "10Gi")
    try volume("small", "1Gi")
    try volume("fitting", "3Gi")
    try volume("elsewhere", "2Gi", "storageClassName: fast")
    try claim("data", "2Gi")
    let bound = claim("data")
    #expect(bound?.text("spec", "volumeName") == "fitting")
    #expect(bound?.text("status", "phase") == "Bound")
    #expect(bound?.text("status", "capacity", "storage") == "3Gi")
    #expect(phase("fitting") == "Bound" && phase("huge") == "Available")
    try claim("fast", "1Gi", "storageClassName: fast")
    #expect(claim("fast")?.text("spec", "volumeName") == "elsewhere")
  }

  @Test("a claim that nothing fits waits, says why, and is bound when something comes")
  func late() throws {
    try claim("data", "2Gi")
    #expect(claim("data")?.text("status", "phase") == "Pending")
    #expect(reasons("data") == ["FailedBinding"])
    try volume("first", "1Gi")
    try volume("second", "2Gi", "claimRef: {namespace: default, name: other}")
    manager.settle()
    #expect(claim("data")?.text("spec", "volumeName") == "")
    try volume("third", "2Gi")
    manager.settle()
    #expect(claim("data")?.text("spec", "volumeName") == "third")
    // The one that was set aside goes to whom it was set aside for, though there are smaller ones.
    try claim("other", "1Gi")
    #expect(claim("other")?.text("spec", "volumeName") == "second")
    try claim("odd", "1Gi", "storageClassName: nothing")
    #expect(reasons("odd") == ["ProvisioningFailed"])
  }

  @Test("a volume whose claim is gone is Released and nobody else's; with Delete it goes")
  func release() throws {
    try volume("kept", "1Gi")
    try volume("thrown", "2Gi", "persistentVolumeReclaimPolicy: Delete")
    try claim("one", "1Gi")
    try claim("two", "2Gi")
    try delete("PersistentVolumeClaim", "one")
    try delete("PersistentVolumeClaim", "two")
    #expect(phase("kept") == "Released" && phase("thrown") == nil)
    try claim("one", "1Gi")
    #expect(claim("one")?.text("status", "phase") == "Pending")
  }

  @Test("a claim stays as long as a pod uses it, and a volume as long as a claim has it")
  func guards() throws {
    try volume("v", "1Gi")
    try claim("data", "1Gi")
    try user("data")
    try delete("PersistentVolume", "v")
    try delete("PersistentVolumeClaim", "data")
    #expect(claim("data")?.isBeingDeleted == true && phase("v") == "Bound")
    try delete("Pod", "user", grace: 0)
    #expect(claim("data") == nil && phase("v") == nil)
  }

  @Test("a claim whose volume is gone is Lost")
  func lost() throws {
    try volume("v", "1Gi")
    try claim("data", "1Gi")
    let key = ObjectKey("persistentvolumes", "", "v")
    // Past its finalizer: as if somebody had forced it.
    let stored = try #require(cluster.api.store.get(key))
    _ = try cluster.api.store.delete(key, stored.value, from: stored.revision)
    manager.settle()
    #expect(claim("data")?.text("status", "phase") == "Lost")
    #expect(reasons("data").contains("ClaimLost"))
  }
}
