import Documents
import Support

/// What `docker inspect` prints for some objects.
enum InspectFormat {
  /// The members that hold maps with keys of the user's, the members that hold lists, and the
  /// names Go's structs have where JSON's differ.
  static let shape = TemplateShape(
    missing: .noEntry,
    openMaps: [
      "Labels", "Ports", "Networks", "Volumes", "ExposedPorts", "Sysctls", "Tmpfs", "PortBindings",
      "Options", "DriverOpts", "Annotations", "StorageOpt", "Containers", "OnBuild", "Data",
    ],
    lists: [
      "Args", "Binds", "CapAdd", "CapDrop", "Cmd", "Devices", "Dns", "DnsOptions", "DnsSearch",
      "Entrypoint", "Env", "ExtraHosts", "GroupAdd", "MaskedPaths", "Mounts", "ReadonlyPaths",
      "RepoDigests", "RepoTags", "SecurityOpt", "Shell", "Ulimits", "VolumesFrom", "Layers",
    ],
    aliases: [
      "ID": "Id", "CPUShares": "CpuShares", "NanoCPUs": "NanoCpus", "CPUPeriod": "CpuPeriod",
      "CPUQuota": "CpuQuota", "DNS": "Dns", "DNSOptions": "DnsOptions", "DNSSearch": "DnsSearch",
      "OSVersion": "OsVersion",
    ])

  /// Without a format an array of the objects; with one a line for each.
  static func text(_ objects: [JSONValue], format: String?) throws -> String {
    switch format ?? "" {
    case "": return JSONValue.array(objects).text(pretty: true)
    case "json": return JSONValue.array(objects).text()
    case let format:
      let template = try GoTemplate(format)
      return try objects.map { try template.render($0, as: shape) }.joined(separator: "\n")
    }
  }
}
