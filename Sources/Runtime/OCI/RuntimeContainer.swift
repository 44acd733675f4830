// A container of the OCI runtime, as it stands in its directory.
//
// The record is written as soon as there is a process, so that nothing is ever lost track of: as
// creating.json, which becomes state.json once everything is ready. What can change otherwise is not
// written down but looked at: whether the process lives, whether its socket still waits for `start`,
// whether the group is frozen. The bundle's config.json is kept beside it as it was, and is what the
// specification is read from again.
//
// Next: RuntimeStore.swift.

import Documents
import Glibc
import Linux
import Support

/// One container, and what was known about it when its record was read.
package struct RuntimeContainer: Sendable, Codable {
  package var hookState: HookState
  package var rootfs: String
  /// RFC 3339 with nanoseconds.
  package var created: String
  /// The name of the user who created it, or the number.
  package var owner: String
  package var process: ProcessIdentity
  package var cgroup: CgroupHandle?
  /// Which of its two names the record has. Not part of it.
  package var isReady = false
  /// From a copy: what happens to the bundle afterwards does not matter. Not part of the record.
  package var spec: Spec
  /// Where its record and socket are. Not part of the record.
  package var directory = ""

  // As records were written once, with the specification and `isReady` in them.
  private enum CodingKeys: String, CodingKey {
    case hookState, rootfs, created, owner, process, cgroup, isReady, spec
  }

  /// The record. Equal containers have equal records.
  func recordText() throws -> String {
    try JSONFieldsText.text { fields in
      fields.write("hookState") { state in
        state.write("ociVersion", hookState.ociVersion)
        state.write("id", hookState.id)
        state.write("bundle", hookState.bundle)
        state.write("annotations", hookState.annotations)
      }
      fields.write("rootfs", rootfs)
      fields.write("created", created)
      fields.write("owner", owner)
      try fields.write("process", part: process)
      try fields.write("cgroup", part: cgroup)
    }
  }

  /// Reads a record, and the specification from `config`, the bundle's config.json as it was.
  init(record: [UInt8], config: () throws -> [UInt8]) throws {
    var fields = try JSONFields(JSONValue.parse(record))
    guard fields.value("spec") == nil else {
      self = try SpecFile.decode(RuntimeContainer.self, record, file: "state.json")
      return
    }
    var state = try fields.object("hookState")
    hookState = HookState(
      ociVersion: try state.string("ociVersion"), id: try state.string("id"),
      bundle: try state.string("bundle"), annotations: try state.pairs(ifPresent: "annotations"))
    rootfs = try fields.string("rootfs")
    created = try fields.string("created")
    owner = try fields.string("owner")
    process = try fields.part("process")
    cgroup = try fields.part(ifPresent: "cgroup")
    isReady = try fields.bool(ifPresent: "isReady") ?? true
    spec = try SpecFile.read(config(), file: "config.json", bundle: hookState.bundle)
    _ = spec.completeForRuntime(id: hookState.id)
  }

  init(
    hookState: HookState, rootfs: String, created: String, owner: String, spec: Spec,
    directory: String
  ) {
    self.hookState = hookState
    self.rootfs = rootfs
    self.created = created
    self.owner = owner
    process = ProcessIdentity(pid: 0, startTime: 0)
    self.spec = spec
    self.directory = directory
  }

  package var id: String { hookState.id }

  /// The states of the specification, and `paused`.
  package enum Status: String, Sendable {
    case creating, created, running, paused, stopped
  }

  /// How it is now.
  package var status: Status {
    guard process.isAlive else { return .stopped }
    if cgroup?.isFrozen ?? false { return .paused }
    if !isReady { return .creating }
    return File.exists(startSocket) ? .created : .running
  }

  /// Where the init process waits for `start`.
  package var startSocket: String { "\(directory)/start.sock" }

  /// The state as `state` prints it: the specification's fields, and those tools read from runc.
  package func state(_ status: Status) -> JSONValue {
    let pid = status == .stopped ? 0 : process.pid
    var result: JSONValue = [
      "ociVersion": .string(hookState.ociVersion), "id": .string(id), "pid": .integer(Int64(pid)),
      "status": .string(status.rawValue), "bundle": .string(hookState.bundle),
      "rootfs": .string(rootfs), "created": .string(created),
    ]
    let annotations = (hookState.annotations ?? [:]).sorted { $0.key < $1.key }
    if !annotations.isEmpty {
      result["annotations"] = .object(
        JSONObject(annotations.map { ($0.key, .string($0.value)) }))
    }
    result["owner"] = .string(owner)
    return result
  }

  /// Refuses unless the status is one of `wanted`, in the words that tools look for.
  package func require(_ wanted: Set<Status>, to what: Text) throws {
    let status = status
    if wanted.contains(status) { return }
    if status == .stopped { throw RuntimeContainer.notRunning }
    throw DklabError(
      .conflict, id: "oci.status",
      Text(
        "cannot \(what.en) container \(id): it is \(status.rawValue)",
        ko: "컨테이너 \(id)에 \(what.ko)을(를) 할 수 없습니다: 상태가 \(status.rawValue)입니다"))
  }

  /// What containerd's shim and podman look for.
  static var notRunning: DklabError {
    DklabError(
      .conflict, id: "oci.not-running",
      Text("container not running", ko: "컨테이너가 실행 중이 아닙니다"))
  }

  /// Waits until the process has ended, at most so long. Returns whether it has.
  package func waitForEnd(milliseconds: Int64) throws -> Bool {
    let deadline = monotonicMilliseconds() + milliseconds
    guard let pidfd = openProcess(process.pid) else { return true }
    while process.isAlive {
      let rest = deadline - monotonicMilliseconds()
      if rest <= 0 { return false }
      var entries = [PollEntry(fd: pidfd.number, events: .readable)]
      if try pollDescriptors(&entries, timeout: Int32(clamping: rest)) > 0 { return true }
    }
    return true
  }
}
