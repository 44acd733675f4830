import Documents
import Support

/// Writes out what a file leaves unsaid: the default network, names of resources, dependencies that
/// follow from links and shared namespaces, values of the environment.
struct Normalize {
  var projectName: String
  var environment: (String) -> String?

  func apply(to project: YAMLNode) -> YAMLNode {
    var project = project
    var needsDefault = false
    if let services = project["services"] {
      project[member: "services"] = services.mapMembers { _, service in
        var service = service
        if service["network_mode"] == nil, service["provider"] == nil {
          if service["networks"]?.members.isEmpty != false {
            service[member: "networks"] = service.object([("default", service.plain(""))])
          }
          if service["networks"]?["default"] != nil { needsDefault = true }
        }
        return normalized(service)
      }
    }
    if needsDefault, project["networks"]?["default"] == nil {
      var networks = project["networks"] ?? project.object([])
      networks[member: "default"] = project.object([])
      project[member: "networks"] = networks
    }
    for key in ["networks", "volumes", "secrets", "configs"] {
      if let resources = project[key] {
        project[member: key] = resources.mapMembers { named($0, $1) }
      }
    }
    project[member: "name"] = project.string(projectName)
    return project
  }

  /// A resource under its real name: its own, for an external one its key, else `PROJECT_KEY`.
  private func named(_ key: String, _ resource: YAMLNode) -> YAMLNode {
    var resource = resource.mapping == nil ? resource.object([]) : resource
    if let external = resource["external"], let name = external["name"] {
      // The old form, `external: {name: N}`.
      resource[member: "name"] = name
      resource[member: "external"] = external.plain("true")
    }
    if resource["name"] == nil {
      let isExternal = resource["external"]?.isTrue ?? false
      resource[member: "name"] = resource.string(isExternal ? key : "\(projectName)_\(key)")
    }
    return resource
  }

  private func normalized(_ service: YAMLNode) -> YAMLNode {
    var service = service
    if var build = service["build"] {
      if build["context"] == nil { build[member: "context"] = build.string(".") }
      if build["dockerfile"] == nil, build["dockerfile_inline"] == nil {
        build[member: "dockerfile"] = build.string("Dockerfile")
      }
      if let arguments = build["args"] {
        build[member: "args"] = resolved(arguments, keepUnset: false)
      }
      service[member: "build"] = build
    }
    if let variables = service["environment"] {
      service[member: "environment"] = resolved(variables, keepUnset: true)
    }
    if let volumes = service["volumes"]?.sequence {
      service[member: "volumes"] = service["volumes"]?.list(
        volumes.map { volume in
          var volume = volume
          if let target = volume["target"], target.text?.hasPrefix("/") == true {
            volume[member: "target"] = target.string(RelativePaths.clean(target.text ?? ""))
          }
          return volume
        })
    }
    return withImpliedDependencies(service)
  }

  /// Variables without a value take the one of the environment.
  private func resolved(_ variables: YAMLNode, keepUnset: Bool) -> YAMLNode {
    var result = variables
    for (name, value) in variables.members where value.isNull {
      if let found = environment(name) {
        result[member: name] = value.string(found)
      } else if !keepUnset {
        result[member: name] = nil
      }
    }
    return result
  }

  private func withImpliedDependencies(_ service: YAMLNode) -> YAMLNode {
    var service = service
    var dependencies = service["depends_on"] ?? service.object([])
    func need(_ name: String, from node: YAMLNode, restart: Bool) {
      guard dependencies[name] == nil else { return }
      dependencies[member: name] = node.object([
        ("condition", node.string("service_started")),
        ("restart", node.plain(restart ? "true" : "false")), ("required", node.plain("true")),
      ])
    }
    for link in service["links"]?.sequence ?? [] {
      need(String((link.text ?? "").prefix { $0 != ":" }), from: link, restart: true)
    }
    for key in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
      guard let node = service[key], let text = node.text, text.hasPrefix("service:") else {
        continue
      }
      need(String(text.dropFirst("service:".count)), from: node, restart: true)
    }
    for node in service["volumes_from"]?.sequence ?? [] {
      guard let text = node.text, !text.hasPrefix("container:") else { continue }
      need(String(text.prefix { $0 != ":" }), from: node, restart: false)
    }
    if !dependencies.members.isEmpty { service[member: "depends_on"] = dependencies }
    return service
  }
}
