import Images
import Linux
import Support

/// Where an instance's disk space went (`docker system df`).
package struct DiskUsage: Sendable {
  package struct ImageUsage: Sendable {
    package var image: Image
    /// Bytes of layers that other images have too.
    package var shared: Int64
    /// How many containers were made from it.
    package var containers: Int
    /// Bytes that removing it would free.
    package var unique: Int64 { image.size - shared }
  }

  package struct ContainerUsage: Sendable {
    package var record: ContainerRecord
    /// Bytes of its own layer.
    package var size: Int64
    /// The same with its image.
    package var rootSize: Int64
  }

  package struct VolumeUsage: Sendable {
    package var volume: VolumeRecord
    package var size: Int64
    /// How many containers use it.
    package var links: Int
  }

  /// What there is of one kind.
  package struct Total: Sendable, Equatable {
    package var count: Int
    package var active: Int
    package var size: Int64
    package var reclaimable: Int64
  }

  package var images: [ImageUsage] = []
  /// Each layer once.
  package var layersSize: Int64 = 0
  package var containers: [ContainerUsage] = []
  package var volumes: [VolumeUsage] = []
  package var buildCache: [BuildCacheEntry] = []
  package var cacheMounts: Int64 = 0

  package var imageTotal: Total {
    let active = images.filter { $0.containers > 0 }
    return Total(
      count: images.count, active: active.count, size: layersSize,
      reclaimable: layersSize - active.reduce(0) { $0 + $1.unique })
  }

  package var containerTotal: Total {
    Total(
      count: containers.count, active: containers.count { $0.record.state.isActive },
      size: containers.reduce(0) { $0 + $1.size },
      reclaimable: containers.filter { !$0.record.state.isActive }.reduce(0) { $0 + $1.size })
  }

  package var volumeTotal: Total {
    Total(
      count: volumes.count, active: volumes.count { $0.links > 0 },
      size: volumes.reduce(0) { $0 + $1.size },
      reclaimable: volumes.filter { $0.links == 0 }.reduce(0) { $0 + $1.size })
  }

  package var buildCacheTotal: Total {
    let size = buildCache.reduce(cacheMounts) { $0 + $1.size }
    let active = buildCache.filter(\.isInUse)
    return Total(
      count: buildCache.count, active: active.count, size: size,
      reclaimable: active.reduce(size) { $0 - $1.size })
  }
}

extension Engine {
  /// Measures. Reads the directories of all containers and volumes.
  package func diskUsage() throws -> DiskUsage {
    var usage = DiskUsage()
    let records = try containers()
    let images = try images().list()
    var holders: [Digest: Int] = [:]
    var sizes: [Digest: Int64] = [:]
    for image in images {
      for layer in Set(image.layers) {
        holders[layer.diffID, default: 0] += 1
        sizes[layer.diffID] = layer.size
      }
    }
    usage.layersSize = sizes.values.reduce(0, +)
    usage.images = images.map { image in
      DiskUsage.ImageUsage(
        image: image,
        shared: Set(image.layers).filter { holders[$0.diffID, default: 0] > 1 }
          .reduce(0) { $0 + $1.size },
        containers: records.count { $0.imageID == image.id })
    }
    usage.containers = try records.map { record in
      let size = (try? Directory.size(containerDirectory(record.id) + "/upper")) ?? 0
      let image = try self.images().heldImage(id: record.imageID)?.size ?? 0
      return DiskUsage.ContainerUsage(record: record, size: size, rootSize: size + image)
    }
    usage.volumes = try volumes().map { volume in
      DiskUsage.VolumeUsage(
        volume: volume, size: (try? Directory.size(volumeDirectory(volume.name))) ?? 0,
        links: records.count { $0.mounts.contains { $0.name == volume.name } })
    }
    usage.buildCache = try buildCache()
    usage.cacheMounts = try cacheMounts().reduce(0) { $0 + $1.size }
    return usage
  }
}
