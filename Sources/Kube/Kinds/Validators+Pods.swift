import Documents

extension Validators {
  @Sendable static func podSpec(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if spec.list("containers").isEmpty { problems.append(.required("\(path).containers")) }
    let volumes = spec.list("volumes").map { $0.text("name") }
    checkUnique(spec.list("volumes"), key: "name", "\(path).volumes", &problems)
    var names: Set<String> = []
    for list in ["initContainers", "containers"] {
      for (index, container) in spec.list(list).enumerated() {
        let place = "\(path).\(list)[\(index)]"
        let name = container.text("name")
        if !name.isEmpty, !names.insert(name).inserted {
          problems.append(FieldProblem("\(place).name", .duplicate, value: "\"\(name)\""))
        }
        checkMounts(container, volumes, place, &problems)
        let policy = container.text("restartPolicy")
        if list == "containers", !policy.isEmpty {
          problems.append(
            FieldProblem(
              "\(place).restartPolicy", .forbidden, "may not be set for non-init containers"))
        }
        if list == "initContainers", policy != "Always" {
          for key in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"]
          where container[key] != nil {
            problems.append(
              FieldProblem(
                "\(place).\(key)", .forbidden,
                "may not be set for init containers without restartPolicy=Always"))
          }
        }
      }
    }
    checkNotNegative(spec, ["terminationGracePeriodSeconds"], path, &problems)
    if let deadline = spec.number("activeDeadlineSeconds"),
      !(1...Int(Int32.max)).contains(deadline)
    {
      problems.append(
        .invalid(
          "\(path).activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive"))
    }
    for key in ["hostname", "subdomain", "nodeName", "serviceAccountName"] {
      let text = spec.text(key)
      let wrong =
        key.hasPrefix("n") || key.hasPrefix("ser")
        ? Names.subdomainProblem(text) : Names.labelProblem(text)
      if !text.isEmpty, let wrong { problems.append(.invalid("\(path).\(key)", text, wrong)) }
    }
    checkLabels(spec["nodeSelector"], "\(path).nodeSelector", &problems)
  }

  private static func checkMounts(
    _ container: JSONValue, _ volumes: [String], _ path: String,
    _ problems: inout [FieldProblem]
  ) {
    var paths: Set<String> = []
    for (index, mount) in container.list("volumeMounts").enumerated() {
      let place = "\(path).volumeMounts[\(index)]"
      let name = mount.text("name")
      if name.isEmpty {
        problems.append(.required("\(place).name"))
      } else if !volumes.contains(name) {
        problems.append(FieldProblem("\(place).name", .notFound, value: "\"\(name)\""))
      }
      let target = mount.text("mountPath")
      if !target.isEmpty, !paths.insert(target).inserted {
        problems.append(.invalid("\(place).mountPath", target, "must be unique"))
      }
    }
  }

  @Sendable static func container(
    _ container: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let name = container.text("name")
    if name.isEmpty {
      problems.append(.required("\(path).name"))
    } else if let wrong = Names.labelProblem(name) {
      problems.append(.invalid("\(path).name", name, wrong))
    }
    let image = container.text("image")
    if image.isEmpty {
      problems.append(.required("\(path).image"))
    } else if image.first == " " || image.last == " " {
      problems.append(
        .invalid("\(path).image", image, "must not have leading or trailing whitespace"))
    }
    checkUnique(container.list("ports"), key: "name", "\(path).ports", &problems)
    if container.number("livenessProbe", "successThreshold") ?? 1 != 1 {
      problems.append(
        .invalid(
          "\(path).livenessProbe.successThreshold",
          container.number("livenessProbe", "successThreshold") ?? 0, "must be 1"))
    }
    for (index, source) in container.list("envFrom").enumerated()
    where source["configMapRef"] == nil && source["secretRef"] == nil {
      problems.append(
        .invalid(
          "\(path).envFrom[\(index)]", "", "must specify one of: `configMapRef` or `secretRef`"))
    }
  }

  @Sendable static func containerPort(
    _ port: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let name = port.text("name")
    if !name.isEmpty {
      for wrong in Names.portNameProblems(name) {
        problems.append(.invalid("\(path).name", name, wrong))
      }
    }
    let number = port.number("containerPort") ?? 0
    if number == 0 {
      problems.append(.required("\(path).containerPort"))
    } else {
      checkPort(number, "\(path).containerPort", &problems)
    }
    if let host = port.number("hostPort"), host != 0 {
      checkPort(host, "\(path).hostPort", &problems)
    }
  }

  @Sendable static func probe(
    _ probe: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkHandler(probe, ["exec", "httpGet", "tcpSocket", "grpc"], path, &problems)
    checkNotNegative(
      probe,
      [
        "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
        "failureThreshold",
      ], path, &problems)
  }

  @Sendable static func lifecycle(
    _ lifecycle: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    for hook in ["postStart", "preStop"] {
      guard let handler = lifecycle[hook] else { continue }
      checkHandler(
        handler, ["exec", "httpGet", "tcpSocket", "sleep"], "\(path).\(hook)", &problems)
    }
  }

