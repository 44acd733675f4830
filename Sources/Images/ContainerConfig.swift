/// How to run a container of an image: the `config` object of an image configuration and the
/// `Config` object of `docker inspect` (image-spec, config.md; Docker Engine API, ContainerConfig).
///
/// nil and empty differ for `entrypoint` and `cmd`: docker prints null for what was never set.
package struct ContainerConfig: Sendable, Hashable {
  package var user: String?
  /// `80/tcp`, sorted.
  package var exposedPorts: [String] = []
  /// `NAME=value`.
  package var env: [String]?
  package var entrypoint: [String]?
  package var cmd: [String]?
  /// Mount points, sorted.
  package var volumes: [String] = []
  package var workingDirectory: String?
  package var labels: [String: String]?
  package var stopSignal: String?
  package var shell: [String]?
  package var healthcheck: Healthcheck?
  package var onBuild: [String]?

  package init() {}

  /// Docker's HEALTHCHECK; durations in nanoseconds, zero for the default.
  package struct Healthcheck: Sendable, Hashable, Codable {
    package var test: [String]?
    package var interval: Int64?
    package var timeout: Int64?
    package var startPeriod: Int64?
    package var startInterval: Int64?
    package var retries: Int?

    package init(test: [String]) {
      self.test = test
    }

    enum CodingKeys: String, CodingKey {
      case test = "Test"
      case interval = "Interval"
      case timeout = "Timeout"
      case startPeriod = "StartPeriod"
      case startInterval = "StartInterval"
      case retries = "Retries"
    }
  }
}

extension ContainerConfig: Codable {
  enum CodingKeys: String, CodingKey {
    case user = "User"
    case exposedPorts = "ExposedPorts"
    case env = "Env"
    case entrypoint = "Entrypoint"
    case cmd = "Cmd"
    case volumes = "Volumes"
    case workingDirectory = "WorkingDir"
    case labels = "Labels"
    case stopSignal = "StopSignal"
    case shell = "Shell"
    case healthcheck = "Healthcheck"
    case onBuild = "OnBuild"
  }

  /// Go's set: a JSON object whose values are all `{}`.
  private struct Nothing: Codable {}

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func set(_ key: CodingKeys) throws -> [String] {
      try values.decodeIfPresent([String: Nothing].self, forKey: key)?.keys.sorted() ?? []
    }
    func text(_ key: CodingKeys) throws -> String? {
      let text = try values.decodeIfPresent(String.self, forKey: key)
      return text?.isEmpty == true ? nil : text
    }
    user = try text(.user)
    exposedPorts = try set(.exposedPorts)
    env = try values.decodeIfPresent([String].self, forKey: .env)
    entrypoint = try values.decodeIfPresent([String].self, forKey: .entrypoint)
    cmd = try values.decodeIfPresent([String].self, forKey: .cmd)
    volumes = try set(.volumes)
    workingDirectory = try text(.workingDirectory)
    labels = try values.decodeIfPresent([String: String].self, forKey: .labels)
    stopSignal = try text(.stopSignal)
    shell = try values.decodeIfPresent([String].self, forKey: .shell)
    healthcheck = try values.decodeIfPresent(Healthcheck.self, forKey: .healthcheck)
    onBuild = try values.decodeIfPresent([String].self, forKey: .onBuild)
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    func encode(set: [String], _ key: CodingKeys) throws {
      guard !set.isEmpty else { return }
      try values.encode(
        Dictionary(set.map { ($0, Nothing()) }, uniquingKeysWith: { first, _ in first }),
        forKey: key)
    }
    try values.encodeIfPresent(user, forKey: .user)
    try encode(set: exposedPorts, .exposedPorts)
    try values.encodeIfPresent(env, forKey: .env)
    try values.encodeIfPresent(entrypoint, forKey: .entrypoint)
    try values.encodeIfPresent(cmd, forKey: .cmd)
    try encode(set: volumes, .volumes)
    try values.encodeIfPresent(workingDirectory, forKey: .workingDirectory)
    try values.encodeIfPresent(labels, forKey: .labels)
    try values.encodeIfPresent(stopSignal, forKey: .stopSignal)
    try values.encodeIfPresent(shell, forKey: .shell)
    try values.encodeIfPresent(healthcheck, forKey: .healthcheck)
    try values.encodeIfPresent(onBuild, forKey: .onBuild)
  }
}
