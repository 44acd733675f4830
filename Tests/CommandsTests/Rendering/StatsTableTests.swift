import Testing

@testable import Commands

@Suite("docker stats")
struct StatsTableTests {
  var row: StatsTable.Row {
    var row = StatsTable.Row(id: "0123456789abcdef0123", name: "web")
    row.cpuPercent = 12.345
    row.memory = 1_572_864
    row.memoryLimit = 64 << 20
    row.memoryPercent = 2.34375
    (row.received, row.sent, row.read, row.written) = (1234, 54, 4_100_000, 0)
    row.pids = 3
    return row
  }

  @Test("has docker's columns and units") func table() throws {
    #expect(
      try StatsTable.lines([row]) == [
        "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O        BLOCK I/O    PIDS",
        "0123456789ab   web       12.35%    1.5MiB / 64MiB      2.34%     1.23kB / 54B   4.1MB / 0B   3",
      ])
  }

  @Test("gives templates and JSON docker's fields") func formats() throws {
    #expect(
      try StatsTable.lines([row], format: "{{.Name}}: {{.CPUPerc}} {{.PIDs}}") == ["web: 12.35% 3"])
    let json = try StatsTable.lines([row], format: "json", noTrunc: true)
    #expect(
      json.first?.hasPrefix(
        #"{"BlockIO":"4.1MB / 0B","CPUPerc":"12.35%","Container":"0123456789abcdef0123""#) == true)
  }
}
