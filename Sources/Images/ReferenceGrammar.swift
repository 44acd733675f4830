// How a typed image name becomes a full one.
//
//   reference   = [domain "/"] component {"/" component} [":" tag] ["@" digest]
//   domain      = labels joined by ".", or "[" IPv6 "]", and an optional ":" port
//   component   = runs of a-z 0-9, joined by one of  .  _  __  or any number of  -
//   tag         = one of A-Z a-z 0-9 _ , then up to 127 of A-Z a-z 0-9 _ . -
//
// The first part is a domain only when it has a dot, a colon, an upper-case letter or is
// `localhost`; otherwise `docker/getting-started` would name a registry called docker.
//
// Next: ImageConfig.swift.

import Support

extension Reference {
  static func parse(_ text: String) throws -> Reference {
    guard !text.isEmpty else { throw invalid(text) }
    if Digest(hex: text) != nil {
      throw invalid(
        text, id: "reference.hexadecimal",
        Text(
          "invalid repository name (\(text)), cannot specify 64-byte hexadecimal strings",
          ko: "올바르지 않은 이미지 이름입니다(\(text)): 64자리 16진수는 이름으로 쓸 수 없습니다"))
    }
    var (domain, rest) = splitDomain(text)
    var digest: Digest?
    if let at = rest.firstIndex(of: "@") {
      digest = try parseDigest(rest[rest.index(after: at)...], in: text)
      rest = String(rest[..<at])
    }
    var tag: String?
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
      tag = String(rest[rest.index(after: colon)...])
      rest = String(rest[..<colon])
    }
    guard rest == rest.lowercased() else {
      throw invalid(
        text, id: "reference.uppercase",
        Text(
          "invalid reference format: repository name (\(rest)) must be lowercase",
          ko: "올바르지 않은 이미지 이름입니다: 저장소 이름(\(rest))은 소문자여야 합니다"))
    }
    guard isDomain(domain),
      rest.split(separator: "/", omittingEmptySubsequences: false)
        .allSatisfy({ isComponent(Substring($0)) }), tag.map(isTag) ?? true
    else { throw invalid(text) }
    guard domain.utf8.count + 1 + rest.utf8.count <= 255 else {
      throw invalid(
        text, id: "reference.too-long",
        Text(
          "invalid reference format: repository name must not be more than 255 characters",
          ko: "올바르지 않은 이미지 이름입니다: 저장소 이름은 255자를 넘을 수 없습니다"))
    }
    if tag == nil && digest == nil { tag = defaultTag }
    return Reference(domain: domain, path: rest, tag: tag, digest: digest)
  }

  private static func invalid(
    _ text: String, id: String = "reference.invalid", _ message: Text? = nil
  )
    -> DklabError
  {
    DklabError(
      .invalid, id: id,
      message
        ?? Text(
          "invalid reference format" + (text.isEmpty ? "" : ": \"\(text)\""),
          ko: "올바르지 않은 이미지 이름입니다" + (text.isEmpty ? "" : ": \"\(text)\"")),
      hint: Text(
        "an image name looks like ubuntu, nginx:1.27 or localhost:5000/me/app:2",
        ko: "이미지 이름은 ubuntu, nginx:1.27, localhost:5000/me/app:2와 같은 모양입니다"))
  }

  private static func splitDomain(_ text: String) -> (domain: String, rest: String) {
    var domain = defaultDomain
    var rest = text
    if beginsWithDomain(text), let slash = text.firstIndex(of: "/") {
      let first = String(text[..<slash])
      domain = first == "index.docker.io" ? defaultDomain : first
      rest = String(text[text.index(after: slash)...])
    }
    if domain == defaultDomain, !rest.contains("/") { rest = officialPrefix + rest }
    return (domain, rest)
  }

  /// Whether the first part of `text` is taken for a registry.
  static func beginsWithDomain(_ text: String) -> Bool {
    guard let slash = text.firstIndex(of: "/") else { return false }
    let first = text[..<slash]
    return first.contains { $0 == "." || $0 == ":" } || first == "localhost"
      || first != first.lowercased()
  }

  private static func parseDigest(_ text: Substring, in whole: String) throws -> Digest {
    if let digest = Digest(text) { return digest }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.count >= 32,
      parts[1].utf8.allSatisfy({ Digest.isHexadecimal($0 | 0x20) })
    else { throw invalid(whole) }
    let supported = parts[0] == "sha256"
    throw invalid(
      whole, id: "reference.digest",
      supported
        ? Text(
          "invalid reference format: invalid checksum digest length",
          ko: "올바르지 않은 이미지 이름입니다: 다이제스트의 길이가 맞지 않습니다")
        : Text(
          "invalid reference format: unsupported digest algorithm \"\(parts[0])\" (use sha256)",
          ko: "올바르지 않은 이미지 이름입니다: 지원하지 않는 다이제스트 알고리즘 \"\(parts[0])\" (sha256만 가능)"))
  }

  static func isTag(_ tag: String) -> Bool {
    guard let first = tag.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-"),
      tag.utf8.count <= 128
    else { return false }
    return tag.utf8.allSatisfy { isAlphanumeric($0) || [0x5f, 0x2e, 0x2d].contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isComponent(_ component: Substring) -> Bool {
    guard let first = component.utf8.first, let last = component.utf8.last,
      isLowerOrDigit(first), isLowerOrDigit(last)
    else { return false }
    let separators = component.utf8.split(whereSeparator: isLowerOrDigit)
    return separators.allSatisfy { run in
      let text = String(run) ?? ""
      return text == "." || text == "_" || text == "__" || text.allSatisfy { $0 == "-" }
    }
  }

  private static func isDomain(_ domain: String) -> Bool {
    var host = domain[...]
    if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
      let port = host[host.index(after: colon)...]
      guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return false
      }
      host = host[..<colon]
    }
    if host.hasPrefix("[") && host.hasSuffix("]") {
      let inside = host.dropFirst().dropLast()
      return !inside.isEmpty
        && inside.utf8.allSatisfy { Digest.isHexadecimal($0 | 0x20) || $0 == UInt8(ascii: ":") }
    }
    return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      guard let first = label.utf8.first, let last = label.utf8.last else { return false }
      return isAlphanumeric(first) && isAlphanumeric(last)
        && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
  }
}
