import Documents

// What Codable does in ContainerConfig.swift, for what every command reads (JSONFields).

extension ContainerConfig {
  /// Throws `JSONFields.Mismatch`.
  package init(fields: inout JSONFields) throws {
    func text(_ text: String?) -> String? { text?.isEmpty == true ? nil : text }
    func set(_ value: JSONValue?) throws -> [String] {
      guard let value else { return [] }
      guard case .object(let members) = value,
        members.allSatisfy({ if case .object = $0.value { true } else { false } })
      else { throw JSONFields.Mismatch(key: "") }
      return members.count > 1 ? members.keys.sorted() : members.keys
    }
    user = text(try fields.string(ifPresent: "User"))
    exposedPorts = try set(fields.value("ExposedPorts"))
    env = try fields.strings(ifPresent: "Env")
    entrypoint = try fields.strings(ifPresent: "Entrypoint")
    cmd = try fields.strings(ifPresent: "Cmd")
    volumes = try set(fields.value("Volumes"))
    workingDirectory = text(try fields.string(ifPresent: "WorkingDir"))
    labels = try fields.pairs(ifPresent: "Labels")
    stopSignal = text(try fields.string(ifPresent: "StopSignal"))
    shell = try fields.strings(ifPresent: "Shell")
    healthcheck = try fields.decoded(ifPresent: "Healthcheck")
    onBuild = try fields.strings(ifPresent: "OnBuild")
  }

  /// Writes the members into the object `fields` is at, in the order of their keys: the text is part of
  /// what an image is known by.
  package func write(to fields: inout JSONFieldsText) {
    func write(set: [String], _ key: String) {
      guard !set.isEmpty else { return }
      fields.write(key) { members in
        for name in set.sorted() { members.write(name) { _ in } }
      }
    }
    fields.write("Cmd", cmd)
    fields.write("Entrypoint", entrypoint)
    fields.write("Env", env)
    write(set: exposedPorts, "ExposedPorts")
    if let healthcheck { fields.write("Healthcheck") { healthcheck.write(to: &$0) } }
    fields.write("Labels", labels)
    fields.write("OnBuild", onBuild)
    fields.write("Shell", shell)
    fields.write("StopSignal", stopSignal)
    fields.write("User", user)
    write(set: volumes, "Volumes")
    fields.write("WorkingDir", workingDirectory)
  }
}

extension ContainerConfig.Healthcheck {
  fileprivate func write(to fields: inout JSONFieldsText) {
    fields.write("Interval", interval)
    fields.write("Retries", retries)
    fields.write("StartInterval", startInterval)
    fields.write("StartPeriod", startPeriod)
    fields.write("Test", test)
    fields.write("Timeout", timeout)
  }
}
