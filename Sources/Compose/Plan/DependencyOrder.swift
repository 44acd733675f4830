/// Services in the order of who needs whom.
package enum DependencyOrder {
  /// `services`, each after those it depends on, else in their own order. There are no circles: the
  /// loader has seen to that.
  package static func sorted(_ services: [Service]) -> [Service] {
    let byName = Dictionary(services.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    var done: Set<String> = []
    var result: [Service] = []
    func visit(_ service: Service) {
      guard done.insert(service.name).inserted else { return }
      for dependency in service.dependencies {
        if let other = byName[dependency.service] { visit(other) }
      }
      result.append(service)
    }
    for service in services.sorted(by: { $0.name < $1.name }) { visit(service) }
    return result
  }

  /// The services that need `name`, directly.
  package static func dependents(of name: String, in services: [Service]) -> [Service] {
    services.filter { $0.dependencies.contains { $0.service == name } }
  }
}
