/// What `up` and `create` were asked for beyond the files.
package struct UpOptions: Sendable {
  /// When a container that is there is made anew.
  package enum Recreation: String, Sendable {
    /// When its configuration, image, networks or volumes differ.
    case diverged
    case force
    case never
  }

  /// The services named on the command line; none means all.
  package var services: [String] = []
  package var recreation = Recreation.diverged
  /// For the services that come along because others depend on them.
  package var dependencyRecreation = Recreation.diverged
  package var skipsDependencies = false
  package var removesOrphans = false
  /// New anonymous volumes instead of the old container's (`-V`).
  package var renewsVolumes = false
  /// Volumes whose configuration changed are made anew, with the loss of their data (`-y`).
  package var recreatesVolumes = false
  package var scale: [String: Int] = [:]
  package var starts = true
  /// `--wait`.
  package var awaitsReadiness = false
  /// Seconds until a container that does not stop is killed.
  package var timeout: Int?

  package init() {}

  /// Whether `service` was asked for, by name or by asking for all.
  func targets(_ service: String) -> Bool { services.isEmpty || services.contains(service) }

  func recreation(of service: String) -> Recreation {
    targets(service) ? recreation : dependencyRecreation
  }
}
