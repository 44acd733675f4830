import HTTP
import Linux

/// What expressions can only ask functions about: the types that Kubernetes adds to the language.
enum OpaqueValue: Sendable, Hashable {
  case quantity(Quantity)
  case address(IPAddress)
  /// A network: an address of it, and how many of its bits all of them have.
  case network(IPAddress, Int)
  case url(ExpressionURL)
  /// What a text must look like, by its name.
  case format(String)
  case authorizer(AuthorizerValue)

  var typeName: String {
    switch self {
    case .quantity: "kubernetes.Quantity"
    case .address: "net.IP"
    case .network: "net.CIDR"
    case .url: "kubernetes.URL"
    case .format: "kubernetes.NamedFormat"
    case .authorizer(let value): value.typeName
    }
  }

  /// What `string(x)` gives.
  var text: String? {
    switch self {
    case .address(let address): "\(address)"
    case .network(let address, let length): "\(address)/\(length)"
    default: nil
    }
  }
}

extension Quantity: Hashable {
  package func hash(into hasher: inout Hasher) { hasher.combine(nano) }
}

/// The parts of a URL that expressions may ask for.
struct ExpressionURL: Sendable, Hashable {
  var scheme = ""
  var host = ""
  var path = ""
  var query: [String: [String]] = [:]

  /// An absolute URL, or a path from the root; nil for anything else.
  init?(_ text: String) {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { return nil }
    var rest = text[...]
    if !rest.hasPrefix("/") {
      let word = rest.prefix { $0 != ":" }
      guard word.count < rest.count, let first = word.first, first.isASCII, first.isLetter,
        word.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
      else { return nil }
      scheme = word.lowercased()
      rest = rest.dropFirst(word.count + 1)
      guard rest.hasPrefix("/") else { return nil }
    }
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    rest = parts[0]
    if !scheme.isEmpty, rest.hasPrefix("//") {
      let authority = rest.dropFirst(2).prefix { $0 != "/" }
      rest = rest.dropFirst(2 + authority.count)
      host = String(
        authority[
          (authority.lastIndex(of: "@").map { authority.index(after: $0) }
            ?? authority.startIndex)...])
      guard Self.isHost(host) else { return nil }
    }
    path = String(rest)
    if parts.count > 1 { readQuery(parts[1]) }
  }

  private static func isHost(_ host: String) -> Bool {
    let port = host.hasPrefix("[") ? host.drop { $0 != "]" }.dropFirst() : host.drop { $0 != ":" }
    if host.hasPrefix("["), !host.contains("]") { return false }
    return !host.contains { "<>\"\\^`{|} ".contains($0) }
      && (port.isEmpty || port.hasPrefix(":") && port.dropFirst().allSatisfy(\.isNumber))
  }

  private mutating func readQuery(_ text: Substring) {
    func plain(_ text: Substring) -> String {
      PercentEncoding.decode(String(text.map { $0 == "+" ? " " : $0 })) ?? String(text)
    }
    for piece in text.split(separator: "&") {
      let pair = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query[plain(pair[0]), default: []].append(pair.count > 1 ? plain(pair[1]) : "")
    }
  }

  /// The host without its port and its brackets.
  var hostname: String {
    if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
    return String(host.prefix { $0 != ":" })
  }

  var port: String {
    let rest = host.hasPrefix("[") ? host.drop { $0 != "]" }.dropFirst() : host.drop { $0 != ":" }
    return String(rest.dropFirst())
  }
}
