import Engine
import HTTP
import Labs
import Linux
import Support

/// What a course's server is known by: an authority of its own and the pass, kept beside the course's
/// secret, so that the join code stays the same for the whole term; and a certificate for the addresses
/// this machine has today.
struct CourseKeys {
  let identity: TLSIdentity
  let authority: String
  let code: JoinCode

  /// Reads what is in `course`, and makes what is missing.
  init(course: String, names: [String], addresses: [String]) throws {
    let folder = course + "/server"
    try Directory.make(folder, mode: 0o700)
    func text(_ name: String) -> String? { try? File.text("\(folder)/\(name)", limit: 64 << 10) }
    let keys: CertificateAuthority
    if let certificate = text("ca.crt"), let key = text("ca.key") {
      keys = try CertificateAuthority(certificate: certificate, key: key)
    } else {
      keys = try CertificateAuthority(name: "dklab course")
      try File.replace("\(folder)/ca.key", keys.keyPEM, mode: 0o600)
      try File.replace("\(folder)/ca.crt", keys.certificate, mode: 0o644)
    }
    let pass: String
    if let known = text("pass") {
      pass = known.filter { !$0.isWhitespace }
    } else {
      pass = JoinCode.newPass()
      try File.replace("\(folder)/pass", pass + "\n", mode: 0o600)
    }
    guard let der = PEM.decode(keys.certificate) else {
      preconditionFailure("an authority's certificate is a certificate")
    }
    code = JoinCode(certificate: der, pass: pass)
    authority = keys.certificate
    let server = try keys.server("dklab course", dnsNames: names, addresses: addresses)
    identity = TLSIdentity(certificate: "\(folder)/server.crt", key: "\(folder)/server.key")
    try File.replace(identity.key, server.key, mode: 0o600)
    try File.replace(identity.certificate, server.certificate, mode: 0o644)
  }

  /// The names and IPv4 addresses under which this machine may be called.
  static func ownNames() throws -> (names: [String], addresses: [String]) {
    var netlink = try NetlinkSocket()
    let addresses = try netlink.addresses().map(\.address).filter { !$0.contains(":") }
    let known = (try? File.text("/proc/sys/kernel/hostname", limit: 4096)) ?? ""
    let host = known.filter { !$0.isWhitespace }
    let isName = !host.isEmpty && host.utf8.allSatisfy { $0 < 0x80 }
    return (["localhost"] + (isName ? [host] : []), ["127.0.0.1"] + addresses)
  }
}
