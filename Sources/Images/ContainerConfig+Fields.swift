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

  /// Writes the members into the object `fields` is at.
  package func write(to fields: inout JSONFieldsText) throws {
    func write(set: [String], _ key: String) {
      guard !set.isEmpty else { return }
      fields.write(key) { members in
        for name in set { members.write(name) { _ in } }
      }
    }
    fields.write("User", user)
    write(set: exposedPorts, "ExposedPorts")
    fields.write("Env", env)
    fields.write("Entrypoint", entrypoint)
    fields.write("Cmd", cmd)
    write(set: volumes, "Volumes")
    fields.write("WorkingDir", workingDirectory)
    fields.write("Labels", labels)
    fields.write("StopSignal", stopSignal)
    fields.write("Shell", shell)
    try fields.write("Healthcheck", encoding: healthcheck)
    fields.write("OnBuild", onBuild)
  }
}
