import Crypto

/// Whether a request for a certificate is signed with the very key that it is about (RFC 2986, 3): who
/// asks has the key, and nobody has changed what is asked. The words are those of Go's `crypto/x509`.
///
/// Simplification: no RSA-PSS.
struct RequestSignature {
  /// The identifier of the algorithm, in DER.
  var algorithm: [UInt8]
  /// SubjectPublicKeyInfo.
  var keyInfo: [UInt8]
  var signed: [UInt8]
  var signature: [UInt8]

  private enum Hash: String {
    case sha256 = "2.16.840.1.101.3.4.2.1"
    case sha384 = "2.16.840.1.101.3.4.2.2"
    case sha512 = "2.16.840.1.101.3.4.2.3"

    func digest(_ bytes: [UInt8]) -> [UInt8] {
      switch self {
      case .sha256: Array(SHA256.hash(data: bytes))
      case .sha384: Array(SHA384.hash(data: bytes))
      case .sha512: Array(SHA512.hash(data: bytes))
      }
    }
  }

  /// What is wrong; nil when it is signed as it should be.
  var problem: String? {
    let (unknown, curve) = (
      "x509: cannot verify signature: algorithm unimplemented", "1.2.840.10045.4.3."
    )
    let rsa = "1.2.840.113549.1.1."
    switch algorithm {
    case DER.identifier(curve + "2"): return curveProblem { SHA256.hash(data: $0) }
    case DER.identifier(curve + "3"): return curveProblem { SHA384.hash(data: $0) }
    case DER.identifier(curve + "4"): return curveProblem { SHA512.hash(data: $0) }
    case DER.identifier(rsa + "11"): return rsaProblem(.sha256)
    case DER.identifier(rsa + "12"): return rsaProblem(.sha384)
    case DER.identifier(rsa + "13"): return rsaProblem(.sha512)
    case DER.identifier(rsa + "5"):
      return "x509: cannot verify signature: insecure algorithm SHA1-RSA"
    case DER.identifier("1.3.101.112"):
      guard let key = bits(of: DER.identifier("1.3.101.112")),
        let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key)
      else { return unknown }
      return key.isValidSignature(signature, for: signed)
        ? nil : "x509: Ed25519 verification failure"
    default: return unknown
    }
  }

  /// The bits of the key when it is of this kind.
  private func bits(of kind: [UInt8]) -> [UInt8]? {
    var outer = DERReader(keyInfo[...])
    guard let whole = outer.next() else { return nil }
    var parts = DERReader(whole.content)
    guard let algorithm = parts.next(), let bits = parts.next(), bits.tag == 0x03 else {
      return nil
    }
    var fields = DERReader(algorithm.content)
    guard let found = fields.next(), found.whole.elementsEqual(kind) else { return nil }
    return Array(bits.content.dropFirst())
  }

  private func curveProblem<Result: Digest>(_ hash: ([UInt8]) -> Result) -> String? {
    let digest = hash(signed)
    var isValid = false
    if let key = try? P256.Signing.PublicKey(derRepresentation: keyInfo),
      let seal = try? P256.Signing.ECDSASignature(derRepresentation: signature)
    {
      isValid = key.isValidSignature(seal, for: digest)
    } else if let key = try? P384.Signing.PublicKey(derRepresentation: keyInfo),
      let seal = try? P384.Signing.ECDSASignature(derRepresentation: signature)
    {
      isValid = key.isValidSignature(seal, for: digest)
    } else if let key = try? P521.Signing.PublicKey(derRepresentation: keyInfo),
      let seal = try? P521.Signing.ECDSASignature(derRepresentation: signature)
    {
      isValid = key.isValidSignature(seal, for: digest)
    }
    return isValid ? nil : "x509: ECDSA verification failure"
  }

  /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2.2): what the signature is a power of must be the digest, written in
  /// the one way in which it can be.
  private func rsaProblem(_ hash: Hash) -> String? {
    let failure = "crypto/rsa: verification error"
    guard let key = bits(of: DER.identifier("1.2.840.113549.1.1.1")) else { return failure }
    var outer = DERReader(key[...])
    guard let whole = outer.next() else { return failure }
    var parts = DERReader(whole.content)
    guard let modulus = parts.next(), let exponent = parts.next(),
      let power = RSAPower(modulus: modulus.content, exponent: exponent.content),
      let found = power.raise(signature)
    else { return failure }
    let content = DER.sequence(
      DER.sequence(DER.identifier(hash.rawValue), [0x05, 0x00]),
      DER.octets(hash.digest(signed)))
    let filling = found.count - content.count - 3
    guard filling >= 8 else { return failure }
    let expected = [0, 1] + [UInt8](repeating: 0xff, count: filling) + [0] + content
    return found == expected ? nil : failure
  }
}

/// `x^e mod n` for numbers that everybody may know: public keys and signatures. It takes no care to take the
/// same time for all numbers.
struct RSAPower {
  private let modulus: [UInt32]
  private let exponent: Int
  private let length: Int
  /// -1/n mod 2^32 (Montgomery, "Modular multiplication without trial division").
  private let inverse: UInt32

