import Engine
import Images
import Support

/// Makes the networks and volumes of a project, with the labels that say whose they are.
struct ResourceMaker {
  let engine: Engine
  let model: ProjectModel

  func network(_ key: String) throws {
    let (network, wish) = network(named: key)
    do {
      _ = try engine.createNetwork(network.name, wish)
    } catch var error as DklabError {
      error.location = error.location ?? network.location
      throw error
    }
  }

  /// Says what `network` would say, without making it.
  func checkNetwork(_ key: String, without removed: Set<String> = []) throws {
    let (network, wish) = network(named: key)
    do {
      try engine.checkNetwork(network.name, wish, without: removed)
    } catch var error as DklabError {
      error.location = error.location ?? network.location
      throw error
    }
  }

  private func network(named key: String) -> (NetworkResource, NetworkWish) {
    guard let network = model.networks.first(where: { $0.key == key }) else {
      preconditionFailure("a plan names the network \(key), which its model does not have")
    }
    var wish = NetworkWish()
    wish.driver = network.driver
    wish.isInternal = network.isInternal
    wish.isAttachable = network.isAttachable
    wish.hasIPv6 = network.hasIPv6
    wish.options = network.options
    wish.subnets = network.pools.compactMap(\.subnet)
    wish.ranges = network.pools.compactMap(\.range)
    wish.gateways = network.pools.compactMap(\.gateway)
    wish.labels = labels(network.labels, network.hash)
    wish.labels[ComposeLabels.network] = key
    return (network, wish)
  }

  /// Says what `volume` would say, without making it.
  func checkVolume(_ key: String) throws {
    let volume = volume(named: key)
    do {
      try engine.checkVolume(volume.name, driver: volume.driver, options: volume.options)
    } catch var error as DklabError {
      error.location = error.location ?? volume.location
      throw error
    }
  }

  private func volume(named key: String) -> VolumeResource {
    guard let volume = model.volumes.first(where: { $0.key == key }) else {
      preconditionFailure("a plan names the volume \(key), which its model does not have")
    }
    return volume
  }

  func volume(_ key: String) throws {
    let volume = volume(named: key)
    var labels = labels(volume.labels, volume.hash)
    labels[ComposeLabels.volume] = key
    do {
      try engine.createVolume(
        volume.name, driver: volume.driver, labels: labels, options: volume.options)
    } catch var error as DklabError {
      error.location = error.location ?? volume.location
      throw error
    }
  }

  private func labels(_ own: [String: String], _ hash: String) -> [String: String] {
    var labels = own
    labels[ComposeLabels.project] = model.name
    labels[ComposeLabels.version] = ComposeLabels.versionText
    labels[ComposeLabels.hash] = hash
    return labels
  }

  func removeImage(_ name: String) throws {
    let containers = try engine.containers()
    _ = try engine.images().remove(name) { id in
      containers.filter { $0.imageID == id }.map {
        ImageUser(container: $0.id, isRunning: $0.state.isActive)
      }
    }
  }
}
