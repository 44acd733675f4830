// TLS without an event loop: bytes from the wire go in, plain bytes come out, and the other way
// round. NIOSSL is a channel handler; in an embedded channel it does its work in the calls that are
// made, on the thread that makes them.
//
// So a command with one connection needs no thread but its own: it waits in poll(2) for the socket
// and for whatever else it has open.
//
// Next: ClientStream.swift.

import Linux
import NIOCore
import NIOEmbedded
import NIOSSL

/// What to believe about a server, and what to show it: PEM texts, since a configuration may hold
/// them itself.
package struct ClientTrust: Sendable, Hashable {
  /// Certificate authorities in place of the machine's; nil means the machine's.
  package var authorities: [UInt8]?
  /// A certificate of one's own, with its key.
  package var certificate: [UInt8]?
  package var key: [UInt8]?
  /// Accepts any certificate.
  package var acceptsAnything = false
  /// The name the certificate must be for, when that is not the host's.
  package var serverName: String?

  package init() {}
}

/// One TLS connection, from the client's side.
final class TLSEngine {
  private let channel: EmbeddedChannel

  /// Begins the handshake; what is to be sent is in `takeOutput`.
  init(host: String, address: IPAddress, port: Int, trust: ClientTrust) throws {
    var configuration = TLSConfiguration.makeClientConfiguration()
    if trust.acceptsAnything { configuration.certificateVerification = .none }
    if let authorities = trust.authorities {
      configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authorities))
    }
    if let certificate = trust.certificate, let key = trust.key {
      configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate)
        .map { .certificate($0) }
      configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
    }
    configuration.applicationProtocols = ["http/1.1"]
    let context = try NIOSSLContext(configuration: configuration)
    let name = trust.serverName ?? (IPAddress(host) == nil ? host : nil)
    let remote = try NIOCore.SocketAddress(ipAddress: address.description, port: port)
    channel = EmbeddedChannel(
      handlers: [try NIOSSLClientHandler(context: context, serverHostname: name)])
    channel.remoteAddress = remote
    channel.connect(to: remote, promise: nil)
    try channel.throwIfErrorCaught()
  }

  /// Takes bytes from the wire and returns what they say in plain.
  func receive(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
    try channel.writeInbound(ByteBuffer(bytes: bytes))
    var plain: [UInt8] = []
    while let buffer = try channel.readInbound(as: ByteBuffer.self) {
      plain += buffer.readableBytesView
    }
    return plain
  }

  /// Takes plain bytes for the server; before the handshake is over they wait.
  func send(_ bytes: [UInt8]) throws {
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    try channel.throwIfErrorCaught()
  }

  /// What is to go to the wire.
  func takeOutput() throws -> [UInt8] {
    var output: [UInt8] = []
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
      output += buffer.readableBytesView
    }
    return output
  }
}
