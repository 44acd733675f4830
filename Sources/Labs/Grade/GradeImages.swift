// The images of a lab as a sandbox needs them: unpacked once, by the ids that are root in a sandbox, and
// then only read. They are kept beside the labs under a name that says what they are of, for the next
// run. A sandbox has links to them in a content store of its own.

import Documents
import Engine
import Glibc
import Images
import Linux
import Support

/// Makes the images' directory for sandboxes.
enum GradeImages {
  /// What a worker is asked.
  struct Job: Sendable, Codable {
    var images: [String]
    /// Where the directories are kept.
    var directory: String
    /// An empty directory for a sandbox.
    var place: String
    var name: String
  }

  /// The directory with the images of `job`, made when there is none. Throws when one of them is not on
  /// the shelf.
  static func prepare(_ job: Job, root: DataRoot) throws -> String {
    let shelf = ImageStore(content: try ContentStore(root: root.content), scope: ImageStore.library)
    var names: [String: String] = [:]
    for name in Set(job.images) { names[name] = try shelf.resolve(name).id.hex }
    let mapping = GradeSandbox.mapping
    let contents = names.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let key = try LabBundle.digest(
      Array("1 \(mapping.outside) \(mapping.count) \(contents)".utf8)
    ).hex.prefix(24)
    let target = "\(job.directory)/images-\(key)"
    if File.exists(target + "/content.db") { return target }
    let making = "\(target).\(getpid()).tmp"
    try Directory.removeTree(making)
    try Directory.make(making, mode: 0o700)
    defer { try? Directory.removeTree(making) }
    try check(chown(making, mapping.outside, mapping.outside), "chown", making)
    if names.isEmpty {
      try fill(making, job, archive: nil)
    } else {
      let archive = FileDescriptor(owning: try createMemoryFile("images"))
      try shelf.save(names.keys.sorted(), to: archive.number)
      lseek(archive.number, 0, SEEK_SET)
      try fill(making, job, archive: archive.number)
    }
    if rename(making, target) != 0, !File.exists(target) { throw SyscallError("rename", target) }
    return target
  }

  /// Unpacks in a sandbox, whose root owns what comes of it.
  private static func fill(_ directory: String, _ job: Job, archive: Int32?) throws {
    var limits = GradeSandbox.Limits()
    limits.memory = 4 << 30
    let setting = GradeSandbox.Setting(
      name: job.name, place: job.place, images: directory, writesImages: true, limits: limits)
    let sandbox = try GradeSandbox(setting) { channel in
      var reply = ReplayMessage.Reply()
      do {
        try unpack(archive)
      } catch {
        reply.failed = (error as? DklabError)?.message.en ?? "\(error)"
      }
      try? LineChannel.write(reply, to: channel)
      return 0
    }
    defer { sandbox.close() }
    let reply = try LineChannel.read(sandbox.channel, as: ReplayMessage.Reply.self)
    if let failed = reply.map(\.failed) ?? "the sandbox has ended" {
      throw DklabError(
        .unavailable,
        id: reply?.isForbidden == true ? GradeSandbox.forbidden : "grade.images",
        Text("the images cannot be made ready: \(failed)", ko: "이미지를 준비할 수 없습니다: \(failed)"))
    }
  }

  private static func unpack(_ archive: Int32?) throws {
    let store = ImageStore(
      content: try ContentStore(root: GradeSandbox.Inside.images), scope: ImageStore.library)
    for name in ["blobs/sha256", "layers"] {
      try Directory.make("\(GradeSandbox.Inside.images)/\(name)", mode: 0o700)
    }
    if let archive { _ = try store.load(archive, name: "images") }
    store.content.database.disconnect()
  }
}
