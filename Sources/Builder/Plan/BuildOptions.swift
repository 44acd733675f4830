import Images

/// What a build was asked for, beside its Dockerfile and its context.
package struct BuildOptions: Sendable {
  /// `--build-arg`.
  package var arguments: [String: String] = [:]
  package var target: String?
  /// `--label`, added to the result.
  package var labels: [String: String] = [:]
  package var platform = Platform.current
  /// The platform the build runs on.
  package var buildPlatform = Platform.current
  /// `--network`: default, none, host.
  package var network = "default"
  /// `--no-cache`.
  package var ignoresCache = false
  /// `--no-cache-filter`: stages that are built anew.
  package var uncachedStages: Set<String> = []
  /// SOURCE_DATE_EPOCH in seconds: the time of the image and the latest of its files.
  package var sourceDate: Int64?
  /// `--build-context NAME=…`, as written.
  package var namedContexts: [String: String] = [:]

  package init() {}

  /// Arguments every stage has without declaring them.
  var platformArguments: [(String, String)] {
    func variant(_ platform: Platform) -> String { platform.variant ?? "" }
    func name(_ platform: Platform) -> String {
      [platform.os, platform.architecture, variant(platform)].filter { !$0.isEmpty }
        .joined(separator: "/")
    }
    return [
      ("BUILDPLATFORM", name(buildPlatform)), ("BUILDOS", buildPlatform.os),
      ("BUILDOSVERSION", ""), ("BUILDARCH", buildPlatform.architecture),
      ("BUILDVARIANT", variant(buildPlatform)), ("TARGETPLATFORM", name(platform)),
      ("TARGETOS", platform.os), ("TARGETOSVERSION", ""), ("TARGETARCH", platform.architecture),
      ("TARGETVARIANT", variant(platform)), ("TARGETSTAGE", target ?? "default"),
    ]
  }

  /// Build arguments that reach a RUN without being declared, and do not count for the cache.
  static let proxyNames = [
    "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY",
    "no_proxy", "ALL_PROXY", "all_proxy",
  ]

  /// Those of them that were given.
  var proxyEnvironment: [String] {
    BuildOptions.proxyNames.compactMap { name in arguments[name].map { "\(name)=\($0)" } }
  }
}

/// What `--build-context NAME=…` may say beside a directory.
package enum NamedContext {
  private static let imageScheme = "docker-image://"

  /// The image that `context` names; nil for a directory.
  package static func image(_ context: String) -> String? {
    context.hasPrefix(imageScheme) ? String(context.dropFirst(imageScheme.count)) : nil
  }
}

/// Variables in the order they were first set.
package struct VariableList: Sendable, Hashable {
  package private(set) var names: [String] = []
  private var values: [String: String] = [:]

  package init() {}

  package init(_ entries: [String]) {
    for entry in entries {
      let name = String(entry.prefix { $0 != "=" })
      self[name] = entry.contains("=") ? String(entry.dropFirst(name.count + 1)) : ""
    }
  }

  package subscript(name: String) -> String? {
    get { values[name] }
    set {
      if values[name] == nil, newValue != nil { names.append(name) }
      if newValue == nil { names.removeAll { $0 == name } }
      values[name] = newValue
    }
  }

  /// `NAME=value`, in order.
  package var entries: [String] { names.map { "\($0)=\(values[$0] ?? "")" } }
}
