import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Support

/// What an error of the connection, not of the server, means.
package enum TransferFailure {
  /// Whether no connection came about.
  package static func isConnecting(_ error: any Error) -> Bool {
    if error is NIOConnectionError { return true }
    if let error = error as? HTTPClientError { return error == .connectTimeout }
    if let error = error as? IOError {
      return [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT].contains(error.errnoCode)
    }
    return false
  }

  /// Whether the other side does not speak TLS, or has a certificate that is not believed.
  package static func isTLS(_ error: any Error) -> Bool {
    error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError
      || "\(error)".contains("tlsHandshakeTimeout")
  }

  /// Whether trying again may help: the connection broke, or came about too late.
  package static func isTransient(_ error: any Error) -> Bool {
    if error is CancellationError || error is DklabError || isTLS(error) { return false }
    return true
  }

  /// The cause in a few words.
  package static func cause(of error: any Error) -> Text {
    switch error {
    case let error as DklabError: return error.message
    case let error as IOError:
      let reason = String(cString: strerror(error.errnoCode)).lowercased()
      return Text(reason, ko: reason)
    case let error as NIOConnectionError:
      guard let first = error.connectionErrors.first else { break }
      return cause(of: first.error)
    case let error as HTTPClientError where error == .connectTimeout:
      return Text("no connection in time", ko: "제한 시간 안에 연결되지 않았습니다")
    case let error as HTTPClientError
    where error == .readTimeout || error == .deadlineExceeded || error == .writeTimeout:
      return Text("no answer in time", ko: "제한 시간 안에 응답이 없습니다")
    case let error as HTTPClientError where error == .remoteConnectionClosed:
      return Text("the connection was closed", ko: "연결이 끊겼습니다")
    case let error where isTLS(error):
      return Text("TLS: \(tlsReason(error))", ko: "TLS: \(tlsReason(error))")
    default: break
    }
    return Text("\(error)", ko: "\(error)")
  }

  private static func tlsReason(_ error: any Error) -> String {
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      return "the certificate is signed by nobody this machine trusts"
    }
    if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS" }
    if text.contains("unableToValidateCertificate") {
      return "the certificate is for another name"
    }
    return text
  }
}
