import Documents
import Glibc
import Linux
import Testing

@Suite("kubectl", .enabled(if: KubeCluster.obstacle == nil, "\(KubeCluster.obstacle ?? "")"))
struct KubectlTests {
  private static let fixtures =
    String(#filePath.dropLast("KubectlTests.swift".count)) + "Fixtures/kubectl"

  /// Words of a line; a backslash keeps the space behind it.
  private static func words(_ line: Substring) -> [String] {
    line.replacing("\\ ", with: "\u{1}").split(separator: " ").map {
      String($0).replacing("\u{1}", with: " ").replacing("FIXTURES", with: fixtures)
    }
  }

  @Test("the genuine one works through a session: every verb, every answer as expected")
  func session() throws {
    let cluster = try KubeCluster(["KUBE_EDITOR": "sed -i s/blue/green/"])
    defer { cluster.close() }
    let up = cluster.dklab("kube up --name \(cluster.name)")
    #expect(up.status == 0, "\(up)")
    let text = try File.text("\(Self.fixtures)/session")
    var count = 0
    for block in ("\n" + text).split(separator: "\n$ ").dropFirst() {
      let lines = block.split(separator: "\n")
      let result = cluster.kubectl(Self.words(lines[0]))
      let status = lines.first { $0.hasPrefix("! ") }.flatMap { Int32($0.dropFirst(2)) } ?? 0
      let output = result.output + result.errors
      #expect(result.status == status, "kubectl \(lines[0])\n\(output)")
      for wanted in lines.dropFirst() where !wanted.hasPrefix("! ") {
        #expect(output.contains(wanted), "kubectl \(lines[0]): no `\(wanted)` in\n\(output)")
      }
      count += 1
    }
    #expect(count > 120)
  }

  @Test("a kubeconfig that holds other clusters keeps them")
  func kubeconfig() throws {
    let cluster = try KubeCluster()
    let other = """
      apiVersion: v1
      kind: Config
      clusters:
      - name: work
        cluster: {server: "https://work.example"}
      contexts:
      - name: work
        context: {cluster: work, user: me}
      users:
      - name: me
        user: {token: secret}
      current-context: work
      """
    try File.replace("\(cluster.home)/config", other)
    #expect(cluster.dklab("kube up --name \(cluster.name)").status == 0)
    let contexts = cluster.kubectl(["config", "get-contexts", "-o", "name"]).lines
    #expect(Set(contexts) == ["work", "dklab-\(cluster.name)"])
    #expect(cluster.kubectl(["config", "current-context"]).text == "dklab-\(cluster.name)")
    #expect(cluster.dklab("kube down --name \(cluster.name)").status == 0)
    let left = try File.text("\(cluster.home)/config")
    #expect(left.contains("https://work.example") && !left.contains(cluster.name))
    // What is no kubeconfig is not touched.
    try File.replace("\(cluster.home)/config", "- just\n- a list\n")
    let refused = cluster.dklab("kube up --name \(cluster.name)")
    #expect(refused.status != 0 && refused.errors.contains("not a kubeconfig file"))
    #expect(try File.text("\(cluster.home)/config") == "- just\n- a list\n")
    try? File.replace("\(cluster.home)/config", "")
    cluster.close()
  }
}
