/// The rules for names, labels and keys (RFC 1123, RFC 1035 and Kubernetes' own), with the words
/// that the API server uses for what is wrong.
package enum Names {
  private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLowerAlphanumeric(byte) || (0x41...0x5a).contains(byte)
  }

  private static func isLabel(_ bytes: some Collection<UInt8>) -> Bool {
    let bytes = Array(bytes)
    guard let first = bytes.first, let last = bytes.last else { return false }
    return isLowerAlphanumeric(first) && isLowerAlphanumeric(last)
      && bytes.allSatisfy { isLowerAlphanumeric($0) || $0 == 0x2d }
  }

  /// What is wrong with `text` as a DNS label: at most 63 of a–z, 0–9 and `-`.
  package static func labelProblem(_ text: String) -> String? {
    if text.utf8.count > 63 { return "must be no more than 63 characters" }
    if isLabel(text.utf8) { return nil }
    return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
      + "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
      + "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  }

  /// What is wrong with `text` as the name of a service: a label that begins with a letter.
  package static func serviceNameProblem(_ text: String) -> String? {
    if text.utf8.count > 63 { return "must be no more than 63 characters" }
    if isLabel(text.utf8), let first = text.utf8.first, (0x61...0x7a).contains(first) { return nil }
    return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with "
      + "an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or "
      + "'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
  }

  /// What is wrong with `text` as a DNS subdomain: labels with dots between, at most 253.
  package static func subdomainProblem(_ text: String) -> String? {
    if text.utf8.count > 253 { return "must be no more than 253 characters" }
    let parts = text.utf8.split(separator: 0x2e, omittingEmptySubsequences: false)
    if parts.allSatisfy(isLabel) { return nil }
    return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' "
      + "or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex "
      + "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
  }

  /// What is wrong with `text` as a name that only must not break paths (roles, bindings).
  package static func pathSegmentProblem(_ text: String) -> String? {
    if text == "." || text == ".." { return "may not be '\(text)'" }
    for bad in ["/", "%"] where text.contains(bad) { return "may not contain '\(bad)'" }
    return nil
  }

  /// What is wrong with `text` as the key of a label or an annotation.
  package static func qualifiedNameProblem(_ text: String) -> String? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.last else {
      return "a qualified name \(nameRule) with an optional DNS subdomain prefix and '/' "
        + "(e.g. 'example.com/MyName')"
    }
    if parts.count == 2 {
      if parts[0].isEmpty { return "prefix part must be non-empty" }
      if let wrong = subdomainProblem(String(parts[0])) { return "prefix part \(wrong)" }
    }
    if name.isEmpty { return "name part must be non-empty" }
    if name.utf8.count > 63 { return "name part must be no more than 63 characters" }
    return isName(name) ? nil : "name part \(nameRule)"
  }

  /// What is wrong with `text` as the value of a label.
  package static func labelValueProblem(_ text: String) -> String? {
    if text.utf8.count > 63 { return "must be no more than 63 characters" }
    if text.isEmpty || isName(text[...]) { return nil }
    return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' "
      + "or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
      + "'my_value',  or '12345', regex used for validation is "
      + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
  }

  /// What is wrong with `text` as a key of a ConfigMap or a Secret.
  package static func configKeyProblem(_ text: String) -> String? {
    if text.utf8.count > 253 { return "must be no more than 253 characters" }
    if text == "." || text == ".." { return "must not be '\(text)'" }
    if text.hasPrefix("..") { return "must not start with '..'" }
    let isFine =
      !text.isEmpty
      && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2d || $0 == 0x5f || $0 == 0x2e }
    if isFine { return nil }
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
      + "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
      + "'[-._a-zA-Z0-9]+')"
  }

  /// What is wrong with `text` as the name of a port.
  package static func portNameProblems(_ text: String) -> [String] {
    var problems: [String] = []
    if text.utf8.count > 15 { problems.append("must be no more than 15 characters") }
    let bytes = Array(text.utf8)
    if !bytes.allSatisfy({ isLowerAlphanumeric($0) || $0 == 0x2d }) {
      problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    }
    if !bytes.contains(where: { (0x61...0x7a).contains($0) }) {
      problems.append("must contain at least one letter (a-z)")
    }
    if text.contains("--") { problems.append("must not contain consecutive hyphens") }
    if bytes.first == 0x2d || bytes.last == 0x2d {
      problems.append("must not begin or end with a hyphen")
    }
    return problems
  }

  private static let nameRule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    + "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    + "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

  private static func isName(_ text: Substring) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2d || $0 == 0x5f || $0 == 0x2e }
  }
}
