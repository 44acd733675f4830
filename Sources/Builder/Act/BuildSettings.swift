import Support

/// What a build needs beside the resolved Dockerfile.
package struct BuildSettings: Sendable {
  /// `--secret`, by id.
  package var secrets: [String: BuildSecret] = [:]
  /// `--ssh`: sockets of agents, by id.
  package var agents: [String: String] = [:]
  /// `--add-host`.
  package var extraHosts: [String] = []
  package var shmSize: Int64?
  package var memory: Int64 = 0
  package var memorySwap: Int64 = 0
  package var cpuShares: Int64 = 0
  package var cpuQuota: Int64 = 0
  package var cpuPeriod: Int64 = 0
  package var cpusetCpus = ""
  package var cpusetMems = ""
  /// How many steps may run at once.
  package var parallelSteps = 4

  package init() {}
}

/// Where a secret comes from.
package enum BuildSecret: Sendable, Hashable {
  case file(String)
  case variable(String)
}

/// A step that could not be done.
package struct StepFailure: Error, Sendable {
  package var step: Step
  package var message: Text
  package var hint: Text?
  /// The last lines its program wrote.
  package var output: [String]
}

/// The build was interrupted.
package struct BuildCanceled: Error {}
