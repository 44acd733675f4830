import Documents
import Kube
import Support

/// `kubectl top`.
enum Top {
  static let command = Command(
    name: "top", usage: "SUBCOMMAND", summary: "Display resource (CPU/memory) usage",
    commands: [nodes, pods])

  private static func metrics(_ session: Session, _ path: String, _ labels: String) throws
    -> [JSONValue]
  {
    let hasMetrics = try session.discovery.all().contains { $0.group == "metrics.k8s.io" }
    guard hasMetrics else { throw KubectlError("Metrics API not available") }
    let query = labels.isEmpty ? [] : [("labelSelector", labels)]
    let answer = try session.client.request(
      "GET", "/apis/metrics.k8s.io/v1beta1/\(path)", query: query)
    return answer["items"]?.array ?? [answer]
  }

  private static func cpu(_ text: String) -> Int { Quantity(text)?.milli ?? 0 }
  private static func mebibytes(_ text: String) -> Int { (Quantity(text)?.units ?? 0) >> 20 }

  private static let common: [Flag] = [
    CommonFlags.selector, .bool("no-headers", "Leave the line of titles out"),
    .string("sort-by", "cpu or memory"),
    .bool("use-protocol-buffers", "Accepted and not used", standard: true),
  ]

  private static let nodes = Command(
    name: "node", aliases: ["nodes", "no"], usage: "[NAME | -l label]",
    summary: "Display resource (CPU/memory) usage of nodes",
    flags: common + [.bool("show-capacity", "Compare with the capacity")]
  ) { invocation in
    let session = try Session(invocation)
    let flags = invocation.flags
    let name = invocation.words.first.map { "/\($0)" } ?? ""
    let all = try metrics(session, "nodes\(name)", flags.string("selector"))
    let nodes = try session.list(try session.discovery.kind(named: "nodes"), namespace: nil)
    var rows: [(name: String, cpu: Int, memory: Int, cells: [String])] = all.map { metric in
      let key = flags.bool("show-capacity") ? "capacity" : "allocatable"
      let node = nodes.list("items").first { $0.name == metric.name } ?? .null
      let have = node.map("status", key)
      let (used, bytes) = (
        cpu(metric.text("usage", "cpu")), mebibytes(metric.text("usage", "memory"))
      )
      func share(_ part: Int, _ whole: Int) -> String {
        whole > 0 ? "\(part * 100 / whole)%" : "<unknown>"
      }
      return (
        metric.name, used, bytes,
        [
          metric.name, "\(used)m", share(used, cpu(have["cpu"] ?? "")), "\(bytes)Mi",
          share(bytes, mebibytes(have["memory"] ?? "")),
        ]
      )
    }
    switch flags.string("sort-by") {
    case "cpu": rows.sort { $0.cpu > $1.cpu }
    case "memory": rows.sort { $0.memory > $1.memory }
    default: rows.sort { $0.name < $1.name }
    }
    let titles =
      flags.bool("no-headers") ? [] : ["NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)"]
    for line in TabWriter.align(
      titles + rows.map { $0.cells.joined(separator: "\t") }, minimumWidth: 6)
    {
      Screen.print(line)
    }
  }

  private static let pods = Command(
    name: "pod", aliases: ["pods", "po"], usage: "[NAME | -l label]",
    summary: "Display resource (CPU/memory) usage of pods",
    flags: common + [
      CommonFlags.allNamespaces, CommonFlags.fieldSelector,
      .bool("containers", "Show the containers of each pod"), .bool("sum", "Show the sum"),
    ]
  ) { invocation in
    let session = try Session(invocation)
    let flags = invocation.flags
    let place = flags.bool("all-namespaces") ? "pods" : "namespaces/\(session.namespace)/pods"
    let name = invocation.words.first.map { "/\($0)" } ?? ""
    let all = try metrics(session, place + name, flags.string("selector"))
    if all.isEmpty {
      return Screen.remark("No resources found in \(session.namespace) namespace.")
    }
    var rows: [(name: String, cpu: Int, memory: Int, cells: [String])] = []
    for metric in all {
      let parts = metric.list("containers").map {
        (
          name: $0.text("name"), cpu: cpu($0.text("usage", "cpu")),
          memory: mebibytes($0.text("usage", "memory"))
        )
      }
      let start = flags.bool("all-namespaces") ? [metric.namespace] : []
      if flags.bool("containers") {
        for part in parts {
          rows.append(
            (
              metric.name, part.cpu, part.memory,
              start + [metric.name, part.name, "\(part.cpu)m", "\(part.memory)Mi"]
            ))
        }
      } else {
        let (used, bytes) = (parts.reduce(0) { $0 + $1.cpu }, parts.reduce(0) { $0 + $1.memory })
        rows.append((metric.name, used, bytes, start + [metric.name, "\(used)m", "\(bytes)Mi"]))
      }
    }
    switch flags.string("sort-by") {
    case "cpu": rows.sort { $0.cpu > $1.cpu }
    case "memory": rows.sort { $0.memory > $1.memory }
    default: rows.sort { $0.name < $1.name }
    }
    var titles = flags.bool("containers") ? ["POD", "NAME"] : ["NAME"]
    if flags.bool("all-namespaces") { titles.insert("NAMESPACE", at: 0) }
    titles += ["CPU(cores)", "MEMORY(bytes)"]
    let head = flags.bool("no-headers") ? [] : [titles.joined(separator: "\t")]
    for line in TabWriter.align(
      head + rows.map { $0.cells.joined(separator: "\t") }, minimumWidth: 6)
    {
      Screen.print(line)
    }
  }
}
