import Glibc
import Linux
import Testing

/// Debian's docker-registry (the distribution project's own server) with an empty store.
final class GenuineRegistry {
  /// Why there is none here; nil when there is.
  static let obstacle: String? =
    ChildProgram.find("docker-registry") == nil ? "needs docker-registry" : nil

  let port: UInt16
  let directory: String
  private let program: BackgroundProgram

  /// `localhost:PORT`.
  var name: String { "localhost:\(port)" }

  /// With `secured`, over TLS with a certificate of its own, for the user `lab` with the password
  /// `secret` only.
  init(secured: Bool = false) throws {
    var template = Array("/tmp/dklab-registry-XXXXXX".utf8CString)
    directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    port = try freePort()
    var configuration = """
      version: 0.1
      log: {level: warn}
      storage:
        filesystem: {rootdirectory: \(directory)/data}
        delete: {enabled: true}
      http:
        addr: 127.0.0.1:\(port)

      """
    if secured {
      try Self.makeCertificate(directory)
      // bcrypt of "secret".
      try File.replace(
        directory + "/htpasswd",
        "lab:$2y$05$iZ43nzXKK8djfG/utIl2jOr7MKlQT5DRQPD3OxYxy3T7rg11vSdDy\n")
      configuration += """
          tls: {certificate: \(directory)/server.crt, key: \(directory)/server.key}
        auth:
          htpasswd: {realm: lab, path: \(directory)/htpasswd}

        """
    }
    try File.replace(directory + "/config.yml", configuration)
    program = try BackgroundProgram(["docker-registry", "serve", directory + "/config.yml"])
    let port = port
    #expect(eventually { isListening(port) }, "\(program.printed)")
  }

  func close() {
    program.end()
    try? Directory.removeTree(directory)
  }

  /// A self-signed certificate for localhost: server.crt and server.key.
  static func makeCertificate(_ directory: String) throws {
    let made = Sandbox.run(
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2", "-subj", "/CN=localhost", "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", directory + "/server.key", "-out",
        directory + "/server.crt",
      ], program: "/usr/bin/openssl", environment: [:])
    try #require(made.status == 0, "\(made)")
  }
}
