import Linux
import Support

/// Docker lets nothing through the host but its own, and keeps a chain, DOCKER-USER, for what the
/// user wants let through besides. Two rules there open the way for dklab's interfaces: out, and
/// back in for what belongs to a connection that went out.
enum DockerUserChain {
  private static let rules = [
    ["-i", "dklab+", "-j", "ACCEPT"],
    ["-o", "dklab+", "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT"],
  ]

  /// Adds the rules where they are missing; false when there is no such chain.
  static func insert() -> Bool {
    guard let iptables = HostProgram("iptables") else { return false }
    func succeeds(_ arguments: [String]) -> Bool {
      (try? iptables.run(["-w"] + arguments).succeeded) ?? false
    }
    guard succeeds(["-n", "-L", "DOCKER-USER"]) else { return false }
    return rules.allSatisfy { rule in
      succeeds(["-C", "DOCKER-USER"] + rule) || succeeds(["-I", "DOCKER-USER"] + rule)
    }
  }

  /// Takes them out again.
  static func remove() {
    guard let iptables = HostProgram("iptables") else { return }
    for rule in rules { _ = try? iptables.run(["-w", "-D", "DOCKER-USER"] + rule) }
  }
}
