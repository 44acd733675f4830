// Pods that run because a file on the node says so. The kubelet makes an object for each, named after the file's
// pod and the node, so that everybody can see it; who deletes that object sees it come back, and who removes
// the file ends the pod.
//
// Simplification: the real kubelet starts them without asking any server, and so starts the control plane itself;
// ours needs the server once, and after that they go on without it like all pods.
//
// Next: Kubelet.swift

import Documents
import Linux
import Support

/// The manifests of one node: `*.yaml`, `*.yml` and `*.json` in a directory.
final class StaticPods {
  let directory: String
  private let node: String
  private let client: LocalClient
  private let changes: ChangeQueue
  private var complained: Set<String> = []
  static let source = "kubernetes.io/config.source"
  static let hash = "kubernetes.io/config.hash"
  static let mirror = "kubernetes.io/config.mirror"

  init(node: String, directory: String, client: LocalClient) throws {
    self.node = node
    self.directory = directory
    self.client = client
    try Directory.make(directory, mode: 0o700)
    changes = try ChangeQueue([directory])
  }

  /// Becomes readable when a file has changed.
  var descriptor: Int32 { changes.descriptor }

  /// Forgets the changes so far.
  func drain() { changes.drain() }

  /// The pods that the files ask for, as objects of the API.
  func wished() -> [JSONValue] {
    let names = ((try? Directory.list(directory)) ?? []).sorted()
    return names.flatMap { name -> [JSONValue] in
      guard !name.hasPrefix("."),
        ["yaml", "yml", "json"].contains(name.split(separator: ".").last.map(String.init) ?? "")
      else { return [] }
      let path = "\(directory)/\(name)"
      do {
        let text = try File.text(path, limit: 1 << 20)
        let documents = try YAMLDocument.parseAll(text, file: path).map(\.json)
        return documents.filter { $0.kind == "Pod" }.map { Self.mirrored($0, on: node) }
      } catch {
        if complained.insert("\(error)").inserted {
          StandardLog.print("kubelet: \(path): \(error)")
        }
        return []
      }
    }
  }

  /// The object that shows a file's pod.
  static func mirrored(_ manifest: JSONValue, on node: String) -> JSONValue {
    var pod = manifest
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in manifest.bytes() { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let mark = String(hash, radix: 16)
    pod.set("metadata", "name", to: .string("\(manifest.name)-\(node)"))
    pod.set(
      "metadata", "namespace",
      to: .string(manifest.namespace.isEmpty ? "default" : manifest.namespace))
    pod.set("metadata", "annotations", source, to: "file")
    pod.set("metadata", "annotations", Self.hash, to: .string(mark))
    pod.set("metadata", "annotations", mirror, to: .string(mark))
    pod.set("spec", "nodeName", to: .string(node))
    // Nobody vouches for it to the API.
    pod.set("spec", "automountServiceAccountToken", to: false)
    let tolerations = pod.list("spec", "tolerations")
    pod.set(
      "spec", "tolerations",
      to: .array(tolerations + [["operator": "Exists", "effect": "NoExecute"]]))
    pod["status"] = nil
    return pod
  }

  /// Makes the objects that are missing and deletes those whose file is gone or has changed; `known` are the
  /// pods of this node.
  func update(_ known: some Collection<JSONValue>) throws {
    let wished = wished()
    let ours = known.filter { $0.annotations[Self.source] == "file" }
    func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
      left.qualifiedName == right.qualifiedName
        && left.annotations[Self.hash] == right.annotations[Self.hash]
    }
    for pod in ours
    where !pod.isBeingDeleted && !wished.contains(where: { isSame($0, pod) }) {
      _ = try client.request(
        "DELETE", "/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)",
        ["preconditions": ["uid": .string(pod.uid)]])
    }
    for pod in wished where !ours.contains(where: { $0.qualifiedName == pod.qualifiedName }) {
      let answer = try client.request("POST", "/api/v1/namespaces/\(pod.namespace)/pods", pod)
      if !answer.isSuccess, answer.status != 409,
        complained.insert(answer.body.text("message")).inserted
      {
        StandardLog.print("kubelet: \(pod.qualifiedName): \(answer.body.text("message"))")
      }
    }
  }
}
