import Documents
import Glibc
import Linux
import Testing

/// `dklab registry serve` with an empty store, on a free port.
final class OwnRegistry {
  let directory: String
  let port: UInt16
  private let program: BackgroundProgram

  /// `localhost:PORT`.
  var name: String { "localhost:\(port)" }

  init(_ options: [String] = [], directory: String? = nil) throws {
    var template = Array("/tmp/dklab-registry-XXXXXX".utf8CString)
    let made = try directory ?? #require(mkdtemp(&template).map { String(cString: $0) })
    self.directory = made
    port = try freePort()
    program = try BackgroundProgram(
      [
        Sandbox.binary, "registry", "serve", "--listen", "127.0.0.1:\(port)", "--data",
        made + "/data",
      ] + options,
      environment: ["DKLAB_ROOT": made, "DKLAB_LANG": "en"])
    let port = port
    #expect(eventually { isListening(port) }, "\(program.printed)")
  }

  var printed: String { program.printed }

  func close() {
    program.end()
    try? Directory.removeTree(directory)
  }
}

/// The private registry, used by ourselves and by programs of others.
@Suite(.enabled(if: containerObstacle == nil, "\(containerObstacle ?? "")"))
struct RegistryServerTests {
  @Test("an image is pushed, listed, pulled, deleted, and its room comes back")
  func life() throws {
    let registry = try OwnRegistry()
    defer { registry.close() }
    let box = try Sandbox()
    defer { box.close() }
    let name = "\(registry.name)/me/box:1"
    box.run("pull busybox")
    box.run("tag busybox \(name)")
    let push = box.run("push \(name)")
    #expect(push.status == 0, "\(push)")
    let digest = try #require(push.lines.last?.split(separator: " ").dropFirst(2).first)
    #expect(registry.printed.contains("PUT /v2/me/box/manifests/1 201"))
    let environment = box.environment.merging(["DKLAB_ROOT": registry.directory + "/root"]) { $1 }
    let run = Sandbox.run(
      ["run", "--rm", "--network", "none", name, "echo", "arrived"], environment: environment)
    #expect(run.text == "arrived", "\(run)")
    #expect(run.errors.contains("Digest: \(digest)"))
    _ = Sandbox.run(["system", "reset", "--all", "--yes"], environment: environment)
    let data = ["--data", registry.directory + "/data", "--grace", "0"]
    let nothing = Sandbox.run(["registry", "gc"] + data, environment: box.environment)
    #expect(nothing.text == "deleted 0 manifests and 0 blobs: 0B", "\(nothing)")
    if let curl = ChildProgram.find("curl") {
      let deleted = Sandbox.run(
        ["-s", "-X", "DELETE", "http://\(registry.name)/v2/me/box/manifests/\(digest)"],
        program: curl, environment: [:])
      #expect(deleted.output == "")
      let collected = Sandbox.run(["registry", "gc"] + data, environment: box.environment)
      #expect(collected.output.contains("and 3 blobs"), "\(collected)")
      #expect(box.run("pull \(name)").status == 1)
    }
  }

