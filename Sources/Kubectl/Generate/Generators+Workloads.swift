import Documents

extension Generators {
  static let deployment = command(
    "deployment", aliases: ["deploy"], usage: "NAME --image=image -- [COMMAND] [args...]",
    summary: "Create a deployment with the specified name",
    flags: [
      .list("image", "Image of a container; may be repeated"),
      .int("port", "The port the container listens on", standard: -1),
      .int("replicas", "How many pods", short: "r", standard: 1),
    ], examples: ["kubectl create deployment web --image=nginx --replicas=3"]
  ) { invocation in
    let name = try name(invocation)
    let images = invocation.flags.list("image")
    guard !images.isEmpty else { throw KubectlError("required flag(s) \"image\" not set") }
    let command = invocation.wordsAfterDash
    if images.count > 1 && !command.isEmpty {
      throw KubectlError("cannot specify multiple --image options and command")
    }
    var used: [String: Int] = [:]
    let containers = images.map { image -> JSONValue in
      var container: JSONValue = [
        "name": .string(containerName(image)), "image": .string(image), "resources": [:],
      ]
      used[containerName(image), default: 0] += 1
      if !command.isEmpty { container["command"] = strings(command) }
      let port = invocation.flags.int("port")
      if port >= 0 { container["ports"] = [["containerPort": .integer(Int64(port))]] }
      return container
    }
    let labels = ["app": name]
    return [
      "kind": "Deployment", "apiVersion": "apps/v1", "metadata": metadata(name, labels: labels),
      "spec": [
        "replicas": .integer(Int64(invocation.flags.int("replicas"))),
        "selector": ["matchLabels": JSONValue(map: labels)],
        "template": [
          "metadata": ["creationTimestamp": .null, "labels": JSONValue(map: labels)],
          "spec": ["containers": .array(containers)],
        ],
        "strategy": [:],
      ], "status": [:],
    ]
  }

  private static func jobSpec(
    _ name: String, _ image: String, _ command: [String], _ policy: String
  )
    -> JSONValue
  {
    var container: JSONValue = [
      "name": .string(name), "image": .string(image), "resources": [:],
    ]
    if !command.isEmpty { container["command"] = strings(command) }
    return [
      "template": [
        "metadata": ["creationTimestamp": .null],
        "spec": ["containers": [container], "restartPolicy": .string(policy)],
      ]
    ]
  }

  static let job = command(
    "job", usage: "NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]",
    summary: "Create a job with the specified name",
    flags: [.string("image", "Image of the container"), .string("from", "A cronjob to run now")],
    examples: ["kubectl create job date --image=busybox -- date"]
  ) { invocation in
    let name = try name(invocation)
    let (image, source) = (invocation.flags.string("image"), invocation.flags.string("from"))
    guard image.isEmpty != source.isEmpty else {
      throw KubectlError("either --image or --from must be specified")
    }
    if !source.isEmpty {
      guard invocation.wordsAfterDash.isEmpty else {
        throw KubectlError("cannot specify --from and command")
      }
      return try job(name, from: source, invocation)
    }
    return [
      "kind": "Job", "apiVersion": "batch/v1", "metadata": metadata(name),
      "spec": jobSpec(name, image, invocation.wordsAfterDash, "Never"), "status": [:],
    ]
  }

  private static func job(_ name: String, from source: String, _ invocation: Invocation) throws
    -> JSONValue
  {
    let session = try Session(invocation)
    let word = source.contains("/") ? source : "cronjob/\(source)"
    let parts = try Selection(session).parts([word])
    guard let part = parts.first, let from = part.names.first, part.kind.kind == "CronJob" else {
      throw KubectlError("from must be an existing cronjob")
    }
    let cron = try session.get(part.kind, from)
    var annotations = cron.map("spec", "jobTemplate", "metadata", "annotations")
    annotations["cronjob.kubernetes.io/instantiate"] = "manual"
    var metadata = metadata(name, labels: cron.map("spec", "jobTemplate", "metadata", "labels"))
    metadata["annotations"] = JSONValue(map: annotations)
    metadata["ownerReferences"] = [
      [
        "apiVersion": "batch/v1", "kind": "CronJob", "name": .string(cron.name),
        "uid": .string(cron.uid), "controller": true,
      ]
    ]
    return [
      "kind": "Job", "apiVersion": "batch/v1", "metadata": metadata,
      "spec": cron.at("spec", "jobTemplate", "spec") ?? [:], "status": [:],
    ]
  }

  static let cronJob = command(
    "cronjob", aliases: ["cj"],
    usage: "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...]",
    summary: "Create a cron job with the specified name",
    flags: [
      .string("image", "Image of the container"), .string("schedule", "When, as cron writes it"),
      .string("restart", "OnFailure or Never"),
    ], examples: ["kubectl create cronjob hello --image=busybox --schedule='*/1 * * * *' -- date"]
  ) { invocation in
    let name = try name(invocation)
    let missing = ["image", "schedule"].filter { !invocation.flags.isSet($0) }
    guard missing.isEmpty else {
      throw KubectlError(
        "required flag(s) \(missing.map { "\"\($0)\"" }.joined(separator: ", ")) not set")
    }
    let policy = invocation.flags.string("restart")
    return [
      "kind": "CronJob", "apiVersion": "batch/v1", "metadata": metadata(name),
      "spec": [
        "schedule": .string(invocation.flags.string("schedule")),
        "jobTemplate": [
          "metadata": metadata(name),
          "spec": jobSpec(
            name, invocation.flags.string("image"), invocation.wordsAfterDash,
            policy.isEmpty ? "OnFailure" : policy),
        ],
      ], "status": [:],
    ]
  }
}
