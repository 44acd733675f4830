import Documents
import Glibc
import Images
import Linux
import Support
import Testing

@testable import Engine
@testable import EngineAPI

@Suite("The list of containers") struct ContainerListingTests {
  private func record(_ letter: Character) throws -> ContainerRecord {
    var spec = ContainerSpec(image: "busybox")
    spec.config.cmd = ["sh", "-c", "echo \"it's\""]
    spec.config.labels = ["b": "2", "a": "1\n"]
    spec.config.exposedPorts = ["80/tcp"]
    return ContainerRecord(
      id: String(repeating: letter, count: 64), name: "name-\(letter)", created: 5_000_000_000,
      imageID: try #require(Digest("sha256:" + String(repeating: "e", count: 64))), spec: spec,
      mounts: [
        MountPoint(kind: .bind, source: "/s", destination: "/d", readWrite: true, propagation: "")
      ], state: ContainerState())
  }

  private func withListing(_ body: (ContainerListing, Engine) throws -> Void) throws {
    let root = DataRoot(path: "/tmp/dklab-list-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    defer { try? Directory.removeTree(root.path) }
    try body(
      ContainerListing(root: root, instance: "default"),
      try Engine(root: root, instance: "default"))
  }

  private func list(
    _ listing: ContainerListing, all: Bool = true, limit: Int = 0, size: Bool = false,
    filters: String? = nil
  ) throws -> [JSONValue]? {
    let wish = ContainerListing.Wish(
      filters: try APIFilters(filters, known: ContainerMatch.keys), all: all, limit: limit,
      withSize: size)
    return try listing.text(wish).map { try #require(try JSONValue.parse($0).array) }
  }

  @Test("has every member, in Docker's order, of what the records say now")
  func members() throws {
    try withListing { listing, engine in
      #expect(try list(listing) == [])
      try engine.insert(try record("a"))
      let row = try #require(try list(listing)?.first)
      #expect(
        row.object?.keys == [
          "Id", "Names", "Image", "ImageID", "Command", "Created", "Ports", "Labels", "State",
          "Status", "HostConfig", "NetworkSettings", "Mounts",
        ])
      #expect(row["Names"] == ["/name-a"])
      #expect(row["Command"] == #"sh -c 'echo "it\'s"'"#)
      #expect(row["Labels"] == ["a": "1\n", "b": "2"])
      #expect(row["Created"] == 5 && row["Status"] == "Created" && row["Ports"] == [])
      #expect(row["Image"]?.string == "\(try record("a").imageID)", "no image has the name")
      #expect(row["HostConfig"] == ["NetworkMode": "bridge"])
      #expect(row["Mounts"]?[0]?["Destination"] == "/d")
      let sized = try #require(try list(listing, size: true)?.first)
      #expect(sized["SizeRw"] == 0 && sized["SizeRootFs"] == 0)
      #expect(sized.object?.count == 15)
      try engine.database.execute("UPDATE containers SET name = 'other'")
      #expect(try list(listing)?.first?["Names"] == ["/other"])
      try engine.database.execute("DELETE FROM containers")
      #expect(try list(listing) == [])
    }
  }

  @Test("shows all, the newest, or those that run")
  func choice() throws {
    try withListing { listing, engine in
      for letter in "abc" { try engine.insert(try record(letter)) }
      try engine.update(try record("b").id) { state, _ in
        state.status = .running
        state.monitor = ProcessIdentity(of: getpid())
      }
      #expect(try list(listing)?.count == 3)
      #expect(try list(listing, all: false)?.map { $0["State"] } == ["running"])
      #expect(try list(listing, all: false, limit: 2)?.count == 2)
      #expect(try list(listing, all: false, filters: #"{"status":["created"]}"#)?.count == 2)
      #expect(try list(listing, filters: #"{"label":["a=1\n"],"name":["-c"]}"#)?.count == 1)
      #expect(throws: APIError.self) { try list(listing, filters: #"{"status":["x"]}"#) }
    }
  }

  @Test("knows each container as inspect shows it, as it is now")
  func inspection() throws {
    try withListing { listing, engine in
      for letter in "ab" { try engine.insert(try record(letter)) }
      let id = try record("a").id
      func inspect(_ reference: String) throws -> JSONValue? {
        try listing.inspection(of: reference).map { try JSONValue.parse($0.text) }
      }
      #expect(try inspect("name-a") == engine.inspect(engine.container(id)))
      #expect(try inspect("/name-b")?["Id"]?.string == record("b").id)
      #expect(try inspect(id)?["Name"] == "/name-a")
      for other in ["", "name", "aaaa", "nobody"] { #expect(try inspect(other) == nil) }
      try engine.update(id) { state, _ in state.exitCode = 9 }
      #expect(try inspect(id)?["State"]?["ExitCode"] == 9)
      #expect(try inspect(id) == engine.inspect(engine.container(id)))
      try engine.database.execute("UPDATE containers SET name = 'new' WHERE id = ?", .text(id))
      #expect(try inspect("name-a") == nil)
      #expect(try inspect("new")?["Id"]?.string == id)
      try engine.update(id) { state, _ in
        state.status = .running
        state.monitor = ProcessIdentity(pid: getpid(), startTime: 1)
      }
      #expect(try inspect(id) == nil, "its monitor is gone: the records are compared first")
    }
  }

  @Test("asks for a comparison when a monitor has gone without a word")
  func lost() throws {
    try withListing { listing, engine in
      try engine.insert(try record("a"))
      try engine.update(try record("a").id) { state, _ in
        state.status = .running
        // This number, but not this process.
        state.monitor = ProcessIdentity(pid: getpid(), startTime: 1)
      }
      #expect(try list(listing) == nil)
      let wish = ContainerListing.Wish(
        filters: APIFilters(), all: true, limit: 0, withSize: false)
      #expect(try listing.text(wish, isRepaired: true) != nil)
      try engine.update(try record("a").id) { state, _ in state.status = .exited }
      #expect(try list(listing)?.count == 1)
    }
  }

  @Test("says how long ago by the clock of that moment, also when it was set back")
  func clock() throws {
    try withListing { listing, engine in
      try engine.insert(try record("a"))
      func status(startedAgo seconds: Int64) throws -> JSONValue? {
        try engine.update(try record("a").id) { state, _ in
          state.status = .running
          state.monitor = ProcessIdentity(of: getpid())
          state.startedAt = wallClockNanoseconds() - seconds * 1_000_000_000
        }
        return try list(listing)?.first?["Status"]
      }
      #expect(try status(startedAgo: 600) == "Up 10 minutes")
      #expect(try status(startedAgo: -600) == "Up Less than a second")
      let entry = try #require(
        try RecordCache(try Engine(root: engine.root, instance: "default")).current().first)
      let summary = ContainerSummary(entry, engine)
      func text(hours: Int64) throws -> JSONValue? {
        var state = entry.record.state
        state.startedAt = 0
        return try summary.json(state, size: nil, now: hours * 3_600_000_000_000)["Status"]
      }
      #expect(try text(hours: 3) == "Up 3 hours")
      #expect(try text(hours: 5) == "Up 5 hours")
    }
  }
}
