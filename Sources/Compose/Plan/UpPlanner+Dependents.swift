import Support

// `depends_on` with `restart: true`: who depends on a container that is made anew is stopped before
// that one and started after it.
extension UpPlanner {
  /// Stops the running containers of services that want to be restarted with `service`; returns the
  /// steps.
  mutating func stopsOfDependents(_ service: Service, because cause: Text) -> [Int] {
    var steps: [Int] = []
    for dependent in dependents(of: service) {
      for container in state.containers(of: dependent.name) where container.isActive {
        let stop = planStop(
          container,
          because: Text(
            "\(service.name) is made anew, and \(dependent.name) is restarted with it",
            ko: "\(service.name)을(를) 새로 만들고 \(dependent.name)도 함께 다시 시작합니다"),
          after: stopsOfDependents(dependent, because: cause))
        if let stop { steps.append(stop) }
      }
    }
    return steps
  }

  private func dependents(of service: Service) -> [Service] {
    services.filter { other in
      other.dependencies.contains { $0.service == service.name && $0.restart }
    }
  }
}
