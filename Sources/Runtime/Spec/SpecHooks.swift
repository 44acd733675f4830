/// `hooks`: programs the runtime calls at fixed moments of a container's life, each with the
/// container's state as JSON on its standard input.
package struct SpecHooks: Codable, Sendable, Equatable {
  package var prestart: [SpecHook]?
  package var createRuntime: [SpecHook]?
  package var createContainer: [SpecHook]?
  package var startContainer: [SpecHook]?
  package var poststart: [SpecHook]?
  package var poststop: [SpecHook]?

  package init() {}

  /// The hooks of one moment, in order.
  package subscript(moment: HookMoment) -> [SpecHook] {
    switch moment {
    case .prestart: prestart ?? []
    case .createRuntime: createRuntime ?? []
    case .createContainer: createContainer ?? []
    case .startContainer: startContainer ?? []
    case .poststart: poststart ?? []
    case .poststop: poststop ?? []
    }
  }
}

/// When a hook is called; the raw values are the specification's names.
package enum HookMoment: String, Codable, Sendable, CaseIterable {
  /// In the runtime's namespaces, before pivot_root.
  case prestart, createRuntime
  /// In the container's namespaces, before pivot_root.
  case createContainer
  /// In the container, right before the program.
  case startContainer
  /// In the runtime's namespaces, after the program has started.
  case poststart
  /// In the runtime's namespaces, after the container is gone.
  case poststop

  /// The container's status at that moment, as the hook is told.
  package var status: String {
    switch self {
    case .prestart, .createRuntime, .createContainer: "creating"
    case .startContainer: "created"
    case .poststart: "running"
    case .poststop: "stopped"
    }
  }
}

/// One hook: a program, called with `args` (the first is its own name) and exactly `env`.
package struct SpecHook: Codable, Sendable, Equatable {
  package var path: String
  package var args: [String]?
  package var env: [String]?
  /// Seconds.
  package var timeout: Int?
}
