import ArgumentParser
import Engine
import Images
import Registry
import Support

struct Push: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Upload an image to a registry",
    usage: "\(ProgramName.current) push [OPTIONS] NAME[:TAG]")

  @Flag(name: .shortAndLong, help: "Push all tags of an image to the repository")
  var allTags = false
  @Flag(inversion: .prefixedNo, help: "Skip image signing") var disableContentTrust = true
  @Option(help: "Push a platform-specific manifest as a single-platform image") var platform:
    String?
  @Flag(name: .shortAndLong, help: "Suppress verbose output") var quiet = false
  @Argument(completion: Completion.images) var name: String

  func run() throws {
    let reference = try Reference(name)
    guard reference.digest == nil else {
      throw DklabError(
        .invalid, id: "push.digest",
        Text("cannot push a digest reference", ko: "다이제스트가 붙은 이름은 올릴 수 없습니다"),
        hint: Text("push NAME:TAG", ko: "이름:태그를 올리세요"))
    }
    let engine = try openEngine()
    let store = try engine.images()
    let targets = try allTags ? tags(of: reference, store) : [reference]
    if targets.count == 1, !allTags, !quiet, reference.tag == "latest", !name.hasSuffix(":latest") {
      print("Using default tag: latest")
    }
    try checkPlatform(targets, store)
    try checkIsReachable(reference)
    let display = TransferDisplay.onOutput()
    try RegistryClient.using(reference.domain, root: engine.root.path) { client in
      let upload = ImageUpload(client: client, store: store)
      for target in targets {
        try upload.push(target) { if !quiet { display.show($0) } }
        let id = try store.resolve(target.description).id
        try engine.journal.append("image", "push", actor: "\(id)", name: target.familiar)
      }
    }
    if quiet {
      print(targets.count == 1 && !allTags ? reference.description : reference.repository)
    }
  }

  private func tags(of reference: Reference, _ store: ImageStore) throws -> [Reference] {
    guard !name.hasSuffix(":" + (reference.tag ?? "")) else {
      throw DklabError(
        .invalid, id: "push.tag-and-all",
        Text(
          "tag can't be used with --all-tags/-a", ko: "--all-tags(-a)와 태그를 함께 쓸 수 없습니다"))
    }
    let all = try store.list().flatMap(\.tags).filter { $0.repository == reference.repository }
    guard !all.isEmpty else { throw ImageStore.notFound(name) }
    return all.sorted()
  }

  private func checkIsReachable(_ reference: Reference) throws {
    guard Offline.isWanted, !reference.isOnThisMachine else { return }
    throw DklabError(
      .unavailable, id: "push.offline",
      Text(
        "\(reference.familiar) goes to \(reference.domain), and DKLAB_OFFLINE stays on this machine",
        ko: "\(reference.familiar)은(는) \(reference.domain)(으)로 가는 이름인데, DKLAB_OFFLINE 때문에 이 컴퓨터 "
          + "밖으로 나가지 않습니다"),
      hint: Text(
        "the name says where it goes: dklab tag \(reference.familiar) localhost:5000/ME/NAME",
        ko: "이름이 갈 곳을 정합니다: dklab tag \(reference.familiar) localhost:5000/사용자/이름"))
  }

  private func checkPlatform(_ targets: [Reference], _ store: ImageStore) throws {
    guard let platform = try platform.map({ try Platform(parsing: $0) }) else { return }
    for target in targets {
      let image = try store.resolve(target.description)
      guard image.config.platform == platform else {
        throw DklabError(
          .notFound, id: "image.no-platform",
          Text(
            "image \(target.familiar) is for \(image.config.platform), not for \(platform)",
            ko: "\(target.familiar) 이미지는 \(platform)용이 아니라 \(image.config.platform)용입니다"))
      }
    }
  }
}
