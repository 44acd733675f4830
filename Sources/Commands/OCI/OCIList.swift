import Documents
import Glibc
import Linux
import Runtime
import Support

/// `list` and `ps`.
enum OCIList {
  static let list = OCIVerb(
    name: "list", synopsis: "[OPTIONS]",
    abstract: Text("List the containers under the root", ko: "루트 아래의 컨테이너를 나열합니다"), count: 0...0,
    flags: ["f format=", "q quiet"]
  ) { line, _ in
    let containers = line.store.all()
    if line.isOn("quiet") {
      for container in containers { print(container.id) }
      return 0
    }
    switch line.value("format") ?? "table" {
    case "json":
      // As runc does, an empty list is null.
      let states = containers.map { $0.state($0.status) }
      print(states.isEmpty ? "null" : JSONValue.array(states).text())
    case "table": print(table(containers), terminator: "")
    case let format: throw OCIUsage("--format: \"\(format)\" is not table or json")
    }
    return 0
  }

  private static func table(_ containers: [RuntimeContainer]) -> String {
    let rows = containers.map { container in
      let status = container.status
      return [
        container.id, status == .stopped ? "0" : "\(container.process.pid)", status.rawValue,
        container.hookState.bundle, container.created, container.owner,
      ].joined(separator: "\t")
    }
    return TabWriter.align(["ID\tPID\tSTATUS\tBUNDLE\tCREATED\tOWNER"] + rows)
      .map { $0 + "\n" }.joined()
  }

  static let processes = OCIVerb(
    name: "ps", synopsis: "[OPTIONS] CONTAINER [ps OPTIONS]",
    abstract: Text("List the processes of a container", ko: "컨테이너의 프로세스를 나열합니다"),
    count: 1...Int.max, flags: ["f format="], stopsAtArgument: true
  ) { line, _ in
    let container = try line.container()
    let pids = try container.cgroup?.processes() ?? [container.process.pid]
    switch line.value("format") ?? "table" {
    case "json":
      print(JSONValue.array(pids.sorted().map { .integer(Int64($0)) }).text())
    case "table": try printTable(pids, Array(line.arguments.dropFirst()))
    case let format: throw OCIUsage("--format: \"\(format)\" is not table or json")
    }
    return 0
  }

  /// The host's ps(1), and of what it prints the title and the container's lines.
  private static func printTable(_ pids: [pid_t], _ options: [String]) throws {
    let program = try ChildProgram(["ps"] + (options.isEmpty ? ["-ef"] : options))
    let lines = String(decoding: try readAll(program.output), as: UTF8.self)
      .split(separator: "\n")
    _ = try program.wait()
    guard let title = lines.first,
      let column = title.split(separator: " ").firstIndex(of: "PID")
    else { throw OCIUsage("ps printed no column PID") }
    print(title)
    for line in lines.dropFirst() {
      let fields = line.split(separator: " ")
      if fields.count > column, let pid = pid_t(fields[column]), pids.contains(pid) { print(line) }
    }
  }
}
