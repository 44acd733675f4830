import Glibc
import Linux
import Networks
import Support

// /etc/hosts, /etc/hostname and /etc/resolv.conf of a container, and whom it asks for names.

extension Engine {
  /// Writes the three files for a start.
  func writeNetworkFiles(
    _ record: ContainerRecord, _ mode: NetworkMode, _ networks: [NetworkAttachment]
  ) throws {
    let directory = containerDirectory(record.id)
    if case .container(let reference) = mode {
      // Who shares another's network has its names, too.
      let other = containerDirectory(try container(reference).id)
      for file in ["hostname", "hosts", "resolv.conf"] {
        try overwrite("\(directory)/\(file)", File.text("\(other)/\(file)", limit: 1 << 20))
      }
      return
    }
    let name = record.spec.hostname ?? record.shortID
    let extra = try record.spec.host.extraHosts.map(hostEntry) + linkEntries(networks)
    let isHost = mode == .host
    let files = [
      "hostname": isHost ? (try? File.text("/etc/hostname")) ?? "" : ContainerFiles.hostname(name),
      "hosts": isHost
        ? ContainerFiles.hostsOfHost(extra: extra)
        : ContainerFiles.hosts(
          hostname: name, domain: record.spec.domainname ?? "",
          addresses: networks.endpoints.flatMap { endpoint in
            ["\(endpoint.address)"] + (endpoint.v6.map { [$0.addressText] } ?? [])
          }, extra: extra),
      "resolv.conf": try resolverText(record, isHost: isHost, networks),
    ]
    for (file, text) in files { try overwrite("\(directory)/\(file)", text) }
  }

  /// Writes /etc/resolv.conf anew: the container has come to a network where names are resolved.
  func writeResolver(_ record: ContainerRecord) throws {
    let now = try container(record.id)
    try overwrite(
      containerDirectory(record.id) + "/resolv.conf",
      resolver(now).file(isEmbedded: true))
  }

  /// A container may have changed its /etc/hosts; like Docker, each start writes it anew, in place,
  /// since it may be mounted somewhere.
  private func overwrite(_ path: String, _ text: String) throws {
    let output = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
    try writeAll(output.number, text)
  }

  private func resolver(_ record: ContainerRecord) -> ResolverConfiguration {
    let wish = record.spec.host
    return ResolverConfiguration(
      servers: wish.dns, search: wish.dnsSearch, options: wish.dnsOptions)
  }

  private func resolverText(
    _ record: ContainerRecord, isHost: Bool, _ networks: [NetworkAttachment]
  ) throws -> String {
    let dns = resolver(record)
    if try resolvesNames(networks) { return dns.file(isEmbedded: true) }
    return dns.file(isHost: isHost)
  }

  /// Whether one of `networks` was made by a user: there names are resolved.
  func resolvesNames(_ networks: [NetworkAttachment]) throws -> Bool {
    try networks.contains { try network(id: $0.networkID)?.resolvesNames ?? false }
  }

  /// Whether ports can be published: not when all its networks are internal.
  func leadsOut(_ record: ContainerRecord) throws -> Bool {
    try record.state.networks.contains { attachment in
      try network(id: attachment.networkID).map { !$0.config.isInternal } ?? false
    }
  }

  /// `--add-host`; `host-gateway` stands for the host as containers reach it.
  private func hostEntry(_ text: String) throws -> ContainerFiles.HostEntry {
    let gateway = "host-gateway"
    guard text.hasSuffix(gateway) else { return try ContainerFiles.HostEntry(parsing: text) }
    return try ContainerFiles.HostEntry(
      parsing: text.dropLast(gateway.count) + "\(network.hostAddress)")
  }

  /// `--link` on the default bridge, where nobody resolves names: lines in /etc/hosts.
  private func linkEntries(_ networks: [NetworkAttachment]) throws -> [ContainerFiles.HostEntry] {
    var entries: [ContainerFiles.HostEntry] = []
    for attachment in networks where !attachment.wish.links.isEmpty {
      guard try network(id: attachment.networkID)?.resolvesNames == false else { continue }
      for (alias, target) in links(of: [attachment]).sorted(by: { $0.key < $1.key }) {
        let other = try container(target)
        let there = other.state.networks.first { $0.networkID == attachment.networkID }
        guard let address = there?.endpoint?.address else {
          throw DklabError(
            .conflict, id: "network.link-not-running",
            Text(
              "Cannot link to a non running container: /\(other.name) AS \(alias)",
              ko: "실행 중이 아닌 컨테이너에는 링크할 수 없습니다: /\(other.name) AS \(alias)"))
        }
        let names =
          alias == other.name
          ? "\(alias) \(other.shortID)"
          : "\(alias) \(other.shortID) \(other.name)"
        entries.append(ContainerFiles.HostEntry(name: names, address: "\(address)"))
      }
    }
    return entries
  }

  /// Whom the container's monitor asks for names that no container has. Its sockets are opened here,
  /// in the host's network namespace, from where the host's own resolvers can be reached.
  func nameService(_ record: ContainerRecord) throws -> NameService {
    try NameService.open(
      servers: record.spec.host.dns, links: links(of: record.state.networks))
  }
}
