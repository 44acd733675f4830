import Testing

@testable import Commands

struct ImagesTableTests {
  private static let now: Int64 = 1_714_566_600_000_000_000
  private static let day: Int64 = 86_400_000_000_000
  private let id = "sha256:9c7a54a9a43cca047013b82af109fe963fde787f63f9e016fdc3384500c2823d"

  private var rows: [ImagesTable.Row] {
    [
      ImagesTable.Row(
        repository: "hello-world", tag: "latest", digest: "sha256:abc", id: id,
        created: Self.now - 370 * Self.day, size: 13_256),
      ImagesTable.Row(id: id, created: Self.now - 2 * Self.day, size: 77_812_345),
    ]
  }

  @Test("the table is docker's")
  func table() throws {
    #expect(
      try ImagesTable.lines(rows, now: Self.now) == [
        "REPOSITORY    TAG       IMAGE ID       CREATED         SIZE",
        "hello-world   latest    9c7a54a9a43c   12 months ago   13.3kB",
        "<none>        <none>    9c7a54a9a43c   2 days ago      77.8MB",
      ])
  }

  @Test("digests, ids and templates")
  func variants() throws {
    #expect(try ImagesTable.lines(rows, digests: true, now: Self.now)[0].contains("DIGEST"))
    #expect(
      try ImagesTable.lines(rows, quiet: true, now: Self.now) == ["9c7a54a9a43c", "9c7a54a9a43c"])
    #expect(try ImagesTable.lines(rows, quiet: true, noTrunc: true, now: Self.now)[0] == id)
    #expect(
      try ImagesTable.lines(rows, format: "{{.Repository}}:{{.Tag}} {{.Size}}", now: Self.now)
        == ["hello-world:latest 13.3kB", "<none>:<none> 77.8MB"])
  }

  @Test("history shows steps newest first, cut for people, whole with --no-trunc")
  func history() throws {
    let rows = [
      HistoryTable.Row(
        id: id, created: Self.now - Self.day,
        createdBy: "/bin/sh -c #(nop)  CMD [\"bash\"] and so on and on",
        size: 0, comment: ""),
      HistoryTable.Row(
        id: nil, created: Self.now - Self.day, createdBy: "ADD\trootfs", size: 1_500_000,
        comment: "c"),
    ]
    #expect(
      try HistoryTable.lines(rows, now: Self.now) == [
        "IMAGE          CREATED        CREATED BY                                      SIZE      COMMENT",
        "9c7a54a9a43c   24 hours ago   /bin/sh -c #(nop)  CMD [\"bash\"] and so on an…   0B        ",
        "<missing>      24 hours ago   ADD rootfs                                      1.5MB     c",
      ])
    let plain = try HistoryTable.lines(rows, noTrunc: true, human: false, now: Self.now)
    #expect(plain[1].contains("and so on and on") && plain[1].contains(id))
    #expect(plain[0].contains("CREATED AT") && plain[2].contains("1500000"))
  }
}
