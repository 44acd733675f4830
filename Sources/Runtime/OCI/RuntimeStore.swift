// Where the OCI runtime keeps its containers: one directory each, made with mkdir(2), which only one
// of two who want the same id can do.
//
// Next: ContainerCreation.swift.

import CLinux
import Documents
import Glibc
import Linux
import Support

/// The containers below one root directory (`--root`).
package struct RuntimeStore: Sendable {
  package let root: String

  /// A store in `root`, or in the usual place: /run, or the user's own for who is not root.
  package init(root: String? = nil) {
    self.root = root ?? Self.standardRoot
  }

  private static var standardRoot: String {
    let own = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? ""
    guard geteuid() != 0 || UserNamespace.current.isNested else { return "/run/dklab-oci" }
    return own.isEmpty ? "/tmp/dklab-oci-\(geteuid())" : "\(own)/dklab-oci"
  }

  /// Takes `id`: makes its directory.
  package func reserve(_ id: String) throws -> String {
    let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.")
    guard !id.isEmpty, id.utf8.count <= 1024, id.allSatisfy(letters.contains), id != ".", id != ".."
    else {
      throw DklabError(
        .invalid, id: "oci.id",
        Text(
          "invalid id format: \(id): letters, digits and _ + - . are allowed",
          ko: "잘못된 ID 형식입니다: \(id). 영문자, 숫자, _ + - . 만 쓸 수 있습니다"))
    }
    try Directory.make(root, mode: 0o711)
    let directory = "\(root)/\(id)"
    guard mkdir(directory, 0o711) == 0 else {
      guard errno == EEXIST else { throw SyscallError("mkdir", directory) }
      throw DklabError(
        .exists, id: "oci.exists",
        Text(
          "container with given ID already exists: \(id)", ko: "그 ID의 컨테이너가 이미 있습니다: \(id)"))
    }
    return directory
  }

  /// Keeps the bundle's config.json beside the record that is still to be written.
  func keep(_ config: [UInt8], for container: RuntimeContainer) throws {
    try File.replace("\(container.directory)/config.json", config, mode: 0o600, durable: false)
  }

  /// Writes the record of `container`, which is being created: as a whole or not at all, and not past a
  /// crash of the machine, which no container outlives.
  func save(_ container: RuntimeContainer) throws {
    try File.replace(
      container.directory + Self.creating, Array(container.recordText().utf8), mode: 0o600,
      durable: false)
  }

  /// Lets everybody know that nothing is missing any more.
  func tellReady(_ container: RuntimeContainer) throws {
    let (from, to) = (container.directory + Self.creating, container.directory + Self.ready)
    try check(rename(from, to), "rename", to)
  }

  private static let creating = "/creating.json"
  private static let ready = "/state.json"

  /// The container `id`. Who has made it a moment ago gives it as `known`: it is read again only when
  /// its record is not that one any more.
  package func load(_ id: String, knowing known: RuntimeContainer? = nil) throws
    -> RuntimeContainer
  {
    let directory = "\(root)/\(id)"
    guard !id.contains("/"), id != ".", id != "..", !id.isEmpty,
      let (record, isReady) = record(in: directory),
      // Cut short when the machine went down: nothing of that container is left.
      (try? JSONValue.parse(record)) != nil
    else { throw Self.missing(id) }
    if let known, isReady, try known.recordText().utf8.elementsEqual(record) { return known }
    var container = try RuntimeContainer(record: record) {
      try File.read("\(directory)/config.json", limit: 16 << 20)
    }
    container.isReady = container.isReady && isReady
    container.directory = directory
    return container
  }

  private func record(in directory: String) -> (record: [UInt8], isReady: Bool)? {
    if let record = try? File.read(directory + Self.ready) { return (record, true) }
    if let record = try? File.read(directory + Self.creating) { return (record, false) }
    // It may have got its other name just now.
    return (try? File.read(directory + Self.ready)).map { ($0, true) }
  }

  static func missing(_ id: String) -> DklabError {
    DklabError(
      .notFound, id: "oci.not-found",
      Text("container \"\(id)\" does not exist", ko: "컨테이너 \"\(id)\"이(가) 없습니다"))
  }

  /// All containers, by id. What is half made or half removed is left out.
  package func all() -> [RuntimeContainer] {
    ((try? Directory.list(root)) ?? []).compactMap { try? load($0) }
  }

  /// Runs `body` with the container's directory locked against others who start or delete it.
  package func locked<Result>(_ id: String, _ body: () throws -> Result) throws -> Result {
    guard !id.contains("/"),
      let lock = try? FileDescriptor.open("\(root)/\(id)", O_RDONLY | O_DIRECTORY)
    else { throw Self.missing(id) }
    try check(retryingInterrupts { flock(lock.number, LOCK_EX) }, "flock", id)
    return try body()
  }
}

/// pidfd_open(2); nil when there is no such process.
func openProcess(_ pid: pid_t) -> FileDescriptor? {
  let raw = dk_pidfd_open(pid, 0)
  return raw >= 0 ? FileDescriptor(owning: raw) : nil
}