  @Test(
    "skopeo copies to it and from it, over TLS and with a password, and the digest stays",
    .enabled(if: ChildProgram.find("skopeo") != nil, "needs skopeo"))
  func skopeo() throws {
    let skopeo = try #require(ChildProgram.find("skopeo"))
    var template = Array("/tmp/dklab-registry-XXXXXX".utf8CString)
    let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    try GenuineRegistry.makeCertificate(directory)
    let line = Sandbox.run(
      ["registry", "htpasswd", "lab"], input: "secret\n", environment: ["DKLAB_LANG": "en"])
    try File.replace(directory + "/htpasswd", line.output)
    let registry = try OwnRegistry(
      [
        "--tls-cert", directory + "/server.crt", "--tls-key", directory + "/server.key",
        "--htpasswd", directory + "/htpasswd",
      ], directory: directory)
    defer { registry.close() }
    let box = try Sandbox()
    defer { box.close() }
    box.run("pull busybox")
    box.run(["save", "-o", directory + "/box.tar", "busybox"])
    let name = "\(registry.name)/me/box:1"
    func copy(_ words: String...) -> Sandbox.Output {
      Sandbox.run(
        ["--insecure-policy", "copy", "-q"] + words, program: skopeo, environment: [:])
    }
    let stranger = copy(
      "--dest-tls-verify=false", "oci-archive:\(directory)/box.tar", "docker://\(name)")
    #expect(stranger.status != 0, "\(stranger)")
    let there = copy(
      "--dest-tls-verify=false", "--dest-creds=lab:secret", "--preserve-digests",
      "oci-archive:\(directory)/box.tar", "docker://\(name)")
    #expect(there.status == 0, "\(there)")
    let back = copy(
      "--src-tls-verify=false", "--src-creds=lab:secret", "--preserve-digests",
      "docker://\(name)", "oci:\(directory)/layout:1")
    #expect(back.status == 0, "\(back)")
    // The same login file serves skopeo and us.
    let settings = directory + "/settings"
    try Directory.make("\(settings)/docker/certs.d/\(registry.name)")
    try File.replace(
      "\(settings)/docker/certs.d/\(registry.name)/ca.crt",
      try File.read(directory + "/server.crt"))
    let login = Sandbox.run(
      [
        "login", "--authfile", settings + "/config.json", "--tls-verify=false", "-u", "lab", "-p",
        "secret", registry.name,
      ], program: skopeo, environment: [:])
    #expect(login.status == 0, "\(login)")
    box.environment["DOCKER_CONFIG"] = settings
    box.environment["XDG_CONFIG_HOME"] = settings
    let pull = box.run("pull \(name)")
    #expect(pull.status == 0, "\(pull)")
    let inspect = Sandbox.run(
      [
        "inspect", "--tls-verify=false", "--creds=lab:secret", "--format", "{{.Digest}}",
        "docker://\(name)",
      ], program: skopeo, environment: [:])
    #expect(pull.lines.contains("Digest: \(inspect.text)"), "\(inspect)")
    let layout = try JSONValue.parse(
      try File.read(directory + "/layout/index.json"), file: "index.json")
    #expect(layout["manifests"]?[0]?["digest"]?.string == inspect.text)
  }

  @Test("a cache brings what it lacks, and gives it on when the other registry is gone")
  func cache() throws {
    let origin = try OwnRegistry()
    let box = try Sandbox()
    defer { box.close() }
    box.run("pull busybox")
    box.run("tag busybox \(origin.name)/me/box:1")
    #expect(box.run("push \(origin.name)/me/box:1").status == 0)
    let cache = try OwnRegistry(["--proxy", origin.name])
    defer { cache.close() }
    let environment = box.environment.merging(["DKLAB_ROOT": cache.directory + "/root"]) { $1 }
    defer { _ = Sandbox.run(["system", "reset", "--all", "--yes"], environment: environment) }
    let name = "\(cache.name)/me/box:1"
    let first = Sandbox.run(["pull", name], environment: environment)
    #expect(first.status == 0, "\(first)")
    #expect(box.run("tag busybox \(cache.name)/x").status == 0)
    let push = box.run("push \(cache.name)/x")
    #expect(push.status == 1 && push.errors.contains("takes nothing in"), "\(push)")
    origin.close()
    _ = Sandbox.run(["system", "reset", "--all", "--yes"], environment: environment)
    let second = Sandbox.run(["pull", name], environment: environment)
    #expect(second.status == 0, "\(second)")
    let missing = Sandbox.run(["pull", "\(cache.name)/me/other"], environment: environment)
    #expect(missing.status == 1)
  }

  @Test("pulls that are killed at random places end right at last")
  func killed() throws {
    let registry = try OwnRegistry(["--quiet"])
    defer { registry.close() }
    let box = try Sandbox()
    defer { box.close() }
    // Content that no archive makes small, so that a pull takes a while.
    let context = registry.directory + "/context"
    try Directory.make(context)
    var numbers = SystemRandomNumberGenerator()
    let words = (0..<1_500_000).map { _ in numbers.next() }
    try File.replace(context + "/data", words.withUnsafeBytes { Array($0) })
    let name = "\(registry.name)/big"
    let tar = Sandbox.run(
      ["-C", context, "-cf", registry.directory + "/data.tar", "data"], program: "/usr/bin/tar",
      environment: [:])
    #expect(tar.status == 0, "\(tar)")
    #expect(box.run(["import", registry.directory + "/data.tar", name]).status == 0)
    #expect(box.run("push \(name)").status == 0)
    let environment = box.environment.merging(["DKLAB_ROOT": registry.directory + "/root"]) { $1 }
    defer { _ = Sandbox.run(["system", "reset", "--all", "--yes"], environment: environment) }
    for _ in 0..<10 {
      let pull = try BackgroundProgram(
        [Sandbox.binary, "pull", "-q", name], environment: environment)
      usleep(UInt32.random(in: 5_000...120_000))
      pull.kill()
    }
    let last = Sandbox.run(["pull", name], environment: environment)
    #expect(last.status == 0, "\(last)")
    let image = Sandbox.run(
      ["image", "inspect", "--format", "{{.Size}}", name], environment: environment)
    #expect(image.text == "12000000", "\(image)")
  }

