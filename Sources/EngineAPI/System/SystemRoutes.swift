import Documents
import Engine
import Glibc
import HTTP
import Images
import Linux
import Runtime
import Support

extension EngineAPI {
  func addSystemRoutes(_ router: inout Router) {
    for method in [HTTPMethod.GET, .HEAD] {
      router.on(method, "/_ping") { request in
        var response = HTTPResponse(
          headers: [
            "Content-Type": "text/plain; charset=utf-8", "Builder-Version": "1",
            "Swarm": "inactive", "Cache-Control": "no-cache, no-store, must-revalidate",
            "Pragma": "no-cache",
          ], body: .bytes(Array("OK".utf8)))
        if request.method == .HEAD { response.body = .bytes([]) }
        return response
      }
    }
    router.on(.GET, "/version") { _ in .json(.object(self.versionObject())) }
    router.on(.GET, "/info") { _ in try await self.info() }
    router.on(.GET, "/events") { try await self.events($0) }
    router.on(.GET, "/system/df") { try await self.dataUsage($0) }
  }

  private func versionObject() -> JSONObject {
    let names = HostNames.current
    let details: JSONValue = [
      "ApiVersion": .string(APIVersion.current), "Arch": .string(names.machine),
      "BuildTime": "", "Experimental": "false", "GitCommit": "", "GoVersion": "",
      "KernelVersion": .string(names.release), "MinAPIVersion": .string(APIVersion.oldest),
      "Os": "linux",
    ]
    return [
      "Platform": ["Name": "dklab"],
      "Components": [["Name": "Engine", "Version": .string(version), "Details": details]],
      "Version": .string(version), "ApiVersion": .string(APIVersion.current),
      "MinAPIVersion": .string(APIVersion.oldest), "GitCommit": "", "GoVersion": "", "Os": "linux",
      "Arch": .string(names.machine), "KernelVersion": .string(names.release),
      "BuildTime": "",
    ]
  }

  private func info() async throws -> HTTPResponse {
    let version = version
    return .json(
      try await engines.with { engine in
        let containers = try engine.containers()
        func count(_ status: ContainerState.Status) -> JSONValue {
          .integer(Int64(containers.count { $0.state.status == status }))
        }
        let names = HostNames.current
        let layout = CgroupLayout.observe()
        let active = containers.count { $0.state.isActive }
        return .object([
          "ID": .string(engine.instance), "Containers": .integer(Int64(containers.count)),
          "ContainersRunning": count(.running), "ContainersPaused": count(.paused),
          "ContainersStopped": .integer(Int64(containers.count - active)),
          "Images": .integer(Int64(try engine.images().list().count)), "Driver": "overlay2",
          "DriverStatus": [["Backing Filesystem", "overlayfs"]],
          "Plugins": [
            "Volume": ["local"], "Network": ["bridge", "host", "none"], "Authorization": .null,
            "Log": ["json-file"],
          ],
          "MemoryLimit": .bool(layout.limitation == nil), "SwapLimit": .bool(true),
          "CpuCfsPeriod": .bool(true), "CpuCfsQuota": .bool(true), "CPUShares": .bool(true),
          "CPUSet": .bool(true), "PidsLimit": .bool(true), "IPv4Forwarding": .bool(true),
          "Debug": .bool(false), "NFd": .integer(Int64(openDescriptorCount())),
          "OomKillDisable": .bool(layout.kind != .v2), "NGoroutines": 0,
          "SystemTime": .string(RFC3339.text(RFC3339.now())), "LoggingDriver": "json-file",
          "CgroupDriver": "cgroupfs", "CgroupVersion": .string(layout.kind == .v2 ? "2" : "1"),
          "NEventsListener": 0, "KernelVersion": .string(names.release),
          "OperatingSystem": .string(HostNames.operatingSystem), "OSVersion": "",
          "OSType": "linux", "Architecture": .string(names.hardware),
          "IndexServerAddress": "", "RegistryConfig": .null,
          "NCPU": .integer(Int64(SystemUsage.processors)),
          "MemTotal": .integer(Int64(clamping: SystemUsage.memory())),
          "GenericResources": .null, "DockerRootDir": .string(engine.root.path), "HttpProxy": "",
          "HttpsProxy": "", "NoProxy": "", "Name": .string(names.node), "Labels": [],
          "ExperimentalBuild": .bool(false), "ServerVersion": .string(version),
          "Runtimes": ["dklab": ["path": "dklab"]], "DefaultRuntime": "dklab",
          "Swarm": [
            "NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive",
            "ControlAvailable": .bool(false), "Error": "", "RemoteManagers": .null,
          ],
          "LiveRestoreEnabled": .bool(true), "Isolation": "", "InitBinary": "dklab-init",
          "SecurityOptions": .array(Engine.securityOptions().map { .string($0) }),
          "Warnings": .null,
        ])
      })
  }

  private func events(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = request.query
    let filters = try APIFilters(query["filters"], known: Set(EventFilter.keys))
    let filter = EventFilter(filters.values)
    let since = try query.time("since")
    let until = try query.time("until")
    let entries = feed.entries()
    let past =
      since == nil && until == nil
      ? [] : try await engines.with { try $0.journal.entries() }
    return HTTPResponse(
      headers: ["Content-Type": "application/json"],
      body: .stream { stream in
        try await stream.flush()
        var last: Int64 = 0
        for entry in past {
          last = entry.id
          guard entry.time >= since ?? 0, entry.time <= until ?? .max,
            let event = EngineEvent(entry), filter.matches(event)
          else { continue }
          try await stream.write(event.json.text() + "\n")
        }
        let left = until.map { $0 - wallClockNanoseconds() }
        if let left, left <= 0 { return }
        let deadline = left.map { left in
          Task { try await Task.sleep(for: .nanoseconds(left)) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
          if let deadline {
            group.addTask {
              try await deadline.value
              throw CancellationError()
            }
          }
          let seen = last
          group.addTask {
            for await entry in entries where entry.id > seen {
              guard let event = EngineEvent(entry), filter.matches(event) else { continue }
              try await stream.write(event.json.text() + "\n")
            }
          }
          defer { group.cancelAll() }
          do { try await group.next() } catch is CancellationError where deadline != nil {}
        }
      })
  }
}

/// The names of this machine (uname(2)).
struct HostNames {
  let release: String
  /// `x86_64`.
  let hardware: String
  /// Docker's name for it: `amd64`.
  let machine: String
  let node: String

  static var current: HostNames {
    var names = utsname()
    uname(&names)
    func text(_ bytes: UnsafeRawBufferPointer) -> String {
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let hardware = withUnsafeBytes(of: &names.machine, text)
    return HostNames(
      release: withUnsafeBytes(of: &names.release, text), hardware: hardware,
      machine: ["x86_64": "amd64", "aarch64": "arm64"][hardware] ?? hardware,
      node: withUnsafeBytes(of: &names.nodename, text))
  }

  static var operatingSystem: String {
    let lines = ((try? File.text("/etc/os-release")) ?? "").split(separator: "\n")
    let line = lines.first { $0.hasPrefix("PRETTY_NAME=") }
    return line.map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } } ?? "Linux"
  }
}

private func openDescriptorCount() -> Int {
  ((try? Directory.list("/proc/self/fd")) ?? []).count
}
