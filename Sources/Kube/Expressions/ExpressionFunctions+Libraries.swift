import Documents
import Linux
import Support

/// The libraries that Kubernetes adds to the language: sets, quantities, addresses, URLs, formats, and values
/// that may be missing.
extension ExpressionFunctions {
  /// Functions with a point in their name, which are no methods.
  static let qualified: Set<String> = Set(
    [
      "sets.contains", "sets.equivalent", "sets.intersects", "optional.of", "optional.none",
      "optional.ofNonZeroValue", "ip.isCanonical", "strings.quote", "format.named",
    ] + ExpressionFormats.names.map { "format.\($0)" })

  /// A function of a library; nil when there is none of this name.
  static func library(_ name: String, _ values: [ExpressionValue]) throws(ExpressionError)
    -> ExpressionValue?
  {
    if name.hasPrefix("format."), values.isEmpty {
      return .opaque(.format(String(name.dropFirst("format.".count))))
    }
    switch (name, values.count, values.first, values.dropFirst().first) {
    case ("optional.none", 0, _, _): return .optional(nil)
    case ("optional.of", 1, let value?, _): return .optional(value)
    case ("optional.ofNonZeroValue", 1, let value?, _):
      return .optional(isZero(value) ? nil : value)
    case ("sets.contains", 2, .list(let one)?, .list(let two)?):
      return .bool(holds(one, two))
    case ("sets.equivalent", 2, .list(let one)?, .list(let two)?):
      return .bool(holds(one, two) && holds(two, one))
    case ("sets.intersects", 2, .list(let one)?, .list(let two)?):
      return .bool(one.contains { element in two.contains { $0.equals(element) } })
    case ("strings.quote", 1, .string(let text)?, _):
      return .string(JSONValue.string(text).description)
    case ("format.named", 1, .string(let name)?, _):
      return .optional(
        ExpressionFormats.names.contains(name) ? .opaque(.format(name)) : nil)
    case (_, 1, .string(let text)?, _): return try parsed(name, text)
    default: return nil
    }
  }

  private static func isZero(_ value: ExpressionValue) -> Bool {
    switch value {
    case .null, .optional(nil), .bool(false), .int(0), .uint(0), .string(""): true
    case .double(let number): number == 0
    case .bytes(let bytes): bytes.isEmpty
    case .list(let elements): elements.isEmpty
    case .map(let members): members.isEmpty
    case .duration(let length): length == 0
    default: false
    }
  }

  private static func holds(_ one: [ExpressionValue], _ two: [ExpressionValue]) -> Bool {
    two.allSatisfy { element in one.contains { $0.equals(element) } }
  }

  /// Something made of a text, or whether it could be.
  private static func parsed(_ name: String, _ text: String) throws(ExpressionError)
    -> ExpressionValue?
  {
    switch name {
    case "isQuantity": return .bool(Quantity(text) != nil)
    case "quantity":
      guard let found = Quantity(text) else {
        throw ExpressionError(
          "quantities must match the regular expression "
            + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
      }
      return .opaque(.quantity(found))
    case "isIP": return .bool(address(text) != nil)
    case "ip":
      guard let found = address(text) else {
        throw ExpressionError("IP Address \"\(text)\" parse error during conversion from string")
      }
      return .opaque(.address(found))
    case "ip.isCanonical":
      guard let found = address(text) else {
        throw ExpressionError("IP Address \"\(text)\" parse error during conversion from string")
      }
      return .bool("\(found)" == text)
    case "isCIDR": return .bool(network(text) != nil)
    case "cidr":
      guard let found = network(text) else {
        throw ExpressionError("network address parse error during conversion from string: \(text)")
      }
      return .opaque(found)
    case "isURL": return .bool(ExpressionURL(text) != nil)
    case "url":
      guard let found = ExpressionURL(text) else {
        throw ExpressionError("URL parse error during conversion from string: \(text)")
      }
      return .opaque(.url(found))
    default: return nil
    }
  }

  /// An address, but for IPv4 written as IPv6.
  static func address(_ text: String) -> IPAddress? {
    guard let found = IPAddress(text) else { return nil }
    if case .v6(let bytes) = found, bytes[..<10].allSatisfy({ $0 == 0 }),
      bytes[10..<12] == [0xff, 0xff]
    {
      return nil
    }
    return found
  }

  static func network(_ text: String) -> OpaqueValue? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let found = address(String(parts[0])), let length = Int(parts[1]),
      String(length) == parts[1], (0...(found.isV6 ? 128 : 32)).contains(length)
    else { return nil }
    return .network(found, length)
  }

  /// A method of a value that may be missing.
  static func optional(_ name: String, _ value: ExpressionValue?, _ rest: [ExpressionValue])
    throws(ExpressionError) -> ExpressionValue?
  {
    switch (name, rest.count) {
    case ("hasValue", 0): return .bool(value != nil)
    case ("value", 0):
      guard let value else { throw ExpressionError("optional.none() dereference") }
      return value
    case ("orValue", 1): return value ?? rest[0]
    case ("or", 1):
      guard case .optional = rest[0] else { return nil }
      return value.map { .optional($0) } ?? rest[0]
    default: return nil
    }
  }

