import Glibc
import Linux
import Testing

/// The same Dockerfiles built by us and by others: the same trees (type, mode, owner, links, content)
/// and the same configuration.
@Suite("build beside other builders")
struct BuildComparisonTests {
  @Test("there are Dockerfiles to compare")
  func cases() {
    #expect(BuildCase.all.count >= 60)
    for peer in [BuildCase.Peer.docker, .buildah, .buildkit] {
      #expect(BuildCase.all.contains { $0.peer == peer })
    }
  }

  /// One daemon for all of them: it takes longer to start than a build does.
  @Test(
    "a Dockerfile makes the same image as with docker's builder",
    .enabled(if: dockerBuilderObstacle == nil, "\(dockerBuilderObstacle ?? "")"))
  func docker() throws {
    let comparison = try BuildComparison("dockerbuilds")
    defer { comparison.close() }
    let docker = try ForeignCaller.dockerd()
    defer { docker.close() }
    let loaded = docker.run(["load", "-i", "\(comparison.work.path)/base.tar"])
    try #require(loaded.status == 0, "\(loaded)")
    for fixture in BuildCase.all where fixture.peer == .docker {
      try comparison.build(fixture)
      let built = docker.run(["build", "--network=none", "-t", "theirs", comparison.context])
      #expect(built.status == 0, "\(fixture): \(built)")
      let archive = "\(comparison.work.path)/theirs.tar"
      let saved = docker.run(["save", "-o", archive, "theirs"])
      #expect(saved.status == 0, "\(fixture): \(saved)")
      comparison.load(archive)
      try comparison.compare(fixture, layers: true)
    }
  }

  @Test(
    "a Dockerfile makes the same image as with BuildKit",
    .enabled(if: buildKitObstacle == nil, "\(buildKitObstacle ?? "")"))
  func buildKit() throws {
    let comparison = try BuildComparison("buildkitbuilds")
    defer { comparison.close() }
    let docker = try ForeignCaller.dockerd(
      client: "/usr/bin/docker", variables: ["DOCKER_BUILDKIT": "1"])
    defer { docker.close() }
    let loaded = docker.run(["load", "-i", "\(comparison.work.path)/base.tar"])
    try #require(loaded.status == 0, "\(loaded)")
    for fixture in BuildCase.all where fixture.peer != .docker {
      try comparison.build(fixture)
      let built = docker.run(["build", "--network=none", "-t", "theirs", comparison.context])
      #expect(built.status == 0, "\(fixture): \(built)")
      let archive = "\(comparison.work.path)/theirs.tar"
      let saved = docker.run(["save", "-o", archive, "theirs"])
      #expect(saved.status == 0, "\(fixture): \(saved)")
      comparison.load(archive)
      try comparison.compare(fixture, layers: true, leavesStubs: true)
    }
  }

  @Test(
    "a Dockerfile makes the same image as with buildah",
    .enabled(if: buildahObstacle == nil, "\(buildahObstacle ?? "")"))
  func buildah() throws {
    let comparison = try BuildComparison("buildahbuilds")
    defer { comparison.close() }
    let place = comparison.work.path
    let storage = [
      "--root", "\(place)/storage", "--runroot", "\(place)/run", "--storage-driver", "vfs",
    ]
    func run(_ words: [String]) {
      let result = Sandbox.run(
        storage + words, program: "/usr/bin/buildah", environment: [:], seconds: 120)
      #expect(result.status == 0, "buildah \(words.joined(separator: " ")): \(result)")
    }
    run(["pull", "docker-archive:\(place)/base.tar"])
    for fixture in BuildCase.all where fixture.peer == .buildah {
      try comparison.build(fixture)
      run([
        "build", "--isolation", "chroot", "--network", "host", "--format", "docker", "--pull-never",
        "-t", "theirs", comparison.context,
      ])
      unlink("\(place)/theirs.tar")
      run(["push", "theirs", "docker-archive:\(place)/theirs.tar:theirs:latest"])
      comparison.load("\(place)/theirs.tar")
      try comparison.compare(fixture, layers: false)
    }
    run(["rmi", "--all", "--force"])
  }
}

let buildahObstacle: String? =
  containerObstacle ?? (File.exists("/usr/bin/buildah") ? nil : "needs buildah")

let dockerBuilderObstacle: String? =
  containerObstacle
  ?? ["/usr/sbin/dockerd", "/usr/local/bin/docker", "/usr/sbin/runc"].first { !File.exists($0) }
  .map { "needs \($0)" }

/// BuildKit is in dockerd; a client older than 23 speaks to it without a plugin.
let buildKitObstacle: String? = {
  if let obstacle = dockerBuilderObstacle { return obstacle }
  guard File.exists("/usr/bin/docker") else { return "needs /usr/bin/docker" }
  let version = Sandbox.run(["--version"], program: "/usr/bin/docker", environment: [:]).output
  let major = version.split(separator: " ").compactMap { Int($0.prefix { $0.isNumber }) }.first
  return major.map { $0 < 23 } == true ? nil : "needs a docker client older than 23"
}()
