// A lab that is done on a Docker Engine instead of an instance of ours: `--engine docker`. It is a lab
// of its own beside the other (lab-day44-docker), with its own folder and progress, and remembers which
// engine it is about.
//
// What belongs to whom cannot be told there: all who use that engine share its containers. So nothing on
// it is ever removed for a student; only `lab test`, which insists on an empty engine, clears it again.
//
// Next: DockerObserver.swift, DockerRelay.swift.

import Documents
import Engine
import Glibc
import Linux
import Support

/// Where and since when a lab is done on a Docker Engine.
package struct DockerWork: Sendable, Hashable, Codable {
  /// `DOCKER_HOST`, as it was when the lab began.
  var host: String
  /// Nanoseconds since 1970 from which on things count.
  var start: Int64
  /// Where the relay writes what programs print.
  var outputs: String

  var address: DockerAddress { get throws { try DockerAddress(host) } }

  private static func file(_ directory: String) -> String { directory + "/docker.json" }

  /// What the lab in `directory` remembers; nil for a lab of our own engine.
  static func read(_ directory: String) throws -> DockerWork? {
    guard let text = try? File.text(file(directory), limit: 64 << 10) else { return nil }
    return try JSONValue.parse(text).decode(as: DockerWork.self)
  }

  /// Begins the work of the lab in `directory`. `since` is when what counts has begun.
  static func begin(_ directory: String, on address: DockerAddress, since start: Int64) throws
    -> DockerWork
  {
    _ = try DockerClient(address).json("/version")
    let work = DockerWork(
      host: address.description, start: start, outputs: directory + "/outputs")
    try Directory.make(directory)
    try File.replace(file(directory), try JSONValue(encoding: work).text() + "\n", durable: false)
    return work
  }

  /// The instance of a lab that is done on a Docker Engine.
  package static func instanceName(of lab: String) -> String {
    LabSession.instanceName(of: lab) + "-docker"
  }

  /// The client of Docker's that commands find; throws when there is none but ours.
  static func requireClient() throws {
    let own = try? File.link("/proc/self/exe")
    let found = ChildProgram.find("docker").flatMap { path -> String? in
      realpath(path, nil).map { pointer in
        defer { free(pointer) }
        return String(cString: pointer)
      }
    }
    guard let found, found != own else {
      throw DklabError(
        .unavailable, id: "lab.no-docker-client",
        Text(
          "a lab on a Docker Engine is typed with Docker's own `docker`, and there is none in PATH",
          ko: "Docker Engine에서 하는 실습은 Docker의 `docker`로 하는데, PATH에 없습니다"))
    }
  }
}

extension DockerClient {
  /// What a throw-away engine holds; empty when it may be used for tests.
  package func holdings() throws -> [String] {
    let containers = try json("/containers/json", [("all", "1")]).array ?? []
    let volumes = try json("/volumes")["Volumes"]?.array ?? []
    let images = try json("/images/json").array ?? []
    let networks = (try json("/networks").array ?? []).compactMap { $0["Name"]?.string }
      .filter { !["bridge", "host", "none"].contains($0) }
    return containers.compactMap { $0["Id"]?.string }.map { "container \($0.prefix(12))" }
      + volumes.compactMap { $0["Name"]?.string }.map { "volume \($0)" }
      + networks.map { "network \($0)" }
      + images.compactMap { $0["RepoTags"]?[0]?.string ?? $0["Id"]?.string }.map { "image \($0)" }
  }

  /// Removes everything, for a test.
  func clear() throws {
    for container in try json("/containers/json", [("all", "1")]).array ?? [] {
      try remove("/containers/\(container["Id"]?.string ?? "")", [("force", "1"), ("v", "1")])
    }
    for volume in try json("/volumes")["Volumes"]?.array ?? [] {
      try remove("/volumes/\(volume["Name"]?.string ?? "")", [("force", "1")])
    }
    for network in try json("/networks").array ?? []
    where !["bridge", "host", "none"].contains(network["Name"]?.string ?? "") {
      try remove("/networks/\(network["Id"]?.string ?? "")", [])
    }
    for image in try json("/images/json").array ?? [] {
      try remove("/images/\(image["Id"]?.string ?? "")", [("force", "1")])
    }
    // What is left without a name, from above to below: one that another stands on cannot go yet.
    for _ in 0..<32 {
      let left = try json("/images/json", [("all", "1")]).array ?? []
      if left.isEmpty { break }
      for image in left { try remove("/images/\(image["Id"]?.string ?? "")", [("force", "1")]) }
    }
    try ask("POST", "/build/prune", [("all", "1")])
  }

  private func remove(_ path: String, _ query: [(String, String)]) throws {
    do {
      try ask("DELETE", path, query)
    } catch let error as DklabError where error.code == .notFound || error.code == .conflict {}
  }
}
