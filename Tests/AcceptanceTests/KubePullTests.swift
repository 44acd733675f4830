import Glibc
import Linux
import Testing

@Suite(
  "Images that pods wait for",
  .enabled(if: KubeCluster.obstacle == nil, "\(KubeCluster.obstacle ?? "")"))
struct KubePullTests {
  /// A socket on loopback that takes connections and never answers: a registry that hangs.
  private final class SilentServer {
    private let socket: Int32
    let port: UInt16

    init() throws {
      socket = try check(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "socket")
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let number = socket
      let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(number, $0, size) == 0 && listen(number, 16) == 0
            && getsockname(number, $0, &size) == 0
        }
      }
      try #require(bound)
      port = UInt16(bigEndian: address.sin_port)
    }

    func close() { Glibc.close(socket) }
  }

  private func pod(_ name: String, _ image: String) -> String {
    """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name)}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: '\(image)', command: [sleep, '1000']}]

    """
  }

  @Test("a registry that hangs holds up its own pods only, and one transfer serves all who wait")
  func pulls() throws {
    let cluster = try KubeCluster()
    defer { cluster.close() }
    let silent = try SilentServer()
    var isClosed = false
    defer { if !isClosed { silent.close() } }
    let registry = try OwnRegistry()
    defer { registry.close() }
    let image = "\(registry.name)/me/box:1"
    let box = try Sandbox()
    defer { box.close() }
    for line in ["pull busybox", "tag busybox \(image)", "push \(image)"] {
      let result = box.run(line)
      try #require(result.status == 0, "\(result)")
    }
    let up = cluster.dklab("kube up --name \(cluster.name)")
    try #require(up.status == 0, "\(up)")
    let hanging = "localhost:\(silent.port)/me/never:1"
    cluster.apply(pod("hangs", hanging) + pod("hangs-too", hanging))
    func events(_ pod: String) -> String { cluster.kubectl("events --for pod/\(pod)").output }
    #expect(eventually { events("hangs-too").contains("Pulling image \"\(hanging)\"") })

    cluster.apply(pod("quick", "busybox") + pod("one", image) + pod("two", image))
    cluster.wait("--for=condition=Ready pod/quick pod/one pod/two")
    let told = events("one") + events("two")
    #expect(told.contains("Successfully pulled image \"\(image)\" in "), "\(told)")
    #expect(told.contains(" including waiting). Image size: "), "\(told)")
    let gets = registry.printed.split(separator: "\n").filter {
      $0.hasPrefix("GET ") && $0.contains("/blobs/")
    }
    #expect(Set(gets).count == gets.count, "\(gets)")

    // Nobody is held up by what is still on its way, not even its own pod's end.
    let state = "jsonpath={.status.containerStatuses[0].state.waiting.reason}"
    #expect(cluster.kubectl(["get", "pod", "hangs", "-o", state]).output == "ContainerCreating")
    #expect(cluster.kubectl("delete pod hangs --timeout=30s").status == 0)
    silent.close()
    isClosed = true
    let failed = eventually(within: 60) {
      ["ErrImagePull", "ImagePullBackOff"].contains(
        cluster.kubectl(["get", "pod", "hangs-too", "-o", state]).output)
    }
    #expect(failed, "\(events("hangs-too"))")
    #expect(events("hangs-too").contains("Failed to pull image \"\(hanging)\": "))
  }
}
