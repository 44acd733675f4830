import Builder
import Compose
import Engine
import Images
import Linux
import Support

/// Builds and pulls a service's image, with what `build` and `pull` do.
struct ComposeImageWork: ComposeImages {
  let session: ComposeSession
  /// Flags of `compose build`.
  var extra: [String] = []

  func build(_ service: Service) throws {
    guard let wish = service.build else {
      throw DklabError(
        .invalid, id: "compose.no-build",
        Text(
          "service \(service.name) has no build section", ko: "\(service.name) 서비스에 build가 없습니다"),
        at: service.location)
    }
    var words = ["-t", service.spec.image] + wish.tags.flatMap { ["-t", $0] } + extra
    if let target = wish.target { words += ["--target", target] }
    if let network = wish.network { words += ["--network", network] }
    if let size = wish.shmSize { words += ["--shm-size", size] }
    if let platform = wish.platform { words += ["--platform", platform] }
    for (name, value) in wish.arguments { words += ["--build-arg", "\(name)=\(value)"] }
    for (name, value) in wish.labels + labels(of: service) {
      words += ["--label", "\(name)=\(value)"]
    }
    for (name, value) in wish.contexts { words += ["--build-context", "\(name)=\(value)"] }
    for host in wish.extraHosts { words += ["--add-host", host] }
    for image in wish.cacheFrom { words += ["--cache-from", image] }
    for secret in wish.secrets { words += ["--secret", secret] }
    if wish.noCache { words.append("--no-cache") }
    if wish.pull { words.append("--pull") }
    if session.plans.buildsQuietly { words.append("--quiet") }
    var temporary: String?
    defer { if let temporary { try? Directory.removeTree(temporary) } }
    if let text = wish.inline {
      let folder = "\(session.engine.directory)/build/inline-\(UInt32.random(in: 0 ... .max))"
      temporary = folder
      try Directory.make(folder, mode: 0o700)
      try File.replace("\(folder)/Dockerfile", text)
      words += ["-f", "\(folder)/Dockerfile"]
    } else if let file = wish.dockerfile {
      words += ["-f", PathText.join(wish.context, file)]
    }
    var command = try Build.parseAsRoot(words + [wish.context])
    try command.run()
  }

  /// By these, what a build leaves without a name is found again.
  private func labels(of service: Service) -> [(name: String, value: String)] {
    [
      (ComposeLabels.version, ComposeLabels.versionText),
      (ComposeLabels.project, session.model.name), (ComposeLabels.service, service.name),
    ]
  }

  /// Removes images of the project that a build has taken the name from, and that no container uses.
  func prune() throws {
    let engine = session.engine
    let project = session.model.name
    let report = try engine.images().prune(
      users: { try engine.users(of: $0) },
      where: { $0.config.config.labels?[ComposeLabels.project] == project })
    guard !report.removals.isEmpty else { return }
    try Engine.collectImages(root: engine.root)
  }

  func pull(_ service: Service) throws {
    let reference = try Reference(service.spec.image)
    do {
      _ = try session.engine.images().pull(reference) { _ in }
    } catch var error as DklabError {
      error.location = error.location ?? service.location
      throw error
    }
  }
}
