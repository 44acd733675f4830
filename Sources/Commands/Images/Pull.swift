import ArgumentParser
import Engine
import Images
import Registry
import Support

struct Pull: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Download an image from a registry",
    usage: "\(ProgramName.current) pull [OPTIONS] NAME[:TAG|@DIGEST]",
    discussion: "What `images bootstrap` has put on the local shelf is taken from there.")

  @Flag(name: .shortAndLong, help: "Download all tagged images in the repository")
  var allTags = false
  @Flag(inversion: .prefixedNo, help: "Skip image verification") var disableContentTrust = true
  @Option(help: "Set platform if server is multi-platform capable") var platform: String?
  @Flag(name: .shortAndLong, help: "Suppress verbose output") var quiet = false
  @Argument var name: String

  func run() throws {
    let reference = try Reference(name)
    let platform = try platform.map { try Platform(parsing: $0) }
    let engine = try openEngine()
    if allTags { return try pullAll(reference, platform, engine) }
    if reference.tag == "latest", !quiet, !name.hasSuffix(":latest") {
      print("Using default tag: latest")
    }
    try pull(reference, platform, engine)
    print(reference)
  }

  private func pull(_ reference: Reference, _ platform: Platform?, _ engine: Engine) throws {
    let display = TransferDisplay.onOutput()
    _ = try engine.images().pull(reference, platform: platform) { progress in
      if !quiet { display.show(progress) }
    }
  }

  private func pullAll(_ reference: Reference, _ platform: Platform?, _ engine: Engine) throws {
    guard !name.hasSuffix(reference.suffixText), reference.digest == nil else {
      throw DklabError(
        .invalid, id: "pull.tag-and-all",
        Text(
          "tag can't be used with --all-tags/-a", ko: "--all-tags(-a)와 태그를 함께 쓸 수 없습니다"))
    }
    for tag in try RemoteManifest.tags(reference, root: engine.root.path) {
      try pull(reference.tagged(tag), platform, engine)
    }
    print(reference.repository)
  }
}

extension Reference {
  fileprivate var suffixText: String { tag.map { ":\($0)" } ?? "" }
}
