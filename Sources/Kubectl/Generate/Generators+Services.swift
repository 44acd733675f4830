import Documents

extension Generators {
  static let namespace = command(
    "namespace", aliases: ["ns"], usage: "NAME",
    summary: "Create a namespace with the specified name", flags: []
  ) { invocation in
    [
      "kind": "Namespace", "apiVersion": "v1", "metadata": metadata(try name(invocation)),
      "spec": [:], "status": [:],
    ]
  }

  static let serviceAccount = command(
    "serviceaccount", aliases: ["sa"], usage: "NAME",
    summary: "Create a service account with the specified name", flags: []
  ) { invocation in
    ["kind": "ServiceAccount", "apiVersion": "v1", "metadata": metadata(try name(invocation))]
  }

  static let service = Command(
    name: "service", aliases: ["svc"],
    usage: "(clusterip | externalname | loadbalancer | nodeport)",
    summary: "Create a service using a specified subcommand",
    commands: [
      serviceCommand(
        "clusterip", "ClusterIP",
        [.string("clusterip", "None for a headless service, or an address")]),
      serviceCommand(
        "nodeport", "NodePort", [.int("node-port", "The port on the nodes")]),
      serviceCommand("loadbalancer", "LoadBalancer", []),
      serviceCommand(
        "externalname", "ExternalName", [.string("external-name", "The name it stands for")]),
    ])

  private static func serviceCommand(_ word: String, _ type: String, _ flags: [Flag]) -> Command {
    command(
      word, usage: "NAME [--tcp=<port>:<targetPort>]", summary: "Create a \(type) service",
      flags: flags + [.list("tcp", "PORT or PORT:TARGET; may be repeated")]
    ) { invocation in
      try service(try name(invocation), type, invocation.flags)
    }
  }

  private static func service(_ name: String, _ type: String, _ flags: FlagValues) throws
    -> JSONValue
  {
    let pairs = flags.list("tcp")
    let isHeadless = type == "ClusterIP" && flags.string("clusterip") == "None"
    if pairs.isEmpty && type != "ExternalName" && !isHeadless {
      throw KubectlError("at least one tcp port specifier must be provided")
    }
    var ports: [JSONValue] = []
    for pair in pairs {
      let parts = pair.split(separator: ":", maxSplits: 1).map(String.init)
      guard let port = parts.first.flatMap({ Int64($0) }), (1...65535).contains(port) else {
        throw KubectlError("invalid port number: \(parts.first ?? "")")
      }
      let target = parts.count == 2 ? parts[1] : parts[0]
      let targetPort: JSONValue = Int64(target).map { .integer($0) } ?? .string(target)
      let label = parts.count == 2 ? "\(port)-\(target)" : "\(port)"
      var entry: JSONValue = [
        "name": .string(label), "protocol": "TCP", "port": .integer(port),
        "targetPort": targetPort,
      ]
      if type == "NodePort", flags.int("node-port") > 0 {
        entry["nodePort"] = .integer(Int64(flags.int("node-port")))
      }
      ports.append(entry)
    }
    let labels = ["app": name]
    var spec: JSONValue = ["selector": JSONValue(map: labels), "type": .string(type)]
    if !ports.isEmpty { spec["ports"] = .array(ports) }
    if type == "ExternalName" {
      guard flags.isSet("external-name") else {
        throw KubectlError("required flag(s) \"external-name\" not set")
      }
      spec["externalName"] = .string(flags.string("external-name"))
    }
    if type == "ClusterIP", flags.isSet("clusterip") {
      spec["clusterIP"] = .string(flags.string("clusterip"))
    }
    return [
      "kind": "Service", "apiVersion": "v1", "metadata": metadata(name, labels: labels),
      "spec": spec, "status": ["loadBalancer": [:]],
    ]
  }

  static let quota = command(
    "quota", aliases: ["resourcequota"], usage: "NAME [--hard=key1=value1,key2=value2]",
    summary: "Create a quota with the specified name",
    flags: [
      .string("hard", "The limits, as RESOURCE=QUANTITY,…"),
      .string("scopes", "Scopes, with commas"),
    ]
  ) { invocation in
    var spec: JSONValue = [:]
    let hard = try pairs(invocation.flags.string("hard"))
    if !hard.isEmpty { spec["hard"] = JSONValue(map: hard) }
    let scopes = invocation.flags.string("scopes").split(separator: ",").map(String.init)
    if !scopes.isEmpty { spec["scopes"] = strings(scopes) }
    return [
      "kind": "ResourceQuota", "apiVersion": "v1", "metadata": metadata(try name(invocation)),
      "spec": spec, "status": [:],
    ]
  }

  /// `a=1,b=2`.
  private static func pairs(_ text: String) throws -> [String: String] {
    var result: [String: String] = [:]
    for part in text.split(separator: ",") {
      let words = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard words.count == 2 else {
        throw KubectlError("invalid argument syntax \(part), expected <resource>=<value>")
      }
      result[words[0]] = words[1]
    }
    return result
  }

  static let priorityClass = command(
    "priorityclass", aliases: ["pc"], usage: "NAME --value=VALUE --global-default=BOOL",
    summary: "Create a priority class with the specified name",
    flags: [
      .int("value", "How important"), .bool("global-default", "For pods that name no class"),
      .string("description", "What it is for"),
      .string(
        "preemption-policy", "Never or PreemptLowerPriority", standard: "PreemptLowerPriority"),
    ]
  ) { invocation in
    let flags = invocation.flags
    var object: JSONValue = [
      "kind": "PriorityClass", "apiVersion": "scheduling.k8s.io/v1",
      "metadata": metadata(try name(invocation)),
      "value": .integer(Int64(flags.int("value"))),
    ]
    if flags.bool("global-default") { object["globalDefault"] = true }
    if flags.isSet("description") { object["description"] = .string(flags.string("description")) }
    object["preemptionPolicy"] = .string(flags.string("preemption-policy"))
    return object
  }

