import Documents

extension Validators {
  private static let sizeLimit = 1 << 20

  @Sendable static func configMap(
    _ object: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkData(object, ["data", "binaryData"], &problems)
  }

  @Sendable static func secret(
    _ object: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkData(object, ["data"], &problems)
    let needed: [String: [String]] = [
      "kubernetes.io/tls": ["tls.crt", "tls.key"],
      "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
      "kubernetes.io/dockercfg": [".dockercfg"],
      "kubernetes.io/ssh-auth": ["ssh-privatekey"],
    ]
    for key in needed[object.text("type")] ?? [] where object.at("data", key) == nil {
      problems.append(.required("data[\(key)]"))
    }
  }

  private static func checkData(
    _ object: JSONValue, _ lists: [String], _ problems: inout [FieldProblem]
  ) {
    var size = 0
    for list in lists {
      for (key, value) in object[list]?.object ?? [:] {
        if let wrong = Names.configKeyProblem(key) {
          problems.append(.invalid("\(list)[\(key)]", key, wrong))
        }
        let length = value.string?.utf8.count ?? 0
        size += list == "binaryData" || object.kind == "Secret" ? length / 4 * 3 : length
      }
    }
    for (key, _) in object["binaryData"]?.object ?? [:] where object.at("data", key) != nil {
      problems.append(
        .invalid("data[\(key)]", key, "duplicate of key present in binaryData"))
    }
    if size > sizeLimit {
      problems.append(
        FieldProblem("[]", .tooLong, "may not be more than \(sizeLimit) bytes"))
    }
  }

  @Sendable static func service(
    _ service: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let spec = service["spec"] ?? .null
    let type = spec.text("type")
    let ports = spec.list("ports")
    if ports.isEmpty, spec.text("clusterIP") != "None", type != "ExternalName" {
      problems.append(.required("spec.ports"))
    }
    if type == "ExternalName" {
      let name = spec.text("externalName")
      let bare = name.hasSuffix(".") ? String(name.dropLast()) : name
      if name.isEmpty {
        problems.append(.required("spec.externalName"))
      } else if let wrong = Names.subdomainProblem(bare) {
        problems.append(.invalid("spec.externalName", name, wrong))
      }
    }
    checkLabels(spec["selector"], "spec.selector", &problems)
    checkUnique(ports, key: "name", "spec.ports", &problems)
    var seen: Set<String> = []
    for (index, port) in ports.enumerated() {
      let place = "spec.ports[\(index)]"
      let number = port.number("port") ?? 0
      checkPort(number, "\(place).port", &problems)
      let name = port.text("name")
      if ports.count > 1, name.isEmpty {
        problems.append(.required("\(place).name"))
      } else if !name.isEmpty, let wrong = Names.labelProblem(name) {
        problems.append(.invalid("\(place).name", name, wrong))
      }
      if let target = port["targetPort"] {
        if let number = target.int { checkPort(number, "\(place).targetPort", &problems) }
        if let name = target.string {
          for wrong in Names.portNameProblems(name) {
            problems.append(.invalid("\(place).targetPort", name, wrong))
          }
        }
      }
      if port.number("nodePort") ?? 0 != 0, type == "ClusterIP" {
        problems.append(
          FieldProblem(
            "\(place).nodePort", .forbidden, "may not be used when `type` is 'ClusterIP'"))
      }
      if !seen.insert("\(port.text("protocol"))/\(number)").inserted {
        problems.append(
          FieldProblem(place, .duplicate, value: port.description))
      }
    }
  }

  @Sendable static func claim(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if spec.list("accessModes").isEmpty {
      problems.append(.required("\(path).accessModes", "at least 1 access mode is required"))
    }
    if spec.at("resources", "requests", "storage") == nil {
      problems.append(.required("\(path).resources[storage]"))
    }
  }

  @Sendable static func persistentVolume(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    // The same fields stand in claims' templates of inline volumes, which have no capacity.
    guard path == "spec" else { return }
    if spec.list("accessModes").isEmpty {
      problems.append(.required("spec.accessModes"))
    }
    if spec.at("capacity", "storage") == nil { problems.append(.required("spec.capacity")) }
    let known: Set<String> = [
      "accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity",
      "persistentVolumeReclaimPolicy", "storageClassName", "volumeMode",
      "volumeAttributesClassName",
    ]
    let sources = (spec.object?.keys ?? []).filter { !known.contains($0) }
    if sources.isEmpty { problems.append(.required("spec", "must specify a volume type")) }
    for extra in sources.dropFirst() {
      problems.append(
        FieldProblem("spec.\(extra)", .forbidden, "may not specify more than 1 volume type"))
    }
    if spec["local"] != nil, spec["nodeAffinity"] == nil {
      problems.append(.required("spec.nodeAffinity", "Local volume requires node affinity"))
    }
  }

  @Sendable static func endpointSubset(
    _ subset: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if subset.list("addresses").isEmpty, subset.list("notReadyAddresses").isEmpty {
      problems.append(.required(path, "must specify `addresses` or `notReadyAddresses`"))
    }
  }

  @Sendable static func endpointSlice(
    _ slice: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if slice.text("addressType").isEmpty { problems.append(.required("addressType")) }
    if slice.list("endpoints").count > 1000 {
      problems.append(FieldProblem("endpoints", .tooMany, "must have at most 1000 items"))
    }
  }

  @Sendable static func storageClass(
    _ object: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if object.text("provisioner").isEmpty { problems.append(.required("provisioner")) }
  }

  @Sendable static func priorityClass(
    _ object: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let value = object.number("value") ?? 0
    if object.name.hasPrefix("system-") {
      if !["system-node-critical", "system-cluster-critical"].contains(object.name) {
        problems.append(
          FieldProblem(
            "metadata.name", .forbidden,
            "priority class names with 'system-' prefix are reserved for system use only"))
      }
    } else if value > 1_000_000_000 {
      problems.append(
        FieldProblem(
          "value", .forbidden,
          "maximum allowed value of a user defined priority is 1000000000"))
    }
  }
}
