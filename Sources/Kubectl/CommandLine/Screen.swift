import Glibc
import Linux

/// Where results and remarks go.
enum Screen {
  /// A line of the result.
  static func print(_ text: String) { write(text + "\n") }

  /// A piece of the result, as it is.
  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    write(bytes)
  }

  /// Bytes of the result. A reader who has gone ends the program, as it ends every other one.
  static func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      do { try writeAll(1, buffer) } catch { exit(141) }
    }
  }

  /// A line beside the result.
  static func remark(_ text: String) {
    try? writeAll(2, text + "\n")
  }
}
