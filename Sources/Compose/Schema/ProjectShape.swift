extension Shape {
  /// A compose file: the top level of the compose specification.
  static let project = Shape.object([
    "version": .scalar,
    "name": .string,
    "include": .list(.either([.string, include])),
    "services": .map(.service),
    "networks": .map(.either([.null, network])),
    "volumes": .map(.either([.null, volume])),
    "secrets": .map(secret),
    "configs": .map(config),
    "models": .map(.any),
  ])

  private static let include = Shape.object(
    [
      "path": .stringOrStrings, "env_file": .stringOrStrings, "project_directory": .string,
    ], required: ["path"])

  private static let external = Shape.either([.boolean, .object(["name": .string])])
  private static let driverOptions = Shape.map(.scalar)

  private static let network = Shape.object([
    "name": .string, "driver": .string, "driver_opts": driverOptions, "external": external,
    "internal": .boolean, "enable_ipv4": .boolean, "enable_ipv6": .boolean, "attachable": .boolean,
    "labels": .pairs,
    "ipam": .object([
      "driver": .string, "options": .map(.string),
      "config": .list(
        .object([
          "subnet": .string, "ip_range": .string, "gateway": .string,
          "aux_addresses": .map(.string),
        ])),
    ]),
  ])

  private static let volume = Shape.object([
    "name": .string, "driver": .string, "driver_opts": driverOptions, "external": external,
    "labels": .pairs,
  ])

  private static let secret = Shape.object([
    "name": .string, "environment": .string, "file": .string, "external": external,
    "labels": .pairs, "driver": .string, "driver_opts": driverOptions, "template_driver": .string,
  ])

  private static let config = Shape.object([
    "name": .string, "content": .string, "environment": .string, "file": .string,
    "external": external, "labels": .pairs, "template_driver": .string,
  ])
}
