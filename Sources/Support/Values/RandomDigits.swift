/// `count` random hexadecimal digits, as ids have them; sixteen to a draw of the system's generator, each of
/// which is a system call.
package func randomDigits(_ count: Int) -> String {
  var digits = ""
  while digits.utf8.count < count {
    let drawn = String(UInt64.random(in: .min ... .max), radix: 16)
    digits += String(repeating: "0", count: 16 - drawn.utf8.count) + drawn
  }
  return String(digits.prefix(count))
}
