import Glibc
import Linux
import Networks
import Runtime
import Support

extension Engine {
  /// The addresses `host` has for a running container: from its /etc/hosts, then from its name server;
  /// empty when nobody has that name.
  package func addresses(of host: String, seenFrom record: ContainerRecord) throws -> [String] {
    let hosts = containerDirectory(record.id) + "/hosts"
    if let address = ProcessNetwork.address(of: host, in: hosts) { return [address] }
    guard try resolvesNames(record.state.networks) else { return [] }
    let found = try lookFromContainer {
      try (NameQuery.addresses(of: host, pid: record.state.pid) ?? []).map(\.description)
        .joined(separator: " ")
    }
    return found.split(separator: " ").map(String.init).sorted()
  }

  /// What comes of a TCP connection from a running container to `host`, a name or an address: `open`,
  /// `refused`, `unreachable`, `timeout`, or `unknown` for a name that nobody has.
  package func reach(
    _ host: String, port: UInt16, from record: ContainerRecord
  ) throws -> String {
    let address =
      IPv4Address(host) == nil ? try addresses(of: host, seenFrom: record).first : host
    guard let address else { return NameQuery.Reach.unknown.rawValue }
    return try lookFromContainer {
      try NameQuery.reach(address, port: port, pid: record.state.pid).rawValue
    }
  }

  /// What `body` returns, called in a child process that has power over the container's namespaces:
  /// a process that only looks, such as a lab's check, may not have stepped in yet.
  private func lookFromContainer(_ body: () throws -> String) throws -> String {
    let (answer, answerInside) = try FileDescriptor.pipe().split()
    let reader = FileDescriptor(owning: answer)
    let writer = FileDescriptor(owning: answerInside)
    try inReportingChild {
      try Rootless.enter(state: root.path + "/rootless")
      try writeAll(writer.number, try body())
    }
    close(writer.release())
    return String(decoding: try readAll(reader.number), as: UTF8.self)
  }
}
