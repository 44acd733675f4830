import Glibc
import Linux
import SQLite
import Support
import Testing

/// A directory of its own for one test, removed at the end.
final class TemporaryDirectory {
  let path: String

  init() throws {
    var template = Array("/tmp/dklab-sqlite-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
  }

  deinit { try? Directory.removeTree(path) }
}

@Suite struct DatabaseTests {
  let directory: TemporaryDirectory
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/test.db"
  }

  @Test("every storage class comes back as it went in")
  func roundTrip() throws {
    let database = try Database(path: path)
    try database.execute("CREATE TABLE t (a, b, c, d, e, f, g)")
    let values: [SQLValue] = [
      .null, .integer(.min), 2.5, "a\u{0}한글", .blob([0, 255]), "", .blob([]),
    ]
    try database.execute(
      "INSERT INTO t VALUES (?,?,?,?,?,?,?)", values[0], values[1], values[2], values[3],
      values[4], values[5], values[6])
    let row = try #require(try database.query("SELECT * FROM t").first)
    #expect(row.values == values)
    #expect(row["b"].integer == .min)
    #expect(row["d"].text == "a\u{0}한글")
    #expect(row["e"].blob == [0, 255])
    #expect(row["a"].isNull)
  }

  @Test("a transaction that throws leaves nothing behind")
  func rollback() throws {
    struct Stop: Error {}
    let database = try Database(path: path)
    try database.execute("CREATE TABLE t (a)")
    #expect(throws: Stop.self) {
      try database.transaction {
        try database.execute("INSERT INTO t VALUES (1)")
        throw Stop()
      }
    }
    #expect(try database.query("SELECT * FROM t").isEmpty)
    try database.transaction { _ = try database.execute("INSERT INTO t VALUES (2)") }
    #expect(try database.query("SELECT a FROM t").map { $0[0] } == [2])
  }

  @Test("a transaction inside a transaction is refused")
  func nested() throws {
    let database = try Database(path: path)
    let error = #expect(throws: DklabError.self) {
      try database.transaction { try database.transaction {} }
    }
    #expect(error?.id == "database.nested-transaction")
  }

  @Test("a second connection sees what the first committed, and waits no longer than it may")
  func twoConnections() throws {
    let first = try Database(path: path)
    let second = try Database(path: path, busyTimeoutMilliseconds: 1)
    try first.execute("CREATE TABLE t (a)")
    try first.transaction {
      try first.execute("INSERT INTO t VALUES (1)")
      #expect(try second.query("SELECT * FROM t").isEmpty)
      let error = #expect(throws: DklabError.self) {
        try second.execute("INSERT INTO t VALUES (2)")
      }
      #expect(error?.id == "database.busy")
    }
    #expect(try second.query("SELECT * FROM t").count == 1)
  }

  @Test("many may open a file at once that is not there yet")
  func newFileForMany() async throws {
    for round in 0..<20 {
      let path = path + "\(round)"
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let database = try Database(path: path)
            try database.migrate(["CREATE TABLE t (a)"])
            try database.execute("INSERT INTO t VALUES (1)")
          }
        }
        try await group.waitForAll()
      }
      #expect(try Database(path: path).query("SELECT * FROM t").count == 4)
    }
  }

  @Test("a broken constraint has an id of its own")
  func constraint() throws {
    let database = try Database(path: path)
    try database.execute("CREATE TABLE t (name TEXT UNIQUE)")
    #expect(try database.execute("INSERT INTO t VALUES ('a')") == 1)
    let error = #expect(throws: DklabError.self) {
      try database.execute("INSERT INTO t VALUES (?)", "a")
    }
    #expect(error?.id == "database.constraint")
    #expect(error?.code == .conflict)
  }

  @Test("a statement can be used again after it failed")
  func statementReuse() throws {
    let database = try Database(path: path)
    try database.execute("CREATE TABLE t (name TEXT UNIQUE)")
    let insert = "INSERT INTO t VALUES (?)"
    try database.execute(insert, "a")
    #expect(throws: DklabError.self) { try database.execute(insert, "a") }
    try database.execute(insert, "b")
    #expect(database.lastInsertID == 2)
    #expect(try database.query("SELECT name FROM t ORDER BY 1").map { $0[0] } == ["a", "b"])
  }

  @Test("migrations run once each, in order, and a newer file is refused")
  func migrations() throws {
    let steps = ["CREATE TABLE t (a); INSERT INTO t VALUES (1)", "ALTER TABLE t ADD COLUMN b"]
    try Database(path: path).migrate([steps[0]])
    try Database(path: path).migrate(steps)
    try Database(path: path).migrate(steps)
    #expect(try Database(path: path).query("SELECT a, b FROM t").map(\.values) == [[1, .null]])
    let error = #expect(throws: DklabError.self) {
      try Database(path: path).migrate([steps[0]])
    }
    #expect(error?.id == "database.newer")
  }

  @Test("a failing migration leaves the schema as it was")
  func failedMigration() throws {
    #expect(throws: DklabError.self) {
      try Database(path: path).migrate(["CREATE TABLE t (a); SELECT * FROM missing"])
    }
    try Database(path: path).migrate(["CREATE TABLE t (a)"])
  }

  /// Bytes of the write-ahead log; -1 when there is none.
  private func logSize() -> Int {
    var info = stat()
    return stat(path + "-wal", &info) == 0 ? Int(info.st_size) : -1
  }

  @Test("the log stays short, and what is only in it outlives its writer")
  func shortLog() throws {
    var database: Database? = try Database(path: path)
    try database?.execute("CREATE TABLE t (a)")
    for _ in 0..<600 { try database?.execute("INSERT INTO t VALUES (zeroblob(2000))") }
    database = nil
    #expect(logSize() > 0 && logSize() < 100 * 4_200)
    #expect(try Database(path: path).query("SELECT count(*) FROM t").first?[0] == 600)
  }

  @Test("the log of those who come and go one by one stays short, too")
  func shortLogOfMany() throws {
    try Database(path: path).execute("CREATE TABLE t (a)")
    var sizes: [Int] = []
    for number in 1...300 {
      try Database(path: path).execute("INSERT INTO t VALUES (?)", .integer(Int64(number)))
      sizes.append(logSize())
    }
    #expect(sizes.allSatisfy { (0..<(110 * 4_200)).contains($0) }, "\(sizes)")
    #expect(sizes.count { $0 == 0 } < 20, "emptied now and then, not each time")
    #expect(sizes.contains(0))
    #expect(try Database(path: path).query("SELECT sum(a) FROM t").first?[0] == 45150)
  }

  @Test("a reader does not keep a log from being written, nor lose what it reads")
  func readWhileEmptied() throws {
    let writer = try Database(path: path)
    try writer.execute("CREATE TABLE t (a)")
    let reader = try Database(path: path)
    try reader.script("BEGIN")
    #expect(try reader.query("SELECT count(*) FROM t").first?[0] == 0)
    for _ in 0..<200 { try writer.execute("INSERT INTO t VALUES (1)") }
    #expect(try reader.query("SELECT count(*) FROM t").first?[0] == 0)
    try reader.script("COMMIT")
    #expect(try reader.query("SELECT count(*) FROM t").first?[0] == 200)
    try writer.execute("INSERT INTO t VALUES (1)")
    #expect(try writer.query("PRAGMA busy_timeout").first?[0] == 10_000)
    #expect(try reader.query("SELECT count(*) FROM t").first?[0] == 201)
  }

  @Test("a connection that was closed for a while goes on")
  func disconnected() throws {
    let database = try Database(path: path)
    try database.execute("CREATE TABLE t (a)")
    database.disconnect()
    _ = try database.transaction(.later) { try database.execute("INSERT INTO t VALUES (7)") }
    #expect(try Database(path: path).query("SELECT a FROM t").first?[0] == 7)
    // What may wait is the exception: the next transaction does not.
    #expect(try database.query("PRAGMA synchronous").first?[0] == 2)
  }

  @Test("errors name the file and tell a corrupt one from one that cannot be opened")
  func openingErrors() throws {
    try File.replace(path, "this is not a database, though it is long enough to look like one\n")
    let corrupt = #expect(throws: DklabError.self) { try Database(path: path) }
    #expect(corrupt?.id == "database.corrupt")
    #expect(corrupt?.message.en.contains(path) == true)
    let missing = #expect(throws: DklabError.self) {
      try Database(path: directory.path + "/no/such/dir.db")
    }
    #expect(missing?.id == "database.cannot-open")
    #expect(missing?.message.en.contains("/no/such/dir.db") == true)
  }

  @Test("the mark changes with what anybody commits, and with nothing else")
  func changeMark() throws {
    let database = try Database(path: path)
    try database.execute("CREATE TABLE t (a)")
    let other = try Database(path: path)
    let first = try database.changeMark()
    _ = try database.query("SELECT * FROM t")
    _ = try other.query("SELECT * FROM t")
    #expect(try database.changeMark() == first)
    try other.transaction {
      try other.execute("INSERT INTO t VALUES (1)")
      #expect(try database.changeMark() == first, "not committed yet")
    }
    let second = try database.changeMark()
    #expect(second != first)
    #expect(try database.changeMark() == second)
    try database.execute("INSERT INTO t VALUES (2)")
    let third = try database.changeMark()
    #expect(third != second, "its own changes count")
    database.disconnect()
    #expect(try database.changeMark() != third, "nobody watched meanwhile")
  }
}
