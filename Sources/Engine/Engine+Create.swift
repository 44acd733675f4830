import Glibc
import Images
import Linux
import Networks
import Runtime
import Support

extension Engine {
  /// Makes a container without starting it (`docker create`): its record, its directories, and the
  /// anonymous volumes it asks for.
  ///
  /// - Parameters:
  ///   - name: nil takes what `freeName` offers, asked again while a name is taken.
  ///   - startsNow: it will be started at once, and nobody is told of it before that is on record.
  ///   - isTrial: it is there for its plan only, and will be removed: nothing is made outside the engine.
  ///   - isWanted: asked at the last moment, when the database is there to be written to, which may have
  ///     taken a while; when it is not, nothing is made.
  /// - Throws: `DklabError` `image.not-found`, `container.name-in-use`, `mount.source-missing` …;
  ///   nothing is left behind then.
  package func create(
    _ spec: ContainerSpec, image: Image, name: String?, startsNow: Bool = false,
    isTrial: Bool = false, isWanted: () -> Bool = { true }, freeName: () -> String
  ) throws -> ContainerRecord {
    var spec = spec
    spec.config = ContainerMerge.merge(spec.config, onto: image.config.config)
    guard !((spec.config.entrypoint ?? []) + (spec.config.cmd ?? [])).isEmpty else {
      throw DklabError(
        .invalid, id: "container.no-command",
        Text("no command specified", ko: "실행할 명령이 없습니다"),
        hint: Text(
          "the image \(spec.image) has no CMD or ENTRYPOINT: give a command after its name",
          ko: "\(spec.image) 이미지에 CMD나 ENTRYPOINT가 없습니다. 이름 뒤에 명령을 쓰세요"),
        exitStatus: 125)
    }
    try spec.config.healthcheck?.validate()
    _ = try LogPolicy(
      driver: spec.host.logDriver ?? "json-file", spec.host.logOptions ?? [:])
    try remapUsers(&spec.host, makesUser: !isTrial)
    try checkReferences(of: spec)
    if instance.hasPrefix("lab") && spec.host.pidsLimit == 0 { spec.host.pidsLimit = 2048 }
    let id = try randomIdentifier()
    let attachments = try attachments(spec)
    let mounts = try resolveMounts(spec, image: image)
    do {
      // Until the record holds the image, the lock keeps its layers from being collected.
      let record = try images().content.withLock {
        guard image.isComplete else { throw ImageStore.notFound(spec.image) }
        return try database.transaction(startsNow ? .later : .now) {
          guard isWanted() else {
            throw DklabError(
              .internal, id: "container.not-wanted",
              Text(
                "nobody waits for the container any more", ko: "컨테이너를 기다리는 쪽이 이미 없습니다"))
          }
          let chosen = try chooseName(name, freeName)
          // While the database is locked for writing: a directory without a record is then certainly
          // one that a killed process left (Reconcile+Leftovers.swift).
          try makeDirectories(id)
          var state = ContainerState()
          state.networks = attachments
          if startsNow { state.starter = ProcessIdentity(of: getpid()) }
          let record = ContainerRecord(
            id: id, name: chosen, created: wallClockNanoseconds(), imageID: image.id, spec: spec,
            mounts: mounts, state: state)
          try insert(record)
          for mount in mounts { try recordVolume(mount) }
          try journal.append(
            "container", "create", actor: id, name: chosen,
            attributes(
              record, captureBytes > 0 && spec.host.autoRemove ? ["autoRemove": "true"] : [:]))
          return record
        }
      }
      do {
        try populateVolumes(record, image: image)
      } catch {
        try? remove(record, volumes: true)
        throw error
      }
      return record
    } catch {
      try? Directory.removeTree(containerDirectory(id))
      throw error
    }
  }

  private func chooseName(_ name: String?, _ freeName: () -> String) throws -> String {
    guard let name else {
      while true {
        let name = freeName()
        if try holder(of: name) == nil { return name }
      }
    }
    if let holder = try holder(of: name) { throw nameInUse(name, by: holder) }
    return name
  }

  /// The id of the container called `name`.
  func holder(of name: String) throws -> String? {
    try database.query("SELECT id FROM containers WHERE name = ?", .text(name)).first?["id"].text
  }

  func nameInUse(_ name: String, by id: String) -> DklabError {
    DklabError(
      .conflict, id: "container.name-in-use",
      Text(
        "Conflict. The container name \"/\(name)\" is already in use by container \"\(id)\"",
        ko: "컨테이너 이름 \"/\(name)\"은(는) 컨테이너 \"\(id)\"이(가) 이미 쓰고 있습니다"),
      hint: Text(
        "remove it with `dklab rm \(name)`, rename it, or choose another name",
        ko: "`dklab rm \(name)` 명령으로 지우거나 이름을 바꾸거나 다른 이름을 고르세요")
    ).about(name)
  }

  private func makeDirectories(_ id: String) throws {
    let directory = containerDirectory(id)
    try Directory.make(directory + "/rootfs", mode: 0o711)
    for name in ["upper", "work"] { try Directory.make("\(directory)/\(name)") }
  }

  /// 64 random hexadecimal digits.
  func randomIdentifier() throws -> String {
    let text = randomDigits(64)
    // Docker avoids ids whose first 12 digits are all decimal: they could be taken for a number.
    return text.prefix(12).allSatisfy(\.isNumber) ? try randomIdentifier() : text
  }
}

/// What a container inherits from its image.
enum ContainerMerge {
  /// The image's configuration with `wish` on top, as Docker merges them.
  static func merge(_ wish: ContainerConfig, onto image: ContainerConfig) -> ContainerConfig {
    var merged = image
    merged.onBuild = nil
    merged.user = wish.user ?? image.user
    merged.workingDirectory = wish.workingDirectory ?? image.workingDirectory
    merged.stopSignal = wish.stopSignal ?? image.stopSignal
    merged.healthcheck =
      wish.healthcheck.map { own in image.healthcheck.map(own.completed) ?? own }
      ?? image.healthcheck
    merged.exposedPorts = Array(Set(image.exposedPorts + wish.exposedPorts)).sorted()
    merged.volumes = Array(Set(image.volumes + wish.volumes)).sorted()
    merged.labels = (image.labels ?? [:]).merging(wish.labels ?? [:]) { $1 }
    merged.env = environment(image.env ?? [], wish.env ?? [])
    // A new entry point makes the image's CMD meaningless: those were arguments for the old one.
    merged.entrypoint = wish.entrypoint ?? image.entrypoint
    merged.cmd = wish.cmd ?? (wish.entrypoint == nil ? image.cmd : nil)
    if merged.entrypoint == [""] || merged.entrypoint == [] { merged.entrypoint = nil }
    return merged
  }

  static let defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  private static func environment(_ image: [String], _ wish: [String]) -> [String] {
    func name(_ entry: String) -> Substring { entry.prefix { $0 != "=" } }
    // A name without a value removes the variable (`-e NAME` with NAME not set).
    let taken = Set(wish.map(name))
    var result = image.filter { !taken.contains(name($0)) } + wish.filter { $0.contains("=") }
    if !result.contains(where: { $0.hasPrefix("PATH=") }) { result.insert(defaultPath, at: 0) }
    return result
  }
}
