import Engine
import Glibc
import Images
import Linux
import Networks
import Runtime
import Support

/// The row of `ps` for a container.
enum ContainerRow {
  static func row(
    _ record: ContainerRecord, engine: Engine, now: Int64, size: Bool
  ) throws -> PsTable.Row {
    var row = PsTable.Row(
      id: record.id, name: record.name, image: try imageName(record, engine),
      command: record.arguments, created: record.created)
    let state = record.state
    row.state = state.status.rawValue
    row.status = StatusText.text(
      status: state.status, exitCode: state.exitCode, startedAt: state.startedAt,
      finishedAt: state.finishedAt, health: state.health?.status.inTables, now: now)
    if state.isActive {
      row.ports = PortsText.text(
        published: state.ports,
        exposed: record.spec.config.exposedPorts.flatMap {
          (try? PortRequest.parseExposed($0)) ?? []
        })
    }
    row.labels = record.spec.config.labels ?? [:]
    row.mounts = record.mounts.filter { $0.kind != .tmpfs }.map { $0.name ?? $0.source }
    row.localVolumes = record.mounts.count { $0.kind == .volume }
    let mode = record.spec.host.networkMode
    row.networks =
      record.state.networks.isEmpty
      ? [mode == "default" ? "bridge" : mode] : record.state.networks.map(\.name).sorted()
    if size {
      let own = try Directory.size(engine.containerDirectory(record.id) + "/upper")
      let image = try engine.images().image(id: record.imageID)?.size ?? 0
      row.size =
        "\(ByteSize.decimal(Double(own), digits: 3)) "
        + "(virtual \(ByteSize.decimal(Double(own + image), digits: 3)))"
    }
    return row
  }

  /// The image's name, or its short id once the name stands for another image or is gone.
  private static func imageName(_ record: ContainerRecord, _ engine: Engine) throws -> String {
    let name = record.spec.image
    guard let current = try? engine.images().find(name), current.id == record.imageID else {
      return record.imageID.short
    }
    return name
  }
}

extension HealthStatus {
  /// As in the STATUS column.
  fileprivate var inTables: String { self == .starting ? "health: starting" : rawValue }
}
