import Documents
import Images
import Support

/// What a registry on this machine says about an image, over plain HTTP and without a login: a lab's
/// own registry.
enum RegistryProbe {
  private static let accept = ManifestDocument.accepted.joined(separator: ", ")

  /// The digest of what `name` stands for, as a text; the tags that there are instead, as lines; why
  /// there is no answer.
  static func look(_ name: String) -> ProbeResult {
    guard let reference = try? Reference(name), reference.isOnThisMachine else {
      return .failed(
        Text(
          "`\(name)` names no registry of this machine: write localhost:PORT/NAME:TAG",
          ko: "`\(name)`은(는) 이 컴퓨터의 레지스트리가 아닙니다. localhost:포트/이름:태그 꼴로 쓰세요"))
    }
    let base = "http://\(reference.domain)/v2/\(reference.path)"
    let key = reference.digest?.description ?? reference.tag ?? "latest"
    switch HTTPProbe.exchange("\(base)/manifests/\(key)", host: nil, accept: accept) {
    case .failure(let reason): return reason.result
    case .success(let (bytes, isWhole)):
      guard case .http(let status, _, _) = HTTPProbe.answer(bytes, isWhole: isWhole) else {
        return .nothing("not an HTTP server")
      }
      guard status == 404 else {
        guard status == 200 else { return .nothing("status \(status)") }
        return digest(bytes).map { .text($0) } ?? .nothing("not a registry")
      }
      return tags(base)
    }
  }

  private static func digest(_ answer: [UInt8]) -> String? {
    guard let (head, _) = HTTPProbe.split(answer) else { return nil }
    let name = "docker-content-digest:"
    let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name) }
    return line.map { String($0.dropFirst(name.count).drop { $0 == " " }) }
  }

  private static func tags(_ base: String) -> ProbeResult {
    guard case .http(200, let body, _) = HTTPProbe.get("\(base)/tags/list", host: nil) else {
      return .lines([])
    }
    let json = try? JSONValue.parse(body.utf8, file: "tags")
    return .lines((json?["tags"]?.array ?? []).compactMap(\.string))
  }
}
