import Documents
import Engine
import Linux
import Support

/// One look for each kind of probe, through the API. What the kernel says about a container's process
/// can be read where the engine runs on this machine.
extension DockerObserver {
  func answers(
    _ probes: Set<Probe>, _ containers: [String: JSONValue]
  ) -> [Probe: ProbeResult] {
    var answers: [Probe: ProbeResult] = [:]
    for probe in probes {
      answers[probe] = LabInstance.attempt { try look(probe, containers) }
    }
    return answers
  }

  private func look(_ probe: Probe, _ containers: [String: JSONValue]) throws -> ProbeResult {
    if let result = try HostProbe.look(probe, folder, environment) { return result }
    switch probe {
    case .imageHistory(let name):
      let rows = try client.json("/images/\(name)/history").array ?? []
      return .lines(
        rows.map { "\($0["Size"]?.int ?? 0)\t\($0["CreatedBy"]?.string ?? "")" })
    case .imageFile(let name, let path):
      return try withProbe(of: name) { try DockerFiles(client: client, container: $0).read(path) }
    case .volumeFile(let volume, let path):
      return try read(path, of: volume)
    case .pathHolders(let path):
      return .lines(
        try containers.keys.sorted().filter { name in
          let id = containers[name]?["Id"]?.string ?? name
          return try changes(of: id).contains { $0.path == path && $0.kind != "D" }
        })
    case .process(let name), .containerFile(let name, _), .containerExec(let name, _),
      .containerLog(let name), .containerDiff(let name), .containerSize(let name),
      .cgroup(let name, _), .resolve(let name, _), .reach(let name, _, _):
      guard let document = containers[name] else { return .nothing("no such container") }
      return try look(probe, at: document)
    default: return .failed(Text("no such look", ko: "그런 관찰은 없습니다"))
    }
  }

  private func look(_ probe: Probe, at document: JSONValue) throws -> ProbeResult {
    let id = document["Id"]?.string ?? ""
    let status = document["State"]?["Status"]?.string ?? ""
    let isActive = ["running", "paused", "restarting"].contains(status)
    switch probe {
    case .containerFile(_, let path):
      return try DockerFiles(client: client, container: id).read(path)
    case .containerLog:
      return .text(try DockerLog.text(client, id, document, limit: 1 << 20).printable)
    case .containerDiff:
      return .lines(try changes(of: id).map { "\($0.kind) \($0.path)" })
    case .containerSize:
      return .number(
        try client.json("/containers/\(id)/json", [("size", "1")])["SizeRw"]?.int ?? 0)
    case _ where !isActive: return .nothing("not running")
    case .containerExec(_, let command):
      return try ProgramProbe.execute(command, in: id, by: "docker", folder, environment)
    case .process: return .process(try ProcessProbe.facts(of: try pid(document)))
    case .cgroup(_, let limit):
      return CgroupProbe.limit(limit, of: try CgroupHandle.of(process: try pid(document)))
    case .resolve(_, let host):
      return .lines(
        try ProcessNetwork.addresses(
          of: host, hosts: document["HostsPath"]?.string, pid: try pid(document)))
    case .reach(_, let host, let port):
      return .text(
        try ProcessNetwork.reach(
          host, port: UInt16(clamping: port), hosts: document["HostsPath"]?.string,
          pid: try pid(document)))
    default: return .failed(Text("no such look", ko: "그런 관찰은 없습니다"))
    }
  }

  /// The first process, on this machine.
  private func pid(_ document: JSONValue) throws -> Int32 {
    let pid = document["State"]?["Pid"]?.int ?? 0
    let id = document["Id"]?.string ?? "?"
    // Another machine's process has a number, too: its control group names the container.
    guard pid > 0, let groups = try? File.text("/proc/\(pid)/cgroup", limit: 64 << 10),
      groups.contains(id)
    else {
      throw DklabError(
        .unsupported, id: "lab.docker-elsewhere",
        Text(
          "the engine's processes cannot be seen from here: it runs on another machine, or this needs "
            + "root",
          ko: "엔진의 프로세스를 볼 수 없습니다. 다른 컴퓨터에서 실행 중이거나 root 권한이 필요합니다"))
    }
    return Int32(pid)
  }

  private func changes(of id: String) throws -> [(kind: String, path: String)] {
    let kinds = ["C", "A", "D"]
    return (try client.json("/containers/\(id)/changes").array ?? []).compactMap {
      change -> (kind: String, path: String)? in
      guard let path = change["Path"]?.string, let kind = change["Kind"]?.int,
        kinds.indices.contains(kind)
      else { return nil }
      return (kinds[kind], path)
    }.sorted { $0.path < $1.path }
  }

  /// A file of a volume, read through a container that is made for it and never started.
  private func read(_ path: String, of volume: String) throws -> ProbeResult {
    _ = try client.json("/volumes/\(volume)")
    guard let image = try client.json("/images/json").array?.first?["Id"]?.string else {
      return .failed(
        Text(
          "a volume is read through a container, and there is no image for one",
          ko: "볼륨은 컨테이너를 통해 읽는데, 컨테이너를 만들 이미지가 없습니다"))
    }
    let mount: JSONValue = [
      "Type": "volume", "Source": .string(volume), "Target": "/dklab-volume", "ReadOnly": true,
      "VolumeOptions": ["NoCopy": true],
    ]
    return try withProbe(of: image, host: ["Mounts": [mount]]) { container in
      try DockerFiles(client: client, container: container).read(
        "/dklab-volume/" + path.drop { $0 == "/" })
    }
  }

  /// Calls `body` with a container of `image` that is not started, and takes it away again.
  private func withProbe<Result>(
    of image: String, host: JSONValue = [:], _ body: (String) throws -> Result
  ) throws -> Result {
    let wish: JSONValue = [
      "Image": .string(image), "Cmd": ["true"], "HostConfig": host, "NetworkDisabled": true,
      "Labels": [DockerEvents.probeLabel: "1"],
    ]
    let made = try client.ask("POST", "/containers/create", body: wish)
    let id = try JSONValue.parse(made.body, file: "create")["Id"]?.string ?? ""
    defer { _ = try? client.ask("DELETE", "/containers/\(id)", [("force", "1"), ("v", "1")]) }
    return try body(id)
  }
}
