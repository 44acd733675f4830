import Engine
import Images
import Support

/// Makes the container of `compose run`: the service's, with a name and a label that say that it is no
/// replica.
package struct OneOffMaker {
  private let maker: ContainerMaker

  package init(engine: Engine, model: ProjectModel) {
    maker = ContainerMaker(engine: engine, model: model)
  }

  /// Creates a container of `service`, whose `spec` may have been changed for this run.
  ///
  /// - Parameters:
  ///   - name: nil makes `PROJECT-SERVICE-run-` and twelve digits.
  ///   - usesAliases: whether it is found under the service's own names.
  package func make(
    _ service: Service, name: String?, usesAliases: Bool, labels: [(key: String, value: String)]
  ) throws -> ContainerRecord {
    let digits = String(UInt64.random(in: 0..<1 << 48), radix: 16)
    let slug = String(repeating: "0", count: 12 - digits.count) + digits
    let name = name ?? "\(maker.model.name)-\(service.name)-run-\(slug)"
    let image = try maker.engine.images().resolve(service.spec.image)
    var spec = service.spec
    var all = maker.labels(service, image: image)
    all[ComposeLabels.oneOff] = "True"
    all[ComposeLabels.slug] = slug
    all[ComposeLabels.number] = "1"
    for (key, value) in labels { all[key] = value }
    spec.config.labels = all
    try maker.joinNetworks(&spec, service, name: name, usesAliases: usesAliases)
    try maker.shareVolumes(&spec, service)
    try maker.mountFiles(&spec, service)
    return try maker.engine.create(spec, image: image, name: name) { name }
  }
}
