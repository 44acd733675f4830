import Support

/// What `--network` chose.
package enum NetworkMode: Sendable, Hashable {
  /// An interface of its own on the instance's bridge: the default.
  case bridge
  /// A network namespace with nothing but `lo`.
  case none
  /// The namespace dklab itself runs in.
  case host
  /// The namespace of another container, by name or id.
  case container(String)
  /// A network made by `network create`.
  case named(String)

  /// Reads `--network`'s value, in Docker's words: empty, `default`, `bridge`, `none`, `host`,
  /// `container:NAME`, or the name of a network. Throws `DklabError` `network.mode-invalid`.
  package init(parsing text: String) throws {
    switch text {
    case "", "default", "bridge": self = .bridge
    case "none": self = .none
    case "host": self = .host
    default:
      guard text == "container" || text.hasPrefix("container:") else {
        self = .named(text)
        return
      }
      let name = text.dropFirst("container:".count)
      guard !name.isEmpty else {
        throw DklabError(
          .invalid, id: "network.mode-invalid",
          Text(
            "invalid container format container:<name|id>: \"\(text)\"",
            ko: "컨테이너 형식이 잘못되었습니다. container:<이름|ID>여야 합니다: \"\(text)\""),
          hint: Text(
            "accepted: bridge, none, host, container:NAME or the name of a network",
            ko: "쓸 수 있는 값: bridge, none, host, container:이름, 또는 네트워크 이름"))
      }
      self = .container(String(name))
    }
  }

  /// Whether the container has interfaces of its own on bridges of the instance.
  package var hasBridge: Bool {
    switch self {
    case .bridge, .named: true
    case .none, .host, .container: false
    }
  }

  /// As HostConfig.NetworkMode of `docker inspect` writes it.
  package var name: String {
    switch self {
    case .bridge: "bridge"
    case .none: "none"
    case .host: "host"
    case .container(let name): "container:\(name)"
    case .named(let name): name
    }
  }

  /// The options of `docker run` that say something about a container's network.
  package struct Options: Sendable {
    package var hostname = false
    package var publishedPorts = false
    package var exposedPorts = false
    package var dns = false
    package var extraHosts = false
    package var macAddress = false

    package init() {}
  }

  /// Refuses options that contradict the mode, as Docker does: a container that shares another's
  /// namespace has that one's name, ports and resolver. Throws `network.options-conflict`.
  package func validate(_ options: Options) throws {
    guard case .container = self else { return }
    let conflicts: [(Bool, String, String)] = [
      (options.hostname, "hostname and the network mode", "--hostname과 네트워크 모드"),
      (options.dns, "dns and the network mode", "--dns와 네트워크 모드"),
      (
        options.extraHosts, "custom host-to-IP mapping and the network mode",
        "--add-host와 네트워크 모드"
      ),
      (options.macAddress, "mac-address and the network mode", "--mac-address와 네트워크 모드"),
      (
        options.publishedPorts, "port publishing and the container type network mode",
        "포트 게시(-p)와 container 네트워크 모드"
      ),
      (
        options.exposedPorts, "port exposing and the container type network mode",
        "포트 노출(--expose)과 container 네트워크 모드"
      ),
    ]
    for (given, english, korean) in conflicts where given {
      throw DklabError(
        .invalid, id: "network.options-conflict",
        Text(
          "conflicting options: \(english)", ko: "함께 쓸 수 없는 옵션입니다: \(korean)"),
        hint: Text(
          "give the option to the container whose network is shared",
          ko: "네트워크를 빌려주는 컨테이너를 만들 때 이 옵션을 주세요"))
    }
  }
}