  static let disruptionBudget = command(
    "poddisruptionbudget", aliases: ["pdb"], usage: "NAME --selector=SELECTOR --min-available=N",
    summary: "Create a pod disruption budget with the specified name",
    flags: [
      .string("selector", "Labels of the pods"),
      .string("min-available", "How many must stay, or which part"),
      .string("max-unavailable", "How many may be missing, or which part"),
    ]
  ) { invocation in
    let flags = invocation.flags
    guard flags.isSet("selector") else { throw KubectlError("a selector must be specified") }
    guard flags.isSet("min-available") != flags.isSet("max-unavailable") else {
      throw KubectlError(
        flags.isSet("min-available")
          ? "min-available and max-unavailable cannot be both specified"
          : "one of min-available or max-unavailable must be specified")
    }
    func amount(_ text: String) -> JSONValue { Int64(text).map { .integer($0) } ?? .string(text) }
    var spec: JSONValue = [
      "selector": ["matchLabels": JSONValue(map: try pairs(flags.string("selector")))]
    ]
    if flags.isSet("min-available") {
      spec["minAvailable"] = amount(flags.string("min-available"))
    } else {
      spec["maxUnavailable"] = amount(flags.string("max-unavailable"))
    }
    return [
      "kind": "PodDisruptionBudget", "apiVersion": "policy/v1",
      "metadata": metadata(try name(invocation)), "spec": spec,
      "status": [
        "disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0,
      ],
    ]
  }

  static let ingress = command(
    "ingress", aliases: ["ing"], usage: "NAME --rule=host/path=service:port[,tls[=secret]]",
    summary: "Create an ingress with the specified name",
    flags: [
      .array("rule", "host/path=service:port[,tls[=secret]]; may be repeated"),
      .string("class", "The ingress class"), .string("default-backend", "service:port"),
      .array("annotation", "KEY=VALUE; may be repeated"),
    ]
  ) { invocation in
    let flags = invocation.flags
    guard flags.isSet("rule") || flags.isSet("default-backend") else {
      throw KubectlError(
        "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)"
      )
    }
    var spec: JSONValue = [:]
    if flags.isSet("class") { spec["ingressClassName"] = .string(flags.string("class")) }
    if flags.isSet("default-backend") {
      spec["defaultBackend"] = try backend(flags.string("default-backend"))
    }
    try addRules(flags.list("rule"), to: &spec)
    var object: JSONValue = [
      "kind": "Ingress", "apiVersion": "networking.k8s.io/v1",
      "metadata": metadata(try name(invocation)), "spec": spec,
      "status": ["loadBalancer": [:]],
    ]
    for annotation in flags.list("annotation") {
      let parts = annotation.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw KubectlError(
          "annotation \(annotation) is invalid and should be in format key=[value]")
      }
      object.set("metadata", "annotations", parts[0], to: .string(parts[1]))
    }
    return object
  }

  private static func addRules(_ texts: [String], to spec: inout JSONValue) throws {
    var rules: [(host: String, paths: [JSONValue])] = []
    var secrets: [(host: String, secret: String?)] = []
    for text in texts {
      let parts = text.split(separator: ",").map(String.init)
      guard let rule = parts.first, let sign = rule.firstIndex(of: "="), rule.contains("/") else {
        throw KubectlError(
          "rule \(text) is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"
        )
      }
      let host = String(rule.prefix { $0 != "/" })
      var path = String(rule[..<sign].dropFirst(host.count))
      var type = "Exact"
      if path.hasSuffix("*") {
        path.removeLast()
        type = "Prefix"
      }
      let entry: JSONValue = [
        "path": .string(path.isEmpty ? "/" : path), "pathType": .string(type),
        "backend": try backend(String(rule[rule.index(after: sign)...])),
      ]
      if let index = rules.firstIndex(where: { $0.host == host }) {
        rules[index].paths.append(entry)
      } else {
        rules.append((host, [entry]))
      }
      for part in parts.dropFirst() where part == "tls" || part.hasPrefix("tls=") {
        secrets.append((host, part == "tls" ? nil : String(part.dropFirst(4))))
      }
    }
    if !rules.isEmpty {
      spec["rules"] = .array(
        rules.map { rule in
          var value: JSONValue = ["http": ["paths": .array(rule.paths)]]
          if !rule.host.isEmpty { value["host"] = .string(rule.host) }
          return value
        })
    }
    if !secrets.isEmpty {
      spec["tls"] = .array(
        secrets.map { entry in
          var value: JSONValue = [:]
          if !entry.host.isEmpty { value["hosts"] = [.string(entry.host)] }
          if let secret = entry.secret { value["secretName"] = .string(secret) }
          return value
        })
    }
  }

  private static func backend(_ text: String) throws -> JSONValue {
    let parts = text.split(separator: ":").map(String.init)
    guard parts.count == 2 else {
      throw KubectlError("default-backend should be in format servicename:serviceport")
    }
    let port: JSONValue =
      Int64(parts[1]).map { ["number": .integer($0)] } ?? ["name": .string(parts[1])]
    return ["service": ["name": .string(parts[0]), "port": port]]
  }
}
