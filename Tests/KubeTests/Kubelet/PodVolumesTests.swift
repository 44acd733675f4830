import Documents
import Glibc
import Linux
import Testing

@testable import Kube

@Suite("The volumes of a pod")
struct PodVolumesTests {
  /// A namespace with one ConfigMap in it.
  private struct OneMap: ObjectSource {
    func object(_ plural: String, _ namespace: String, _ name: String) -> JSONValue? {
      plural == "configmaps" ? ["data": ["a": "1"]] : nil
    }
    func services(_ namespace: String) -> [JSONValue] { [] }
  }

  private func inVolumes(
    _ containers: [JSONValue] = [["name": "main"]], _ body: (PodVolumes, String) throws -> Void
  ) throws {
    let path = "/tmp/dklab-volumes-\(UInt32.random(in: 0 ... .max))"
    defer { try? Directory.removeTree(path) }
    let pod: JSONValue = [
      "metadata": ["name": "web", "namespace": "default", "uid": "u"],
      "spec": ["containers": .array(containers)],
    ]
    let environment = PodEnvironment(
      pod: pod, node: "one", hostAddress: "127.0.0.1", capacity: [:], source: OneMap())
    try body(
      PodVolumes(pod: pod, directory: path, environment: environment) { _ in "token" }, path)
  }

  private func mode(_ path: String) -> mode_t? {
    var info = stat()
    return stat(path, &info) == 0 ? info.st_mode & 0o7777 : nil
  }

  // A pod that was kept before the API knew better must not end the kubelet.

  @Test("have modes of nine bits, whatever number is said", arguments: [-1, 0o7777, Int64.max])
  func modes(number: Int64) throws {
    try inVolumes { volumes, path in
      _ = try volumes.path([
        "name": "v", "configMap": ["name": "m", "defaultMode": .integer(number)],
      ])
      #expect(mode("\(path)/volumes/v/a") == 0o777)
      _ = try volumes.path([
        "name": "w",
        "configMap": [
          "name": "m", "items": [["key": "a", "path": "b", "mode": .integer(number)]],
        ],
      ])
      #expect(mode("\(path)/volumes/w/b") == 0o777)
    }
  }

  @Test("that cannot be made are told of in the kubelet's words")
  func missing() throws {
    let path = "/tmp/dklab-volumes-\(UInt32.random(in: 0 ... .max))"
    defer { try? Directory.removeTree(path) }
    func words(_ volume: JSONValue) -> String {
      let pod: JSONValue = [
        "metadata": ["name": "web", "namespace": "default", "uid": "u"],
        "spec": ["containers": [["name": "main"]], "volumes": [volume]],
      ]
      let environment = PodEnvironment(
        pod: pod, node: "one", hostAddress: "127.0.0.1", capacity: [:], source: OneMap())
      let volumes = PodVolumes(pod: pod, directory: path, environment: environment) { _ in nil }
      do {
        try volumes.make()
        return ""
      } catch { return (error as? MountProblem)?.message ?? "\(error)" }
    }
    #expect(words(["name": "v", "configMap": ["name": "m"]]) == "")
    let start = "MountVolume.SetUp failed for volume \"v\" : "
    #expect(
      words(["name": "v", "secret": ["secretName": "s"]]) == start + "secret \"s\" not found")
    #expect(
      words(["name": "v", "configMap": ["name": "m", "items": [["key": "x", "path": "x"]]]])
        == start + "references non-existent config key: x")
    #expect(
      words(["name": "v", "hostPath": ["path": "/nowhere", "type": "Directory"]])
        == start + "hostPath type check failed: /nowhere is not a directory")
    #expect(
      words(["name": "v", "persistentVolumeClaim": ["claimName": "c"]])
        == "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed "
        + "to process volumes=[v]: error processing PVC default/c: failed to fetch PVC from API "
        + "server: persistentvolumeclaims \"c\" not found")
  }

  @Test("have tokens for any time", arguments: [Int64.max, Int64.min])
  func tokens(seconds: Int64) throws {
    try inVolumes { volumes, path in
      for _ in 0..<2 {
        _ = try volumes.path([
          "name": "v",
          "projected": [
            "sources": [
              ["serviceAccountToken": ["path": "t", "expirationSeconds": .integer(seconds)]]
            ]
          ],
        ])
        #expect(try File.text("\(path)/volumes/v/t") == "token")
      }
    }
  }

  @Test("and limits of any size")
  func limits() throws {
    let limits: JSONValue = ["memory": "9223372036854775807", "cpu": "9223372036854775807"]
    let container: JSONValue = ["name": "main", "resources": ["limits": limits]]
    try inVolumes([container, container]) { volumes, path in
      _ = try volumes.path(["name": "v", "emptyDir": [:]])
      #expect(File.isDirectory("\(path)/volumes/v"))
      let spec = try ContainerTranslation(pod: volumes.pod, sandboxID: "s").spec(
        container, attempt: 0, environment: [], volumes: [:])
      #expect(spec.host.cpuShares == 262_144)
      #expect(spec.host.memory == .max)
    }
    let huge = "170141183460469231731687303715"
    #expect(
      PodFields.resource(
        ["resource": "limits.memory"], ["resources": ["limits": ["memory": .string(huge)]]],
        node: [:]) == huge)
    #expect(
      PodFields.resource(
        ["resource": "limits.cpu", "divisor": "1"], ["resources": ["limits": ["cpu": "1100m"]]],
        node: [:]) == "2")
  }
}
