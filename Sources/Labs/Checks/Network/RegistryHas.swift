import Documents
import Support

/// `registry.has: {image: localhost:5000/me/app:1, same_as: app:1}`
struct RegistryHas: CheckType {
  static let type = "registry.has"
  static let shorthand: String? = "image"
  let image: String
  let local: String?

  init(_ fields: inout Fields) {
    image = fields.subjectString("image")
    local = fields.string("same_as")
  }

  var sentence: Text {
    guard let local else {
      return Text("the registry has `\(image)`", ko: "레지스트리에 `\(image)`이(가) 있습니다")
    }
    return Text(
      "the registry has `\(image)` with the content of `\(local)`",
      ko: "레지스트리의 `\(image)`은(는) `\(local)`와(과) 내용이 같습니다")
  }

  private var probe: Probe { .registry(image) }
  private var port: Int {
    image.split(separator: "/").first?.split(separator: ":").dropFirst().last.flatMap { Int($0) }
      ?? 80
  }
  var probes: [Probe] { [probe, .portHolder(port)] }
  var patience: Duration { .seconds(2) }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch snapshot.result(probe) {
    case .text(let digest): return judge(digest, snapshot)
    case .lines(let tags): return missing(tags, snapshot)
    case .failed(let reason): return .error(reason)
    case .nothing(let reason):
      return fail(
        Text(reason, ko: reason),
        [Cause("http.refused", "no registry answered: \(reason)", ko: "응답하는 레지스트리가 없습니다")]
          + PublishedPort.causes(forHost: port, in: snapshot), look: "docker ps")
    default:
      return .error(Text("the registry could not be asked", ko: "레지스트리에 물을 수 없습니다"))
    }
  }

  private func judge(_ digest: String, _ snapshot: Snapshot) -> Finding {
    let short = String(digest.prefix(19))
    guard let local else { return .pass(found: Text(short, ko: short)) }
    guard let here = snapshot.image(local) else {
      return .fail(MissingImage.failure(local, expected: sentence, in: snapshot))
    }
    let digests = (here.inspect["RepoDigests"]?.array ?? []).compactMap(\.string)
    guard !digests.contains(where: { $0.hasSuffix("@\(digest)") }) else {
      return .pass(found: Text(short, ko: short))
    }
    return fail(
      Text("another image, \(short)", ko: "다른 이미지 \(short)"),
      [
        Cause(
          "registry.other-content",
          "what was pushed is not what `\(local)` is now",
          ko: "올린 것은 지금의 `\(local)`이(가) 아닙니다")
      ], look: "docker images --digests")
  }

  private func missing(_ tags: [String], _ snapshot: Snapshot) -> Finding {
    let found = Text("no `\(image)`", ko: "`\(image)` 없음")
    if !tags.isEmpty {
      let list = tags.prefix(8).joined(separator: ", ")
      return fail(
        found,
        [
          Cause(
            "registry.other-tag", "the repository has other tags: \(list)",
            ko: "저장소에 있는 태그: \(list)")
        ], look: "docker images")
    }
    let isHere = snapshot.image(image) != nil
    return fail(
      found,
      [
        isHere
          ? Cause(
            "registry.not-pushed", "`\(image)` is here, and was not pushed",
            ko: "`\(image)` 이미지는 여기 있지만 올리지 않았습니다")
          : Cause(
            "registry.not-pushed",
            "no image here is called `\(image)`: the name says which registry it goes to",
            ko: "여기에 `\(image)`이라는 이름의 이미지가 없습니다. 이름이 어느 레지스트리로 갈지를 정합니다")
      ], look: "docker images")
  }

  private func fail(_ found: Text, _ causes: [Cause], look: String) -> Finding {
    .fail(Failure(expected: sentence, found: found, causes: causes, look: look))
  }
}
