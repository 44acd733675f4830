import Linux
import Support

extension BootstrapRecipe {
  /// The machine's docker-registry; without one, the registry that this kit has itself.
  static let registry: BootstrapRecipe = BootstrapRecipe(
    "registry", tags: ["2", "latest"],
    needs: Text(
      "this machine's docker-registry, else dklab's own registry",
      ko: "이 컴퓨터의 docker-registry, 없으면 dklab 자신의 레지스트리")
  ) { bootstrapper in
    let base = try bootstrapper.base(.busybox)
    var tree = LayerTree()
    let step = try addRegistry(to: &tree, over: base)
    tree.file("entrypoint.sh", registryEntrypoint, mode: 0o755)
    tree.file("etc/docker/registry/config.yml", registrySettings)
    tree.directory("var/lib/registry")
    let layer = try bootstrapper.layer(tree, name: "registry")
    try bootstrapper.image(registry.references, on: base, adding: [(layer, step)], isStandIn: true)
    {
      config in
      config.entrypoint = ["/entrypoint.sh"]
      config.cmd = ["/etc/docker/registry/config.yml"]
      config.exposedPorts = ["5000/tcp"]
      config.volumes = ["/var/lib/registry"]
    }
  }

  /// Puts a program that serves a registry at /bin/registry; what the history says of it.
  private static func addRegistry(to tree: inout LayerTree, over base: Image) throws -> String {
    let closure = ELFClosure()
    let genuine = ChildProgram.find("docker-registry")
    let own = "/proc/self/exe"
    let path = try genuine ?? File.link(own)
    do {
      try closure.add(
        program: File.exists(path) ? path : own,
        as: genuine == nil ? "usr/bin/dklab" : "usr/bin/registry")
    } catch let problem as ELFClosure.Problem {
      throw missing(
        "registry", Text("\(path): \(problem)", ko: "\(path): \(problem)"),
        hint: Text("install docker-registry", ko: "docker-registry를 설치하세요"))
    }
    for (target, source) in closure.files where !base.has(target, sameAs: source) {
      tree.file(target, host: source, mode: 0o755)
    }
    guard genuine == nil else { return "ADD docker-registry of the host with its libraries in /" }
    tree.file("usr/bin/registry", ownRegistry, mode: 0o755)
    return "ADD dklab of the host in /"
  }

  /// Takes the genuine program's place: `registry serve CONFIG`.
  private static let ownRegistry = """
    #!/bin/sh
    exec /usr/bin/dklab registry serve --listen 0.0.0.0:5000 --data /var/lib/registry

    """

  private static let registryEntrypoint = """
    #!/bin/sh
    # A configuration file alone is what to serve.
    set -e
    case "$1" in
      *.yaml | *.yml) set -- registry serve "$@" ;;
      serve | garbage-collect | help | -*) set -- registry "$@" ;;
    esac
    exec "$@"

    """

  private static let registrySettings = """
    version: 0.1
    log:
      fields:
        service: registry
    storage:
      filesystem:
        rootdirectory: /var/lib/registry
      delete:
        enabled: true
    http:
      addr: :5000

    """
}
