import Glibc

extension Double {
  /// The number through printf(3) conversions: `conversion` is `f`, `e` or `g`, as in `%.4g`.
  package func formatted(_ conversion: Character, precision: Int) -> String {
    withVaList([Int32(clamping: precision), self]) { arguments in
      // Large enough for %f of the largest Double with the precisions we use.
      var buffer = [CChar](repeating: 0, count: 352 + min(max(precision, 0), 100))
      let written = vsnprintf(&buffer, buffer.count, "%.*\(conversion)", arguments)
      let length = min(max(Int(written), 0), buffer.count - 1)
      return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }
}
