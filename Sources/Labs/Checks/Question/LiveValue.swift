import Documents
import Support

/// What a student's answer is compared with: something read at the moment of checking.
enum LiveValue: Sendable, Hashable {
  case containerConfig(name: String, path: ValuePath)
  case imageConfig(image: String, path: ValuePath)
  case imageID(String)
  case containerID(String)
  case namespace(name: String, kind: ProcNamespace.Kind)
  case kernel(String)
  case hostName
  case cgroupVersion
  /// The process that started a container's first one, and keeps it.
  case processParent(String)
  /// A field of an object of the lab's cluster.
  case clusterValue(ClusterObject, ValuePath)

  static let types = [
    "container.config", "container.id", "host", "image.config", "image.id", "kube.value",
    "proc.ns", "proc.parent",
  ]

  /// The argument that a bare value stands for.
  static func shorthand(_ type: String) -> String {
    type == "image.id" ? "image" : type == "host" ? "fact" : "name"
  }

  /// What can be asked of this machine.
  enum HostFact: String, CaseIterable {
    case kernel, name
    case cgroupVersion = "cgroup-version"
  }

  /// Reads `{container.config: {name: web1, path: State.Pid}}`.
  init?(_ node: YAMLNode, _ fields: inout Fields) {
    guard case .mapping(let pairs) = node.kind, pairs.count == 1, let pair = pairs.first,
      let type = pair.key.text
    else {
      fields.reportKind("equals", Text("one `type: arguments`", ko: "`종류: 인자` 하나"), node)
      return nil
    }
    var inner = Fields(
      pair.value, of: "`\(type)`", variables: fields.variables,
      shorthand: Self.shorthand(type))
    defer {
      if Self.types.contains(type) { inner.finish() }
      fields.absorb(inner)
    }
    switch type {
    case "container.config":
      self = .containerConfig(
        name: inner.subjectString("name"), path: ValuePath.required("path", &inner))
    case "image.config":
      self = .imageConfig(
        image: inner.subjectString("image"), path: ValuePath.required("path", &inner))
    case "image.id": self = .imageID(inner.subjectString("image"))
    case "container.id": self = .containerID(inner.subjectString("name"))
    case "proc.ns":
      self = .namespace(name: inner.subjectString("name"), kind: inner.choice("kind") ?? .pid)
    case "host":
      switch inner.choice("fact") ?? HostFact.kernel {
      case .kernel: self = .kernel(fields.variables["kernel"] ?? "")
      case .name: self = .hostName
      case .cgroupVersion: self = .cgroupVersion
      }
    case "proc.parent": self = .processParent(inner.subjectString("name"))
    case "kube.value":
      self = .clusterValue(ClusterObject(&inner), ValuePath.required("path", &inner))
    default:
      fields.report(
        "lab.unknown-key", Text("no live value `\(type)`", ko: "`\(type)`이라는 값은 없습니다"),
        hint: .list(of: Self.types), at: pair.key.location)
      return nil
    }
  }

  var probes: [Probe] {
    switch self {
    case .namespace(let name, _): ProcNamespace.probes(name, nil)
    case .processParent(let name): [.process(name)]
    case .cgroupVersion: [.cgroupVersion]
    case .clusterValue(let object, _): [.cluster(object.cluster)]
    default: []
    }
  }

  /// The container it is about.
  var container: String? {
    switch self {
    case .containerConfig(let name, _), .containerID(let name), .namespace(let name, _),
      .processParent(let name):
      name
    default: nil
    }
  }

  /// Whether it is an id of hexadecimal digits.
  var isID: Bool {
    switch self {
    case .containerID, .imageID: true
    default: false
    }
  }

  /// Whether it is the number of a process.
  var isProcessID: Bool {
    switch self {
    case .processParent: true
    case .containerConfig(_, let path): path.source == "State.Pid"
    default: false
    }
  }

