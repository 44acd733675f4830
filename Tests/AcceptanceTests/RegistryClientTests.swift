import Documents
import Glibc
import Linux
import Testing

/// Push and pull against the distribution project's own server.
@Suite(
  .enabled(if: containerObstacle == nil, "\(containerObstacle ?? "")"),
  .enabled(if: GenuineRegistry.obstacle == nil, "\(GenuineRegistry.obstacle ?? "")"))
struct RegistryClientTests {
  @Test("an image goes to a registry and runs elsewhere, with the same digest")
  func roundTrip() throws {
    let registry = try GenuineRegistry()
    defer { registry.close() }
    let box = try Sandbox()
    defer { box.close() }
    let name = "\(registry.name)/me/box:1"
    box.run("pull busybox")
    box.run("tag busybox \(name)")
    let push = box.run("push \(name)")
    #expect(push.status == 0, "\(push)")
    #expect(push.lines.first == "The push refers to repository [\(registry.name)/me/box]")
    #expect(push.lines.contains { $0.hasSuffix(": Pushed") })
    let last = try #require(push.lines.last)
    #expect(last.hasPrefix("1: digest: sha256:"))
    let digest = String(last.split(separator: " ")[2])
    #expect(box.run("push \(name)").output.contains("Layer already exists"))
    box.run("tag busybox \(registry.name)/other/box")
    let mounted = box.run("push \(registry.name)/other/box")
    #expect(mounted.output.contains("Mounted from me/box"), "\(mounted)")
    #expect(box.run("images --digests").output.contains(digest))

    // A root of its own, which has nothing to start from.
    let elsewhere = registry.directory + "/root"
    let environment = box.environment.merging(["DKLAB_ROOT": elsewhere]) { $1 }
    defer { _ = Sandbox.run(["system", "reset", "--all", "--yes"], environment: environment) }
    let run = Sandbox.run(
      ["run", "--rm", "--network", "none", name, "echo", "arrived"], environment: environment)
    #expect(run.text == "arrived", "\(run)")
    #expect(run.errors.contains("Unable to find image '\(name)' locally"))
    #expect(run.errors.contains("Digest: \(digest)"))
    let again = Sandbox.run(["pull", name], environment: environment)
    #expect(again.lines.suffix(2) == ["Status: Image is up to date for \(name)", name])
    let inspect = Sandbox.run(["manifest", "inspect", name], environment: environment)
    #expect(try JSONValue.parse(inspect.output.utf8, file: "manifest")["schemaVersion"] == 2)
    let pinned = Sandbox.run(
      ["pull", "-q", "\(registry.name)/me/box@\(digest)"], environment: environment)
    #expect(pinned.text == "\(registry.name)/me/box@\(digest)")
    let missing = Sandbox.run(["pull", "\(registry.name)/me/box:2"], environment: environment)
    #expect(missing.status == 1)
    #expect(missing.errors.hasPrefix("dklab: manifest for \(registry.name)/me/box:2 not found"))
  }

  @Test("over TLS and with a password, as docker's configuration says")
  func secured() throws {
    let registry = try GenuineRegistry(secured: true)
    defer { registry.close() }
    let box = try Sandbox()
    defer { box.close() }
    let settings = registry.directory + "/settings"
    box.environment["DOCKER_CONFIG"] = settings
    box.environment["XDG_CONFIG_HOME"] = settings
    try Directory.make("\(settings)/docker/certs.d/\(registry.name)")
    try File.replace(
      "\(settings)/docker/certs.d/\(registry.name)/ca.crt",
      try File.read(registry.directory + "/server.crt"))
    let name = "\(registry.name)/me/box:1"
    box.run("pull busybox")
    box.run("tag busybox \(name)")
    let stranger = box.run("push \(name)")
    #expect(stranger.status == 1)
    #expect(stranger.errors.contains("unauthorized: authentication required"), "\(stranger)")
    #expect(stranger.errors.contains("docker login \(registry.name)"))
    let wrong = box.run("login -u lab --password-stdin \(registry.name)", input: "wrong\n")
    #expect(wrong.status == 1 && wrong.errors.contains("unauthorized"), "\(wrong)")
    let login = box.run("login -u lab --password-stdin \(registry.name)", input: "secret\n")
    #expect(login.text == "Login Succeeded", "\(login)")
    #expect(login.errors.contains("stored unencrypted in '\(settings)/config.json'"))
    #expect(box.run("push \(name)").status == 0)
    box.run("rmi \(name)")
    let pull = box.run("pull \(name)")
    #expect(pull.status == 0, "\(pull)")
    // skopeo reads the same login, and sees the same digest.
    let skopeo = ChildProgram.find("skopeo")
    if let skopeo {
      let seen = Sandbox.run(
        [
          "inspect", "--authfile", settings + "/config.json", "--cert-dir",
          "\(settings)/docker/certs.d/\(registry.name)", "--format", "{{.Digest}}",
          "docker://\(name)",
        ], program: skopeo, environment: [:])
      #expect(pull.lines.contains("Digest: \(seen.text)"), "\(seen)")
    }
    #expect(
      box.run("logout \(registry.name)").text
        == "Removing login credentials for \(registry.name)")
    #expect(box.run("pull \(name)").status == 1)
  }
}
