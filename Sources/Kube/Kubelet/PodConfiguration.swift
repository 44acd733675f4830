import Documents
import Support

/// Why a container cannot be made of what the pod says, in the kubelet's words.
struct ConfigurationError: Error, Equatable {
  var reason = "CreateContainerConfigError"
  var message: String
}

/// Why a volume of a pod cannot be had, in the kubelet's words.
struct MountProblem: Error, Equatable {
  var message: String
}

/// What a pod's containers take from other objects.
protocol ObjectSource {
  /// A ConfigMap, a Secret or another object of the pod's namespace.
  func object(_ plural: String, _ namespace: String, _ name: String) -> JSONValue?
  /// All services of a namespace.
  func services(_ namespace: String) -> [JSONValue]
}

/// The environment of a container: services, then `envFrom`, then `env`, each over what was before;
/// `$(NAME)` stands for variables that are known by then.
struct PodEnvironment {
  let pod: JSONValue
  let node: String
  let hostAddress: String
  let capacity: [String: Quantity]
  let source: any ObjectSource

  /// All variables, in order.
  func variables(of container: JSONValue) throws(ConfigurationError) -> [(String, String)] {
    var result: [(String, String)] = []
    func set(_ name: String, _ value: String) {
      if let index = result.firstIndex(where: { $0.0 == name }) {
        result[index].1 = value
      } else {
        result.append((name, value))
      }
    }
    for (name, value) in serviceVariables { set(name, value) }
    for source in container.list("envFrom") {
      for (name, value) in try group(source) { set(source.text("prefix") + name, value) }
    }
    for variable in container.list("env") {
      let name = variable.text("name")
      if let reference = variable["valueFrom"] {
        if let value = try value(reference, container) { set(name, value) }
      } else {
        let known = Dictionary(result, uniquingKeysWith: { _, last in last })
        set(name, Self.expand(variable.text("value"), known))
      }
    }
    return result
  }

  /// `$(NAME)` replaced where NAME is known; `$$` is a dollar sign.
  static func expand(_ text: String, _ known: [String: String]) -> String {
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.first == "$" {
        result.append("$")
        rest = rest.dropFirst()
      } else if rest.first == "(", let end = rest.firstIndex(of: ")") {
        let name = String(rest[rest.index(after: rest.startIndex)..<end])
        result += known[name] ?? "$(\(name))"
        rest = rest[rest.index(after: end)...]
      } else {
        result.append("$")
      }
    }
    return result + rest
  }

  /// The first variable that `$(NAME)` asks for and nobody knows.
  static func unknown(in text: String, _ known: [String: String]) -> String? {
    var rest = text.replacing("$$", with: "")[...]
    while let start = rest.firstIndex(of: "$") {
      rest = rest[rest.index(after: start)...]
      guard rest.first == "(", let end = rest.firstIndex(of: ")") else { continue }
      let name = String(rest[rest.index(after: rest.startIndex)..<end])
      if known[name] == nil { return name }
      rest = rest[end...]
    }
    return nil
  }

  private func group(_ source: JSONValue) throws(ConfigurationError) -> [(String, String)] {
    for (key, plural) in [("configMapRef", "configmaps"), ("secretRef", "secrets")] {
      guard let reference = source[key] else { continue }
      guard let found = self.source.object(plural, pod.namespace, reference.text("name")) else {
        if reference.flag("optional") { return [] }
        throw missing(plural, reference.text("name"))
      }
      return (found["data"]?.object ?? [:]).map {
        ($0.key, Self.decoded($0.value.string ?? "", plural))
      }.sorted { $0.0 < $1.0 }
    }
    return []
  }

  private static func decoded(_ text: String, _ plural: String) -> String {
    guard plural == "secrets" else { return text }
    return String(decoding: Base64.decode(text) ?? [], as: UTF8.self)
  }

  private func missing(_ plural: String, _ name: String) -> ConfigurationError {
    ConfigurationError(message: "\(plural.dropLast()) \"\(name)\" not found")
  }

  private func value(_ reference: JSONValue, _ container: JSONValue) throws(ConfigurationError)
    -> String?
  {
    if let field = reference["fieldRef"] {
      let path = field.text("fieldPath")
      guard
        let value = PodFields.value(path, of: pod, node: node, hostAddress: hostAddress)
      else { throw ConfigurationError(message: "unsupported fieldPath: \(path)") }
      return value
    }
    if let resource = reference["resourceFieldRef"] {
      return PodFields.resource(resource, container, node: capacity)
    }
    for (key, plural) in [("configMapKeyRef", "configmaps"), ("secretKeyRef", "secrets")] {
      guard let selector = reference[key] else { continue }
      let name = selector.text("name")
      guard let found = source.object(plural, pod.namespace, name) else {
        if selector.flag("optional") { return nil }
        throw missing(plural, name)
      }
      guard let text = found.at("data", selector.text("key"))?.string else {
        if selector.flag("optional") { return nil }
        let kind = plural == "secrets" ? "Secret" : "ConfigMap"
        throw ConfigurationError(
          message: "couldn't find key \(selector.text("key")) in \(kind) \(pod.namespace)/\(name)")
      }
      return Self.decoded(text, plural)
    }
    return nil
  }

  /// `WEB_SERVICE_HOST`, `WEB_SERVICE_PORT`, for those who do not ask the name server.
  private var serviceVariables: [(String, String)] {
    guard pod.at("spec", "enableServiceLinks")?.bool ?? true else { return [] }
    return source.services(pod.namespace).flatMap { service -> [(String, String)] in
      let address = service.text("spec", "clusterIP")
      guard !address.isEmpty, address != "None", let port = service.list("spec", "ports").first
      else { return [] }
      let name = service.name.uppercased().replacing("-", with: "_")
      let number = String(port.number("port") ?? 0)
      var result = [("\(name)_SERVICE_HOST", address), ("\(name)_SERVICE_PORT", number)]
      for port in service.list("spec", "ports") where !port.text("name").isEmpty {
        let word = port.text("name").uppercased().replacing("-", with: "_")
        result.append(("\(name)_SERVICE_PORT_\(word)", String(port.number("port") ?? 0)))
      }
      func url(_ port: JSONValue) -> String {
        "\(port.text("protocol").lowercased())://\(address):\(port.number("port") ?? 0)"
      }
      result.append(("\(name)_PORT", url(port)))
      // As the links between containers once were.
      for port in service.list("spec", "ports") {
        let transport = port.text("protocol")
        let prefix = "\(name)_PORT_\(port.number("port") ?? 0)_\(transport.uppercased())"
        result += [
          (prefix, url(port)), ("\(prefix)_PROTO", transport.lowercased()),
          ("\(prefix)_PORT", String(port.number("port") ?? 0)), ("\(prefix)_ADDR", address),
        ]
      }
      return result
    }
  }
}