  private static func checkHandler(
    _ handler: JSONValue, _ kinds: [String], _ path: String, _ problems: inout [FieldProblem]
  ) {
    let given = kinds.filter { handler[$0] != nil }
    if given.isEmpty { problems.append(.required(path, "must specify a handler type")) }
    for extra in given.dropFirst() {
      problems.append(
        FieldProblem("\(path).\(extra)", .forbidden, "may not specify more than 1 handler type"))
    }
    if let command = handler["exec"], command.list("command").isEmpty {
      problems.append(.required("\(path).exec.command"))
    }
    for key in ["httpGet", "tcpSocket"] {
      guard let port = handler.at(key, "port") else { continue }
      let place = "\(path).\(key).port"
      if let number = port.int { checkPort(number, place, &problems) }
      if let name = port.string {
        for wrong in Names.portNameProblems(name) { problems.append(.invalid(place, name, wrong)) }
      }
    }
  }

  @Sendable static func environmentVariable(
    _ variable: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let name = variable.text("name")
    if name.isEmpty {
      problems.append(.required("\(path).name"))
    } else if !name.utf8.allSatisfy({ (0x20..<0x7f).contains($0) && $0 != 0x3d }) {
      problems.append(
        .invalid(
          "\(path).name", name,
          "a valid environment variable name must consist only of printable ASCII characters other "
            + "than '='"))
    }
    guard let source = variable["valueFrom"] else { return }
    if !variable.text("value").isEmpty {
      problems.append(
        .invalid(
          "\(path).valueFrom", "", "may not be specified when `value` is not empty"))
    }
    let kinds = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"]
    let given = kinds.count { source[$0] != nil }
    if given != 1 {
      problems.append(
        .invalid(
          "\(path).valueFrom", "",
          given == 0
            ? "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or "
              + "`secretKeyRef`"
            : "may not have more than one field specified at a time"))
    }
    for kind in ["configMapKeyRef", "secretKeyRef"] where source[kind] != nil {
      if source.text(kind, "key").isEmpty {
        problems.append(.required("\(path).valueFrom.\(kind).key"))
      }
    }
  }

  @Sendable static func volume(
    _ volume: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let name = volume.text("name")
    if name.isEmpty {
      problems.append(.required("\(path).name"))
    } else if let wrong = Names.labelProblem(name) {
      problems.append(.invalid("\(path).name", name, wrong))
    }
    let sources = (volume.object?.keys ?? []).filter { $0 != "name" }
    for extra in sources.dropFirst() {
      problems.append(
        FieldProblem("\(path).\(extra)", .forbidden, "may not specify more than 1 volume type"))
    }
    if volume["hostPath"] != nil, volume.text("hostPath", "path").isEmpty {
      problems.append(.required("\(path).hostPath.path"))
    }
    if volume["persistentVolumeClaim"] != nil,
      volume.text("persistentVolumeClaim", "claimName").isEmpty
    {
      problems.append(.required("\(path).persistentVolumeClaim.claimName"))
    }
    if volume["secret"] != nil, volume.text("secret", "secretName").isEmpty {
      problems.append(.required("\(path).secret.secretName"))
    }
    if volume["configMap"] != nil, volume.text("configMap", "name").isEmpty {
      problems.append(.required("\(path).configMap.name"))
    }
  }

  @Sendable static func volumeMount(
    _ mount: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if mount.text("mountPath").isEmpty { problems.append(.required("\(path).mountPath")) }
    let sub = mount.text("subPath")
    if sub.hasPrefix("/") {
      problems.append(.invalid("\(path).subPath", sub, "must be a relative path"))
    }
    if sub.split(separator: "/").contains("..") {
      problems.append(.invalid("\(path).subPath", sub, "must not contain '..'"))
    }
  }

  @Sendable static func resources(
    _ resources: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    for list in ["limits", "requests"] {
      for (name, value) in resources[list]?.object ?? [:] {
        guard let text = value.string, let amount = Quantity(text) else { continue }
        if amount.nano < 0 {
          problems.append(
            .invalid("\(path).\(list)[\(name)]", text, "must be greater than or equal to 0"))
        }
        if !name.contains("/"),
          !["cpu", "memory", "ephemeral-storage"].contains(name), !name.hasPrefix("hugepages-")
        {
          problems.append(
            .invalid(
              "\(path).\(list)[\(name)]", name, "must be a standard resource for containers"))
        }
      }
    }
    for (name, value) in resources["requests"]?.object ?? [:] {
      guard let request = value.string.flatMap(Quantity.init),
        let limit = resources.at("limits", name)?.string.flatMap(Quantity.init), limit < request
      else { continue }
      problems.append(
        .invalid(
          "\(path).requests", request.description,
          "must be less than or equal to \(name) limit of \(limit)"))
    }
  }

  @Sendable static func toleration(
    _ toleration: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let key = toleration.text("key")
    if key.isEmpty, toleration.text("operator") != "Exists" {
      problems.append(
        .invalid(
          "\(path).operator", toleration.text("operator"),
          "operator must be Exists when `key` is empty, which means \"match all values and all "
            + "keys\""))
    }
    if toleration.text("operator") == "Exists", !toleration.text("value").isEmpty {
      problems.append(
        .invalid(
          "\(path).operator", toleration.text("value"),
          "value must be empty when `operator` is 'Exists'"))
    }
    if toleration["tolerationSeconds"] != nil, toleration.text("effect") != "NoExecute" {
      problems.append(
        .invalid(
          "\(path).effect", toleration.text("effect"),
          "effect must be 'NoExecute' when `tolerationSeconds` is set"))
    }
  }

  @Sendable static func podTemplate(
    _ template: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkLabels(template.at("metadata", "labels"), "\(path).labels", &problems)
  }
}
