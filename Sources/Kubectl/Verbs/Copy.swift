// `kubectl cp` has no request of its own: tar runs in the container, through `exec`, and one here at
// the other end of the stream. So the container must have a tar.

import Documents
import Glibc
import Linux
import Support

/// `kubectl cp`.
enum Copy {
  static let command = Command(
    name: "cp", usage: "<file-spec-src> <file-spec-dest>",
    summary: "Copy files and directories to and from containers",
    flags: [
      .string("container", "The container; the first one when left out", short: "c"),
      .bool("no-preserve", "Do not keep owners and permissions"),
      .int("retries", "Accepted and not used"),
    ], examples: ["kubectl cp notes.txt web:/tmp/notes.txt", "kubectl cp web:/etc/hostname name"]
  ) { try run($0) }

  /// `[NAMESPACE/]POD:PATH`, or a path here.
  private struct Place {
    var namespace = ""
    var pod = ""
    var path = ""

    init(_ text: String) throws {
      guard let colon = text.firstIndex(of: ":") else {
        path = text
        return
      }
      let name = text[..<colon]
      guard !name.isEmpty else {
        throw KubectlError("filespec must match the canonical format: [[namespace/]pod:]file/path")
      }
      if name.hasPrefix(".") || name.hasPrefix("/") {
        path = text
        return
      }
      let parts = name.split(separator: "/").map(String.init)
      guard parts.count <= 2 else {
        throw KubectlError("filespec must match the canonical format: [[namespace/]pod:]file/path")
      }
      if parts.count == 2 { namespace = parts[0] }
      pod = parts[parts.count - 1]
      path = String(text[text.index(after: colon)...])
    }
  }

  private static func run(_ invocation: Invocation) throws {
    guard invocation.words.count == 2 else {
      throw KubectlError("source and destination are required")
    }
    let (source, target) = (try Place(invocation.words[0]), try Place(invocation.words[1]))
    guard source.pod.isEmpty != target.pod.isEmpty else {
      throw KubectlError(
        source.pod.isEmpty
          ? "one of src or dest must be a remote file specification"
          : "one of src or dest must be a local file specification")
    }
    guard !source.path.isEmpty, !target.path.isEmpty else {
      throw KubectlError("filepath can not be empty")
    }
    let session = try Session(invocation)
    if source.pod.isEmpty {
      try upload(source.path, target, session)
    } else {
      try download(source, target.path, session)
    }
  }

  private static func exec(
    _ place: Place, _ command: [String], _ session: Session, hasInput: Bool
  ) throws -> StreamSession {
    let kind = try session.discovery.kind(named: "pods")
    let namespace = place.namespace.isEmpty ? session.namespace : place.namespace
    let pod = try session.get(kind, place.pod, namespace: namespace)
    let container = try PodChoice.container(pod, wanted: session.flags.string("container"))
    var query = command.map { ("command", $0) } + [("container", container)]
    if hasInput { query.append(("stdin", "true")) }
    query += [("stdout", "true"), ("stderr", "true")]
    return StreamSession(
      socket: try session.client.upgrade(
        kind.path(namespace: namespace, name: place.pod, subresource: "exec"), query: query,
        protocols: StreamSession.protocols))
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }

  private static func upload(_ path: String, _ target: Place, _ session: Session) throws {
    guard File.exists(path) else { throw KubectlError("\(path) doesn't exist in local filesystem") }
    let (folder, name) = split(path)
    var wanted = target.path
    // A folder that is there takes the file in.
    if isFolder(target, session) { wanted += (wanted.hasSuffix("/") ? "" : "/") + name }
    let (parent, newName) = split(wanted)
    var arguments = ["tar", "-cf", "-", "-C", folder]
    if name != newName {
      arguments += ["--transform", "s,^\(escaped(name)),\(newName.replacing(",", with: "\\,")),"]
    }
    let child = try ChildProgram(arguments + ["--", name])
    var command = ["tar", "-xmf", "-", "-C", parent]
    if session.flags.bool("no-preserve") {
      command = ["tar", "--no-same-permissions", "--no-same-owner"] + command.dropFirst()
    }
    var stream = try exec(target, command, session, hasInput: true)
    stream.input = child.output
    try stream.run()
    let end = try child.wait()
    guard end.status.code == 0 else { throw KubectlError(end.complaints) }
  }

  private static func escaped(_ name: String) -> String {
    name.map { ".*[]^$\\,".contains($0) ? "\\\($0)" : "\($0)" }.joined()
  }

  private static func isFolder(_ place: Place, _ session: Session) -> Bool {
    guard var stream = try? exec(place, ["test", "-d", place.path], session, hasInput: false) else {
      return false
    }
    stream.errors = { _ in }
    return (try? stream.run()) != nil
  }

  private static func download(_ source: Place, _ target: String, _ session: Session) throws {
    let (folder, name) = split(source.path)
    let isInto = File.isDirectory(target)
    let goal = isInto ? target + "/" + name : target
    let (parent, newName) = split(goal)
    let pipe = try FileDescriptor.pipe()
    var arguments = ["tar", "-xf", "-", "-C", parent]
    if name != newName {
      arguments += ["--transform", "s,^\(escaped(name)),\(newName.replacing(",", with: "\\,")),"]
    }
    let child = try ChildProgram(arguments, input: pipe.read.number)
    let (read, write) = pipe.split()
    close(read)
    var stream = try exec(source, ["tar", "cf", "-", "-C", folder, name], session, hasInput: false)
    stream.output = { bytes in bytes.withUnsafeBytes { try? writeAll(write, $0) } }
    let outcome = Result { try stream.run() }
    close(write)
    let end = try child.wait()
    try outcome.get()
    guard end.status.code == 0 else { throw KubectlError(end.complaints) }
  }
}
