import Documents
import Engine
import Glibc
import HTTP
import Images
import Linux
import Networks
import Support

extension EngineAPI {
  func listContainers(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = request.query
    let wish = ContainerListing.Wish(
      filters: try APIFilters(query["filters"], known: ContainerMatch.keys),
      all: query.flag("all"), limit: max(0, try query.number("limit") ?? 0),
      withSize: query.flag("size"))
    let listing = listing
    var text = try await BlockingWork.run { try listing.text(wish) }
    if text == nil {
      _ = try await workers.run(.reconcile)
      text = try await BlockingWork.run { try listing.text(wish, isRepaired: true) }
    }
    return .json(text: text ?? [])
  }
}

/// One element of `GET /containers/json` as text, but for what depends on the time and on the disk.
/// Made once for each change of a record; a list of hundreds is then put together by copying.
struct ContainerSummary: Sendable {
  /// `{"Id": … "Ports": …`
  private let beginning: [UInt8]
  /// `,"Labels": … "Status":`
  private let middle: [UInt8]
  /// `,"HostConfig": … }`
  private let end: [UInt8]

  init(_ entry: RecordCache.Entry, _ engine: Engine) {
    let record = entry.record
    beginning =
      ContainerSummary.members([
        ("Id", .string(record.id)),
        ("Names", .array([.string("/" + record.name)])),
        ("Image", .string(entry.imageName)),
        ("ImageID", .string("\(record.imageID)")),
        ("Command", .string(record.arguments.map(ContainerSummary.quoted).joined(separator: " "))),
        ("Created", .integer(record.created / 1_000_000_000)),
        ("Ports", ContainerSummary.ports(record)),
      ]).dropLast()
    middle =
      [UInt8(ascii: ",")]
      + ContainerSummary.members([
        ("Labels", engine.inspectLabels(record)),
        ("State", .string(record.state.status.rawValue)),
      ]).dropFirst().dropLast() + Array(#","Status":"#.utf8)
    end =
      [UInt8(ascii: ",")]
      + ContainerSummary.members([
        ("HostConfig", ["NetworkMode": .string(record.spec.host.shownNetworkMode)]),
        ("NetworkSettings", ["Networks": engine.inspectNetworks(record)]),
        ("Mounts", engine.inspectMounts(record)),
      ]).dropFirst()
  }

  private static func members(_ members: [(String, JSONValue)]) -> [UInt8] {
    JSONValue.object(JSONObject(members)).bytes()
  }

  /// Appends the element to a list.
  ///
  /// - Parameters:
  ///   - size: bytes of its own layer, and of that with its image; nil leaves them out.
  ///   - now: nanoseconds since 1970.
  func write(
    to output: inout [UInt8], state: ContainerState, size: (own: Int64, total: Int64)?, now: Int64
  ) {
    output += beginning
    if let size { output += #","SizeRw":\#(size.own),"SizeRootFs":\#(size.total)"#.utf8 }
    output += middle
    let status = StatusText.text(
      status: state.status, exitCode: state.exitCode, startedAt: state.startedAt,
      finishedAt: state.finishedAt,
      health: state.health.map { health in
        health.status == .starting ? "health: starting" : health.status.rawValue
      }, now: now)
    output += JSONValue.string(status).bytes()
    output += end
  }

  /// The element as a value.
  func json(
    _ state: ContainerState, size: (own: Int64, total: Int64)?, now: Int64
  ) throws -> JSONValue {
    var output: [UInt8] = []
    write(to: &output, state: state, size: size, now: now)
    return try JSONValue.parse(output)
  }

  /// An argument as `ps` shows it: in single quotes when it has spaces or quotes.
  private static func quoted(_ word: String) -> String {
    guard word.contains(where: { $0.isWhitespace || $0 == "'" }) else { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "\\'") + "'"
  }

  private static func ports(_ record: ContainerRecord) -> JSONValue {
    guard record.state.isActive else { return [] }
    var rows: [JSONValue] = record.state.ports.map { port in
      [
        "IP": .string(port.hostIP), "PrivatePort": .integer(Int64(port.containerPort)),
        "PublicPort": .integer(Int64(port.hostPort)), "Type": .string(port.protocol.rawValue),
      ]
    }
    for exposed in record.spec.config.exposedPorts {
      for (port, transport) in (try? PortRequest.parseExposed(exposed)) ?? []
      where !record.state.ports.contains(where: {
        $0.containerPort == port && $0.protocol == transport
      }) {
        rows.append([
          "PrivatePort": .integer(Int64(port)), "Type": .string(transport.rawValue),
        ])
      }
    }
    return .array(rows)
  }
}

extension Engine {
  /// Bytes of the container's own layer, and of that with its image.
  func sizes(of record: ContainerRecord) throws -> (own: Int64, total: Int64) {
    let own = directorySize(containerDirectory(record.id) + "/upper")
    let image = try images().heldImage(id: record.imageID)?.size ?? 0
    return (own, own + image)
  }

  /// The bytes of the regular files below `path`, as they are, not as they lie on the disk.
  func directorySize(_ path: String) -> Int64 {
    var total: Int64 = 0
    var pending = [path]
    while let directory = pending.popLast() {
      for name in (try? Directory.list(directory)) ?? [] {
        var status = stat()
        let full = "\(directory)/\(name)"
        guard lstat(full, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR { pending.append(full) }
        if status.st_mode & S_IFMT == S_IFREG { total += Int64(status.st_size) }
      }
    }
    return total
  }
}