  /// A method of a type of Kubernetes' own.
  static func opaque(_ name: String, _ value: OpaqueValue, _ rest: [ExpressionValue])
    throws(ExpressionError) -> ExpressionValue?
  {
    let words = rest.compactMap { if case .string(let word) = $0 { word } else { nil as String? } }
    switch value {
    case .quantity(let quantity): return self.quantity(name, quantity, rest)
    case .address(let address) where rest.isEmpty: return self.address(name, address)
    case .network(let address, let length):
      return try network(name, address, length, rest)
    case .url(let url) where rest.isEmpty: return self.url(name, url)
    case .format(let format) where name == "validate" && rest.count == 1 && words.count == 1:
      let problems = ExpressionFormats.problems(format, words[0])
      return .optional(problems.isEmpty ? nil : .list(problems.map { .string($0) }))
    case .authorizer(let authorizer) where words.count == rest.count:
      return authorizer.call(name, words)
    default: return nil
    }
  }

  private static func quantity(_ name: String, _ one: Quantity, _ rest: [ExpressionValue])
    -> ExpressionValue?
  {
    let unit: Int128 = 1_000_000_000
    let whole = one.nano % unit == 0 ? Int64(exactly: one.nano / unit) : nil
    switch (name, rest.first) {
    case ("isInteger", nil): return .bool(whole != nil)
    case ("asInteger", nil): return whole.map { .int($0) }
    case ("asApproximateFloat", nil): return .double(Double(one.nano) / 1e9)
    case ("sign", nil): return .int(Int64(one.nano.signum()))
    case ("add", .opaque(.quantity(let two))?): return .opaque(.quantity(one + two))
    case ("sub", .opaque(.quantity(let two))?): return .opaque(.quantity(one - two))
    case ("add", .int(let two)?): return .opaque(.quantity(one + Quantity(Int(two))))
    case ("sub", .int(let two)?): return .opaque(.quantity(one - Quantity(Int(two))))
    case ("isLessThan", .opaque(.quantity(let two))?): return .bool(one < two)
    case ("isGreaterThan", .opaque(.quantity(let two))?): return .bool(one > two)
    case ("compareTo", .opaque(.quantity(let two))?):
      return .int(one < two ? -1 : one == two ? 0 : 1)
    default: return nil
    }
  }

  private static func address(_ name: String, _ address: IPAddress) -> ExpressionValue? {
    let bytes = bytes(of: address)
    let isV6 = bytes.count == 16
    let isLocalUnicast =
      isV6 ? bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 : bytes[..<2] == [169, 254]
    let isLocalMulticast =
      isV6 ? bytes[0] == 0xff && bytes[1] & 0xf == 2 : bytes[..<3] == [224, 0, 0]
    switch name {
    case "family": return .int(isV6 ? 6 : 4)
    case "isUnspecified": return .bool(address.isAny)
    case "isLoopback": return .bool(address.isLoopback)
    case "isLinkLocalUnicast": return .bool(isLocalUnicast)
    case "isLinkLocalMulticast": return .bool(isLocalMulticast)
    case "isGlobalUnicast":
      let isMulticast = isV6 ? bytes[0] == 0xff : (224...239).contains(bytes[0])
      let isBroadcast = bytes == [255, 255, 255, 255]
      return .bool(
        !isMulticast && !isBroadcast && !isLocalUnicast && !address.isLoopback && !address.isAny)
    default: return nil
    }
  }

  private static func bytes(of address: IPAddress) -> [UInt8] {
    switch address {
    case .v4(let address): address.octets
    case .v6(let bytes): bytes
    }
  }

  /// An address with nothing behind its first bits.
  private static func masked(_ address: IPAddress, _ length: Int) -> IPAddress {
    var bytes = bytes(of: address)
    for index in bytes.indices {
      let left = min(8, max(0, length - index * 8))
      bytes[index] &= UInt8(truncatingIfNeeded: 0xff00 >> left)
    }
    return IPAddress(bytes: bytes) ?? address
  }

  private static func network(
    _ name: String, _ address: IPAddress, _ length: Int, _ rest: [ExpressionValue]
  ) throws(ExpressionError) -> ExpressionValue? {
    func isWithin(_ other: IPAddress) -> Bool {
      other.isV6 == address.isV6 && masked(other, length) == masked(address, length)
    }
    switch (name, rest.first) {
    case ("ip", nil): return .opaque(.address(address))
    case ("masked", nil): return .opaque(.network(masked(address, length), length))
    case ("prefixLength", nil): return .int(Int64(length))
    case ("containsIP", .opaque(.address(let other))?): return .bool(isWithin(other))
    case ("containsCIDR", .opaque(.network(let other, let more))?):
      return .bool(more >= length && isWithin(other))
    case ("containsIP", .string?), ("containsCIDR", .string?):
      guard let text = rest[0].text,
        let other = try parsed(name == "containsIP" ? "ip" : "cidr", text)
      else { return nil }
      return try network(name, address, length, [other])
    default: return nil
    }
  }

  private static func url(_ name: String, _ url: ExpressionURL) -> ExpressionValue? {
    switch name {
    case "getScheme": return .string(url.scheme)
    case "getHost": return .string(url.host)
    case "getHostname": return .string(url.hostname)
    case "getPort": return .string(url.port)
    case "getEscapedPath": return .string(url.path)
    case "getQuery":
      var result: [ExpressionValue: ExpressionValue] = [:]
      for (key, values) in url.query {
        result[.string(key)] = .list(values.map { .string($0) })
      }
      return .map(result)
    default: return nil
    }
  }
}