  @Test("layers made here go compressed, each time under the same digest")
  func compressed() throws {
    let registry = try OwnRegistry(["--quiet"])
    defer { registry.close() }
    let box = try Sandbox()
    defer { box.close() }
    let folder = try BuildFolder("FROM busybox\nCOPY text /\n", files: ["text": "text\n"])
    let name = "\(registry.name)/me/box:1"
    #expect(box.run(["build", "-q", "-t", name, folder.path]).status == 0)
    let push = box.run("push \(name)")
    let digest = try #require(push.lines.last?.split(separator: " ").dropFirst(2).first, "\(push)")
    let seen = box.run("manifest inspect \(name)")
    let layers = try JSONValue.parse(seen.output.utf8, file: "manifest")["layers"]?.array ?? []
    #expect(layers.count == 2, "\(seen)")
    for layer in layers {
      #expect(layer["mediaType"]?.string == "application/vnd.oci.image.layer.v1.tar+gzip")
      let hex = layer["digest"]?.string?.dropFirst("sha256:".count) ?? ""
      let blob = try File.read("\(registry.directory)/data/blobs/sha256/\(hex)")
      #expect(blob.starts(with: [0x1f, 0x8b]) && layer["size"]?.int == blob.count)
    }
    // Somebody else's registry, and an engine that has never seen the image.
    let other = try OwnRegistry(["--quiet"])
    defer { other.close() }
    box.run("tag \(name) \(other.name)/you/box")
    #expect(box.run("push \(other.name)/you/box").output.contains("digest: \(digest)"))
    let environment = box.environment.merging(["DKLAB_ROOT": other.directory + "/root"]) { $1 }
    defer { _ = Sandbox.run(["system", "reset", "--all", "--yes"], environment: environment) }
    let pull = Sandbox.run(["pull", name], environment: environment)
    #expect(pull.lines.contains("Digest: \(digest)"), "\(pull)")
    let run = Sandbox.run(
      ["run", "--rm", "--network", "none", name, "cat", "/text"], environment: environment)
    #expect(run.output == "text\n", "\(run)")
    #expect(
      box.run("pull \(name)").lines.suffix(2).first == "Status: Image is up to date for \(name)")
  }

  @Test("credentials that come with a request count, and those of config.json do not")
  func given() throws {
    var template = Array("/tmp/dklab-registry-XXXXXX".utf8CString)
    let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    let line = Sandbox.run(["registry", "htpasswd", "lab"], input: "secret\n", environment: [:])
    try File.replace(directory + "/htpasswd", line.output)
    let registry = try OwnRegistry(
      ["--quiet", "--htpasswd", directory + "/htpasswd"], directory: directory)
    defer { registry.close() }
    let box = try Sandbox()
    defer { box.close() }
    box.environment["DOCKER_CONFIG"] = directory + "/settings"
    let name = "\(registry.name)/me/box:1"
    box.run("pull busybox")
    box.run("tag busybox \(name)")
    // {"username":"lab","password":"secret"}
    box.environment["DKLAB_REGISTRY_AUTH"] =
      "eyJ1c2VybmFtZSI6ImxhYiIsInBhc3N3b3JkIjoic2VjcmV0In0="
    #expect(box.run("push \(name)").status == 0)
    box.run("rmi \(name)")
    #expect(box.run("pull \(name)").status == 0)
    box.environment["DKLAB_REGISTRY_AUTH"] = nil
    let login = box.run("login -u lab --password-stdin \(registry.name)", input: "secret\n")
    #expect(login.status == 0)
    box.environment["DKLAB_REGISTRY_AUTH"] = "e30="
    let nobody = box.run("pull \(name)")
    #expect(nobody.status == 1 && nobody.errors.contains("unauthorized"), "\(nobody)")
  }

  @Test("what goes beyond this machine is not pushed when that is forbidden")
  func offline() throws {
    let box = try Sandbox()
    defer { box.close() }
    box.environment["DKLAB_OFFLINE"] = "1"
    box.run("pull busybox")
    let push = box.run("push busybox")
    #expect(push.status == 1 && push.errors.contains("busybox:latest goes to docker.io"), "\(push)")
  }
}
