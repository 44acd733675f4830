import Crypto
import FoundationEssentials

/// The answer that proves a server has understood a WebSocket's handshake (RFC 6455, section 1.3).
enum WebSocketAccept {
  static func value(for key: String) -> String {
    let text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    return Data(Insecure.SHA1.hash(data: Data(text.utf8))).base64EncodedString()
  }
}