  /// A command that shows it, where that does not give the answer away at once.
  var look: String? {
    switch self {
    case .containerConfig(let name, _):
      isProcessID ? "docker top \(name)" : "docker inspect \(name)"
    case .containerID: "docker ps -a"
    case .imageConfig(let image, _): "docker image inspect \(image)"
    case .imageID: "docker images"
    case .namespace(let name, let kind):
      "docker exec \(name) readlink /proc/1/ns/\(kind.rawValue)"
    case .kernel: "uname -r"
    case .hostName: "uname -n"
    case .cgroupVersion: "docker info"
    case .processParent(let name): "ps -o ppid= -p $(docker inspect -f '{{.State.Pid}}' \(name))"
    case .clusterValue(let object, _): "kubectl get \(object.text)\(object.flag) -o yaml"
    }
  }

  /// What the value is now; nil when the thing it belongs to is not there.
  enum Reading {
    case value(JSONValue)
    case missing([Cause])
    case error(Text)
  }

  func read(_ snapshot: Snapshot) -> Reading {
    switch self {
    case .kernel(let release): return .value(.string(release))
    case .hostName: return .value(.string(snapshot.hostName))
    case .cgroupVersion:
      guard case .text(let version) = snapshot.result(.cgroupVersion) else {
        return .error(Text("no control groups could be read", ko: "컨트롤 그룹을 읽을 수 없습니다"))
      }
      return .value(.string(version))
    case .processParent(let name):
      switch ProcessUnknown.facts(.process(name), in: snapshot) {
      case .success(let facts): return .value(.integer(Int64(facts.parent)))
      case .failure(let reason): return reason.reading(snapshot)
      }
    case .clusterValue(let object, let path):
      guard case .cluster(let facts) = snapshot.result(.cluster(object.cluster)) else {
        return .missing([
          Cause("kube.stopped", "the lab's cluster does not run", ko: "실습의 클러스터가 실행 중이 아닙니다")
        ])
      }
      guard let found = facts.find(object.kind, object.namespace, object.name) else {
        return .missing(MissingObject.causes(object, facts, snapshot))
      }
      return .value(path.value(in: found) ?? .null)
    case .containerConfig(let name, let path):
      guard let container = snapshot.container(name) else {
        return .missing(MissingContainer.causes(name, in: snapshot))
      }
      return .value(path.value(in: container.inspect) ?? .null)
    case .containerID(let name):
      guard let container = snapshot.container(name) else {
        return .missing(MissingContainer.causes(name, in: snapshot))
      }
      return .value(.string(container.id))
    case .imageConfig(let name, let path):
      guard let image = snapshot.image(name) else {
        return .missing(MissingImage.causes(name, in: snapshot))
      }
      return .value(path.value(in: image.inspect) ?? .null)
    case .imageID(let name):
      guard let image = snapshot.image(name) else {
        return .missing(MissingImage.causes(name, in: snapshot))
      }
      return .value(.string(image.id))
    case .namespace(let name, let kind):
      switch ProcNamespace.relation(name, kind, nil, in: snapshot) {
      case .success(let relation): return .value(.string(relation.rawValue))
      case .failure(let reason): return reason.reading(snapshot)
      }
    }
  }

  /// The hexadecimal digits of an id.
  func digits(_ value: JSONValue) -> String {
    value.plain.hasPrefix("sha256:") ? String(value.plain.dropFirst(7)) : value.plain
  }

  /// Whether `answer` names `value`: ids may be shortened to twelve digits.
  func matches(_ answer: String, _ value: JSONValue) -> Bool {
    switch self {
    case .containerID, .imageID:
      let given = digits(.string(answer.lowercased()))
      return given.count >= 12 && digits(value).hasPrefix(given)
    case .namespace: return AnswerText.relation(answer) == value.plain
    default:
      return Comparison(.is, value).holds(for: .string(answer))
    }
  }
}

extension ProcessUnknown {
  /// What a question about the process comes to.
  fileprivate func reading(_ snapshot: Snapshot) -> LiveValue.Reading {
    switch self {
    case .error(let reason): return .error(reason)
    case .notRunning(let name):
      return .missing(
        snapshot.container(name).map { StoppedContainer.causes($0, in: snapshot) }
          ?? MissingContainer.causes(name, in: snapshot))
    }
  }
}