  /// Numbers as they stand in a key, most significant byte first; nil for what is no usable key: what is
  /// even, too short to protect anything, or so long that it would keep the server busy.
  init?(modulus: ArraySlice<UInt8>, exponent: ArraySlice<UInt8>) {
    let digits = Array(modulus.drop { $0 == 0 })
    let power = Array(exponent.drop { $0 == 0 })
    guard (128...1024).contains(digits.count), let last = digits.last, last & 1 == 1,
      (1...4).contains(power.count)
    else { return nil }
    length = digits.count
    self.modulus = Self.words(digits)
    self.exponent = power.reduce(0) { $0 << 8 | Int($1) }
    guard self.exponent > 1, self.exponent < 1 << 31 else { return nil }
    var found: UInt32 = 1
    // Newton's method doubles the bits that are right.
    for _ in 0..<5 { found = found &* (2 &- self.modulus[0] &* found) }
    inverse = 0 &- found
  }

  /// Least significant word first.
  private static func words(_ bytes: [UInt8]) -> [UInt32] {
    var result = [UInt32](repeating: 0, count: (bytes.count + 3) / 4)
    for (place, byte) in bytes.reversed().enumerated() {
      result[place / 4] |= UInt32(byte) << UInt32(place % 4 * 8)
    }
    return result
  }

  /// As many bytes as the modulus has; nil when `base` is not below it.
  func raise(_ base: [UInt8]) -> [UInt8]? {
    guard base.count == length else { return nil }
    let number = Self.words(base)
    guard Self.isLess(number, modulus) else { return nil }
    // 2^(64k) mod n, to go over to Montgomery's form.
    var square = [UInt32](repeating: 0, count: modulus.count)
    square[0] = 1
    for _ in 0..<(64 * modulus.count) { square = doubled(square) }
    let start = product(number, square)
    var result = start
    let bits = Int.bitWidth - exponent.leadingZeroBitCount
    for place in (0..<(bits - 1)).reversed() {
      result = product(result, result)
      if exponent >> place & 1 == 1 { result = product(result, start) }
    }
    var one = [UInt32](repeating: 0, count: modulus.count)
    one[0] = 1
    let plain = product(result, one)
    return (0..<length).reversed().map {
      UInt8(truncatingIfNeeded: plain[$0 / 4] >> UInt32($0 % 4 * 8))
    }
  }

  private static func isLess(_ one: [UInt32], _ two: [UInt32]) -> Bool {
    for place in one.indices.reversed() where one[place] != two[place] {
      return one[place] < two[place]
    }
    return false
  }

  /// Less the modulus, if it is not below it; `carry` is a bit above the highest word.
  private func reduced(_ number: [UInt32], carry: Bool) -> [UInt32] {
    guard carry || !Self.isLess(number, modulus) else { return number }
    var result = number
    var borrow = false
    for place in result.indices {
      let (first, one) = result[place].subtractingReportingOverflow(modulus[place])
      let (second, two) = first.subtractingReportingOverflow(borrow ? 1 : 0)
      result[place] = second
      borrow = one || two
    }
    return result
  }

  private func doubled(_ number: [UInt32]) -> [UInt32] {
    var result = number
    var carry: UInt32 = 0
    for place in result.indices {
      let next = result[place] >> 31
      result[place] = result[place] << 1 | carry
      carry = next
    }
    return reduced(result, carry: carry == 1)
  }

  /// `one * two / 2^(32k) mod n`.
  private func product(_ one: [UInt32], _ two: [UInt32]) -> [UInt32] {
    let count = modulus.count
    var sum = [UInt32](repeating: 0, count: count + 2)
    for word in one {
      var carry: UInt64 = 0
      for place in 0..<count {
        let value = UInt64(word) * UInt64(two[place]) + UInt64(sum[place]) + carry
        sum[place] = UInt32(truncatingIfNeeded: value)
        carry = value >> 32
      }
      var top = UInt64(sum[count]) + carry
      sum[count] = UInt32(truncatingIfNeeded: top)
      sum[count + 1] = UInt32(truncatingIfNeeded: top >> 32)
      let factor = sum[0] &* inverse
      carry = (UInt64(factor) * UInt64(modulus[0]) + UInt64(sum[0])) >> 32
      for place in 1..<count {
        let value = UInt64(factor) * UInt64(modulus[place]) + UInt64(sum[place]) + carry
        sum[place - 1] = UInt32(truncatingIfNeeded: value)
        carry = value >> 32
      }
      top = UInt64(sum[count]) + carry
      sum[count - 1] = UInt32(truncatingIfNeeded: top)
      sum[count] = sum[count + 1] &+ UInt32(truncatingIfNeeded: top >> 32)
    }
    return reduced(Array(sum[..<count]), carry: sum[count] != 0)
  }
}
