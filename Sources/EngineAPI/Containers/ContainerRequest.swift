// The body of `POST /containers/create`: Docker's ContainerConfig with a HostConfig and a
// NetworkingConfig in it.
//
// Next: ContainerRequest+Host.swift.

import Engine
import Images
import Linux
import Networks
import Support

/// What a client wants a container to be.
struct ContainerRequest {
  let body: BodyReader
  let host: BodyReader

  init(_ body: BodyReader) throws {
    self.body = body
    host = try body.reader("HostConfig") ?? BodyReader([:])
  }

  /// As the engine takes it.
  func spec(image: String) throws -> ContainerSpec {
    var spec = ContainerSpec(image: image)
    spec.config = try config()
    spec.hostname = try nonEmpty(body.string("Hostname"))
    spec.domainname = try nonEmpty(body.string("Domainname"))
    spec.tty = try body.bool("Tty")
    spec.openStdin = try body.bool("OpenStdin")
    spec.stdinOnce = try body.bool("StdinOnce")
    spec.attachStdin = try body.bool("AttachStdin")
    spec.attachStdout = try body.bool("AttachStdout")
    spec.attachStderr = try body.bool("AttachStderr")
    spec.stopTimeout = try body.integer("StopTimeout").map { Int($0) }
    try readHost(into: &spec)
    return spec
  }

  private func config() throws -> ContainerConfig {
    var config = ContainerConfig()
    config.user = try nonEmpty(body.string("User"))
    config.workingDirectory = try nonEmpty(body.string("WorkingDir"))
    if let directory = config.workingDirectory, !directory.hasPrefix("/") {
      throw APIError(
        .badRequest,
        "the working directory '\(directory)' is invalid, it needs to be an absolute path")
    }
    config.env = try body.strings("Env")
    for variable in config.env ?? [] where variable.hasPrefix("=") || variable.isEmpty {
      throw APIError(.badRequest, "invalid environment variable: \(variable)")
    }
    config.entrypoint = try body.words("Entrypoint")
    config.cmd = try body.words("Cmd").flatMap { $0.isEmpty ? nil : $0 }
    config.labels = try body.map("Labels")
    config.volumes = try body.names("Volumes")
    config.stopSignal = try nonEmpty(body.string("StopSignal"))
    if let signal = config.stopSignal { _ = try Signal(parsing: signal) }
    var exposed = Set<String>()
    for port in try body.names("ExposedPorts") + host.lists("PortBindings").map(\.0) {
      for (number, transport) in try PortRequest.parseExposed(port) {
        exposed.insert("\(number)/\(transport.rawValue)")
      }
    }
    config.exposedPorts = exposed.sorted()
    if let check = try body.reader("Healthcheck"), let test = try check.strings("Test"),
      !test.isEmpty
    {
      var health = ContainerConfig.Healthcheck(test: test)
      health.interval = try check.integer("Interval")
      health.timeout = try check.integer("Timeout")
      health.startPeriod = try check.integer("StartPeriod")
      health.startInterval = try check.integer("StartInterval")
      health.retries = try check.integer("Retries").map { Int($0) }
      config.healthcheck = health
    }
    return config
  }

  func nonEmpty(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}
