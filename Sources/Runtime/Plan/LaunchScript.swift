import Linux

/// A launch as the monitor receives it: operations without their reasons, and the data they need.
/// It can be carried out again (a restart policy does) without asking anyone.
package struct LaunchScript: Sendable, Codable {
  package var id: String
  /// For the init process, in order.
  package var operations: [Operation]
  /// For the monitor.
  package var namespaces: [Namespace]
  package var pidNamespacePath: String?
  package var userNamespacePath: String?
  package var timeOffsets: [String: SpecTimeOffset]?
  package var uidMappings: [SpecIDMapping]?
  package var gidMappings: [SpecIDMapping]?
  package var mountCopies: [MountCopy]?
  package var mappedOverlay: MappedOverlay?
  package var cgroup: Cgroup?
  package var seccomp: SeccompProgram?
  package var environment: [String]
  package var terminal: Bool
  /// The overlay's lower directories come later, by `MonitorHooks.lowerDirectories`: everything that does
  /// not need them is done before.
  package var awaitsLayers: Bool?
  /// The container inherits the descriptors it is started with: 0 to 2 as they are, and this many
  /// more. Otherwise 0 to 2 are ours, and nothing else gets in.
  package var inheritedDescriptors: Int?
  /// What was asked for and cannot be had ends the launch, as the OCI runtime specification wants.
  /// Otherwise a container with less is better than none.
  var isExact: Bool { inheritedDescriptors != nil }
  /// What hooks are told about the container, as JSON without `status` and `pid`.
  package var hookState: HookState?
  /// A file that the system calls of the launch are written to (`run --trace`).
  package var tracePath: String?

  /// Whether the kernel writes a file system to the disk when the last of its mounts goes.
  var mountsReachTheDisk: Bool {
    operations.contains { operation in
      if case .mountOverlay(let overlay) = operation { !overlay.isVolatile } else { false }
    } || mappedOverlay?.overlay.isVolatile == false
  }

  /// Who the container's root is on the host, where that is not root.
  var rootOwner: (user: UInt32, group: UInt32)? {
    if let mappedOverlay { return mappedOverlay.root }
    guard let user = uidMappings?.outside(0), let group = gidMappings?.outside(0) else {
      return nil
    }
    return (user, group)
  }

  /// The control group to make, and its limits.
  package struct Cgroup: Sendable, Codable {
    package var layout: CgroupLayout
    package var path: String
    package var resources: CgroupResources

    package init(layout: CgroupLayout, path: String, resources: CgroupResources) {
      self.layout = layout
      self.path = path
      self.resources = resources
    }
  }

  /// `variables` with the last value of each name, in the place of the first: what a program that reads
  /// its environment by itself finds would else depend on the program.
  static func lastOfEach(_ variables: [String]) -> [String] {
    var places: [Substring: Int] = [:]
    var result: [String] = []
    for variable in variables {
      let name = variable.prefix { $0 != "=" }
      if let place = places[name] {
        result[place] = variable
      } else {
        places[name] = result.count
        result.append(variable)
      }
    }
    return result
  }

  /// The script of `plan`.
  package init(
    _ wish: LaunchWish, plan: LaunchPlan, cgroup: Cgroup?, seccomp: SeccompProgram?
  ) {
    id = wish.id
    operations = plan.initOperations
    namespaces = []
    for step in plan.steps {
      switch step.operation {
      case .clone(let kinds): namespaces = kinds
      case .joinNamespace(.pid, let path): pidNamespacePath = path
      case .joinNamespace(.user, let path): userNamespacePath = path
      case .setTimeOffsets(let offsets): timeOffsets = offsets
      case .writeIDMaps(let uid, let gid): (uidMappings, gidMappings) = (uid, gid)
      case .copyMount(let map): mountCopies = (mountCopies ?? []) + [map]
      case .mountMappedOverlay(let overlay): mappedOverlay = overlay
      default: break
      }
    }
    self.cgroup = cgroup
    self.seccomp = seccomp
    environment = Self.lastOfEach(wish.spec.process?.env ?? [])
    terminal = wish.spec.process?.terminal ?? false
  }
}

/// Why a launch failed: which operation, and what the kernel said. Sent by the init process.
package struct LaunchFailure: Error, Sendable, Codable, Equatable {
  package var operation: String
  package var message: String
  package var errno: Int32?
  /// 126 or 127 when it was the program that could not be executed, else 125.
  package var exitCode: Int32

  package init(operation: String, message: String, errno: Int32? = nil, exitCode: Int32 = 125) {
    self.operation = operation
    self.message = message
    self.errno = errno
    self.exitCode = exitCode
  }
}

extension LaunchFailure: CustomStringConvertible {
  package var description: String { message }
}
