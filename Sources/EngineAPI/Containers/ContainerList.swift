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
    let filters = try APIFilters(query["filters"], known: ContainerMatch.keys)
    var limit = try query.number("limit") ?? 0
    let all = query.flag("all")
    let withSize = query.flag("size")
    if limit < 0 { limit = 0 }
    let count = limit
    return .json(
      try await engines.with { engine in
        let records = try engine.containers()
        let match = try ContainerMatch(filters, engine: engine)
        var rows: [JSONValue] = []
        for record in records {
          // Asking for the last few, for a state or for an exit status means all of them.
          let isShown =
            all || count > 0 || match.namesStates || record.state.isActive
          guard isShown, try match.allows(record) else { continue }
          rows.append(try ContainerSummary.json(record, engine, withSize: withSize))
          if count > 0, rows.count == count { break }
        }
        return .array(rows)
      })
  }
}

/// One element of `GET /containers/json`.
enum ContainerSummary {
  static func json(_ record: ContainerRecord, _ engine: Engine, withSize: Bool) throws -> JSONValue
  {
    let state = record.state
    let full = engine.inspect(record)
    var value = JSONObject([
      ("Id", .string(record.id)),
      ("Names", .array([.string("/" + record.name)])),
      ("Image", .string(try imageName(record, engine))),
      ("ImageID", .string("\(record.imageID)")),
      ("Command", .string(record.arguments.map(quoted).joined(separator: " "))),
      ("Created", .integer(record.created / 1_000_000_000)),
      ("Ports", ports(record)),
    ])
    if withSize {
      let size = try engine.sizes(of: record)
      value["SizeRw"] = .integer(size.own)
      value["SizeRootFs"] = .integer(size.total)
    }
    value["Labels"] = full["Config"]?["Labels"] ?? [:]
    value["State"] = .string(state.status.rawValue)
    value["Status"] = .string(
      StatusText.text(
        status: state.status, exitCode: state.exitCode, startedAt: state.startedAt,
        finishedAt: state.finishedAt,
        health: state.health.map { health in
          health.status == .starting ? "health: starting" : health.status.rawValue
        }, now: wallClockNanoseconds()))
    value["HostConfig"] = ["NetworkMode": full["HostConfig"]?["NetworkMode"] ?? ""]
    value["NetworkSettings"] = ["Networks": full["NetworkSettings"]?["Networks"] ?? [:]]
    value["Mounts"] = full["Mounts"] ?? []
    return .object(value)
  }

  /// An argument as `ps` shows it: in single quotes when it has spaces or quotes.
  private static func quoted(_ word: String) -> String {
    guard word.contains(where: { $0.isWhitespace || $0 == "'" }) else { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "\\'") + "'"
  }

  /// The image's name, or its id once the name stands for another image or is gone.
  private static func imageName(_ record: ContainerRecord, _ engine: Engine) throws -> String {
    let name = record.spec.image
    guard let current = try? engine.images().find(name), current.id == record.imageID else {
      return "\(record.imageID)"
    }
    return name
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
