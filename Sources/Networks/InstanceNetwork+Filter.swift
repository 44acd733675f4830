// Sockets and packet filters in an instance's namespace, for a process that stays outside.
//
// Man pages: nft(8), setns(2). Next: ServiceRelay.swift.

import Linux
import Support

extension InstanceNetwork {
  /// Runs `body`, which makes a socket, in the instance's namespace.
  package func open(_ body: () throws -> FileDescriptor) throws -> FileDescriptor {
    try namespace().open(body)
  }

  /// Has nft carry out `script` in the instance's namespace as one transaction; false when there is no
  /// nft. Throws `DklabError` `network.nft-failed`.
  package func filter(_ script: String) throws -> Bool {
    guard let nft = HostProgram("nft") else { return false }
    try run(in: try namespace()) { try nft.apply(script, namespace: $0) }
    return true
  }

  /// What nft prints about the instance's namespace; nil when there is no nft, or it failed.
  package func filterListing(_ arguments: [String]) throws -> String? {
    guard let nft = HostProgram("nft") else { return nil }
    let outcome = try run(in: try namespace()) { try nft.run(arguments, namespace: $0) }
    return outcome.succeeded ? outcome.output : nil
  }

  /// Keeps the namespace open while `body` uses its number.
  private func run<Result>(
    in namespace: borrowing NetworkNamespace, _ body: (Int32) throws -> Result
  ) rethrows -> Result {
    try body(namespace.descriptor.number)
  }
}
