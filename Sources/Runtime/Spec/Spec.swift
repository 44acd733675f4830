/// The wish a container is launched from: `config.json` of the OCI runtime specification.
///
/// Field names and meanings are the specification's (runtime-spec 1.2, config.md and
/// config-linux.md). Every engine above, from `run` to builds, says what it wants in this form; the
/// planner turns it into operations.
package struct Spec: Codable, Sendable, Equatable {
  /// The oldest and the newest version of the specification that is understood, and by the latter what
  /// the runtime writes itself.
  package static let lowestVersion = "1.0.0"
  package static let highestVersion = "1.2.1"

  package var ociVersion = "1.2.0"
  package var process: SpecProcess?
  package var root: SpecRoot?
  package var hostname: String?
  package var domainname: String?
  package var mounts: [SpecMount]?
  package var annotations: [String: String]?
  package var hooks: SpecHooks?
  package var linux: SpecLinux?

  package init() {}
}

/// `root`: the directory that becomes `/`.
package struct SpecRoot: Codable, Sendable, Equatable {
  package var path: String
  package var readonly: Bool?

  package init(path: String, readonly: Bool? = nil) {
    self.path = path
    self.readonly = readonly
  }
}

/// One of `mounts`, in the order they are made.
package struct SpecMount: Codable, Sendable, Equatable {
  package var destination: String
  package var type: String?
  package var source: String?
  package var options: [String]?
  package var uidMappings: [SpecIDMapping]?
  package var gidMappings: [SpecIDMapping]?
  /// Ours: the directory above `source` out of which no link leads.
  package var within: String?

  package init(
    destination: String, type: String? = nil, source: String? = nil, options: [String]? = nil
  ) {
    self.destination = destination
    self.type = type
    self.source = source
    self.options = options
  }
}
