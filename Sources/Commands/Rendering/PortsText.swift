import Networks

/// The PORTS column of `docker ps`.
package enum PortsText {
  /// `0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 443/tcp`: exposed ports that are not published
  /// come last; neighbouring ports become one range (`8000-8002->8000-8002/tcp`).
  package static func text(
    published: [PortBinding], exposed: [(port: UInt16, protocol: PortProtocol)]
  ) -> String {
    var entries = published.map { binding in
      Entry(
        ip: binding.hostIP, host: binding.hostPort, container: binding.containerPort,
        transport: binding.protocol.rawValue)
    }
    for port in exposed
    where !published.contains(where: {
      $0.containerPort == port.port && $0.protocol == port.protocol
    }) {
      entries.append(
        Entry(ip: "", host: nil, container: port.port, transport: port.protocol.rawValue))
    }
    // Docker groups by address and protocol; published addresses before mere exposure.
    let sorted = entries.sorted { left, right in
      if (left.host == nil) != (right.host == nil) { return right.host == nil }
      return (left.container, left.transport, left.ip, left.host ?? 0)
        < (right.container, right.transport, right.ip, right.host ?? 0)
    }
    var ranges: [Entry] = []
    for entry in sorted {
      if let place = ranges.firstIndex(where: { $0.continues(with: entry) }) {
        ranges[place].count += 1
      } else {
        ranges.append(entry)
      }
    }
    return ranges.map(\.text).joined(separator: ", ")
  }

  private struct Entry {
    var ip: String
    var host: UInt16?
    var container: UInt16
    var transport: String
    var count: UInt16 = 1

    func continues(with next: Entry) -> Bool {
      guard ip == next.ip, transport == next.transport,
        Int(container) + Int(count) == Int(next.container)
      else { return false }
      switch (host, next.host) {
      case (nil, nil): return true
      case (let host?, let other?): return Int(host) + Int(count) == Int(other)
      default: return false
      }
    }

    var text: String {
      let range = { (port: UInt16) in count == 1 ? "\(port)" : "\(port)-\(port + (count - 1))" }
      guard let host else { return "\(range(container))/\(transport)" }
      let address = ip.contains(":") ? "[\(ip)]" : ip
      return "\(address):\(range(host))->\(range(container))/\(transport)"
    }
  }
}
