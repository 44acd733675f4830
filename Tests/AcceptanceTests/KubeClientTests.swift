import Linux
import Testing

@Suite("Programs of others")
struct KubeClientTests {
  private static let python = HostProgram("python3")?.path ?? ""
  /// What keeps the Python client from running here; nil when nothing does.
  private static let obstacle: String? = {
    if let obstacle = KubeCluster.obstacle { return obstacle }
    guard !python.isEmpty else { return "needs python3" }
    let found = Sandbox.run(["-c", "import kubernetes"], program: python, environment: [:])
    return found.status == 0 ? nil : "needs Python's kubernetes (pip install kubernetes)"
  }()

  @Test(
    "the Python client makes, watches, patches, runs, reads and forwards",
    .enabled(if: obstacle == nil, "\(obstacle ?? "")"))
  func python() throws {
    let cluster = try KubeCluster()
    defer { cluster.close() }
    let up = cluster.dklab("kube up --name \(cluster.name)")
    try #require(up.status == 0, "\(up)")
    let script =
      String(#filePath.dropLast("KubeClientTests.swift".count)) + "Fixtures/kube/client.py"
    let result = Sandbox.run(
      [script], program: Self.python, environment: cluster.environment, seconds: 300)
    #expect(result.status == 0, "\(result)")
    #expect(
      result.lines == [
        "objects", "pages", "watch", "pod", "log", "exec", "port-forward", "deployment", "dynamic",
        "gone",
      ])
  }
}
