import CSQLite
import Support

/// One connection to a SQLite file. Many processes may hold one to the same file: readers see the
/// last committed state and never wait (WAL), writers wait for each other up to the busy timeout.
///
/// A committed transaction is on the disk (synchronous FULL), unless it says that it can wait. Not
/// for use by two threads at once.
package final class Database {
  private let path: String
  private let busyTimeout: Int32
  private var current: OpaquePointer?
  private var statements: [String: Statement] = [:]
  private var connections = 0

  /// Opens the file at `path` (":memory:" for one of this process alone) and creates it when it is
  /// missing; its directory must exist.
  package init(path: String, busyTimeoutMilliseconds: Int32 = 10_000) throws {
    self.path = path
    busyTimeout = busyTimeoutMilliseconds
    _ = try connection()
  }

  deinit {
    disconnect()
  }

  /// Closes the connection until it is used again. Must be done before this process makes a copy of
  /// itself that will use the file: SQLite keeps its locks in the process's memory, and a copy would
  /// believe that it holds them (sqlite.org/howtocorrupt.html, 2.6).
  package func disconnect() {
    statements.removeAll()
    sqlite3_close_v2(current)
    current = nil
  }

  private func connection() throws -> OpaquePointer {
    if let current { return current }
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let result = sqlite3_open_v2(path, &opened, flags, nil)
    guard result == SQLITE_OK, let opened else {
      defer { sqlite3_close_v2(opened) }
      throw databaseError(opened, path: path)
    }
    // Otherwise every short-lived process that closes last copies the log into the file, which waits
    // for the disk twice, and deletes it, and the next makes it anew.
    var keepLog: Int32 = 1
    sqlite3_file_control(opened, "main", SQLITE_FCNTL_PERSIST_WAL, &keepLog)
    dk_sqlite_close_without_checkpoint(opened)
    let settings = """
      PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=0
      """
    guard chooseLog(opened) == SQLITE_OK,
      sqlite3_busy_timeout(opened, busyTimeout) == SQLITE_OK,
      sqlite3_exec(opened, settings, nil, nil, nil) == SQLITE_OK
    else {
      defer { sqlite3_close_v2(opened) }
      throw databaseError(opened, path: path, settings)
    }
    keepLogShort(opened)
    current = opened
    connections += 1
    return opened
  }

  /// Empties the log whenever it has more than some pages, for whoever opens the file first reads all of
  /// it. Emptied, not only copied into the file (which is what `wal_autocheckpoint` does): that a log has
  /// been copied stands in shared memory and nowhere else. When no process has the file open in between,
  /// the next one takes the log for new, adds to it, and from then on each of its transactions would copy
  /// the whole log and wait for the disk three times.
  private func keepLogShort(_ opened: OpaquePointer) {
    let timeout = UnsafeMutableRawPointer(bitPattern: Int(busyTimeout))
    sqlite3_wal_hook(
      opened,
      { timeout, connection, database, pages in
        guard pages > 96 else { return SQLITE_OK }
        // Somebody who reads just now is not waited for; the next transaction tries again.
        sqlite3_busy_timeout(connection, 0)
        sqlite3_wal_checkpoint_v2(connection, database, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        sqlite3_busy_timeout(connection, Int32(Int(bitPattern: timeout)))
        return SQLITE_OK
      }, timeout)
  }

  /// Turns a file that is being made into one with a write-ahead log. Two who do that at once hold a
  /// lock that the other one needs, and SQLite would let both wait in vain; so nobody waits with a
  /// lock in hand, and who was refused lets go and tries again.
  private func chooseLog(_ opened: OpaquePointer) -> Int32 {
    sqlite3_busy_timeout(opened, 0)
    var waited: Int32 = 0
    while true {
      let result = sqlite3_exec(opened, "PRAGMA journal_mode=WAL", nil, nil, nil)
      guard result == SQLITE_BUSY, waited < busyTimeout else { return result }
      waited += sqlite3_sleep(.random(in: 1...8))
    }
  }

  /// Runs one statement and returns how many rows it changed.
  @discardableResult
  package func execute(_ sql: String, _ values: SQLValue...) throws -> Int {
    try statement(sql).run(values) { _ in }
    return Int(sqlite3_changes(current))
  }

  /// Runs one statement and returns all its rows.
  package func query(_ sql: String, _ values: SQLValue...) throws -> [Row] {
    try query(sql, values)
  }

  /// Runs one statement with a computed list of values and returns all its rows.
  package func query(_ sql: String, _ values: [SQLValue]) throws -> [Row] {
    var rows: [Row] = []
    try statement(sql).run(values) { rows.append($0) }
    return rows
  }

  /// Runs any number of statements that take no values and return no rows.
  package func script(_ sql: String) throws {
    let connection = try connection()
    guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else {
      throw databaseError(connection, path: path, sql)
    }
  }

  /// When a transaction outlives a power failure.
  package enum Durability: Sendable {
    /// From the moment it is committed: for what somebody is told.
    case now
    /// With the next one that is durable now, of any process: all of them go into one log, in
    /// order. For a step on the way to something that is acknowledged later. A killed process
    /// loses nothing in either case.
    case later
  }

  /// Runs `body` as one transaction: all of it is kept, or, when it throws, none of it. Takes the
  /// write lock at once (BEGIN IMMEDIATE), so that what `body` reads is still true when it writes.
  package func transaction<Result>(
    _ durability: Durability = .now, _ body: () throws -> Result
  ) throws -> Result {
    guard sqlite3_get_autocommit(try connection()) != 0 else {
      throw DklabError(
        .internal, id: "database.nested-transaction",
        Text(
          "database: \(path): a transaction inside a transaction",
          ko: "데이터베이스 \(path): 트랜잭션 안에서 또 트랜잭션을 시작했습니다"))
    }
    if durability == .later { try script("PRAGMA synchronous=NORMAL") }
    defer { if durability == .later { try? script("PRAGMA synchronous=FULL") } }
    try execute("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      // Some failures (a full disk) have rolled back already; then this one has nothing to do.
      if sqlite3_get_autocommit(try connection()) == 0 { try script("ROLLBACK") }
      throw error
    }
  }

  /// What `changeMark` gives: equal as long as nothing has changed.
  package struct ChangeMark: Sendable, Hashable {
    private let connection: Int
    private let others: Int64
    private let own: Int32

    fileprivate init(connection: Int, others: Int64, own: Int32) {
      (self.connection, self.others, self.own) = (connection, others, own)
    }
  }

  /// Something to compare with an earlier one of this same object: as long as they are equal, nobody
  /// has committed anything in between, and what was read then is still true. It looks at the log's
  /// index in shared memory and reads no page. Take it before reading: what is committed while one
  /// reads is then noticed the next time.
  package func changeMark() throws -> ChangeMark {
    // sqlite.org/pragma.html#pragma_data_version: counts what other connections commit.
    let others = try query("PRAGMA data_version").first?[0].integer ?? 0
    return ChangeMark(
      connection: connections, others: others, own: sqlite3_total_changes(current))
  }

  /// The rowid of the last INSERT of this connection.
  package var lastInsertID: Int64 {
    sqlite3_last_insert_rowid(current)
  }

  /// Brings the schema up to date: `steps[n]` leads from `user_version` n to n + 1 and is never
  /// changed after a release. Costs one read when there is nothing to do. A file of a newer dklab
  /// is refused.
  package func migrate(_ steps: [String]) throws {
    guard try version() != steps.count else { return }
    try transaction {
      let version = try version()
      guard version <= steps.count else {
        throw DklabError(
          .unsupported, id: "database.newer",
          Text(
            "database: \(path): written by a newer dklab (schema \(version), "
              + "this one knows \(steps.count))",
            ko: "데이터베이스 \(path): 더 새로운 dklab이 만든 파일입니다 "
              + "(스키마 \(version), 이 버전은 \(steps.count)까지 압니다)"),
          hint: Text("update dklab", ko: "dklab을 업데이트하세요"))
      }
      for step in steps[version...] { try script(step) }
      try script("PRAGMA user_version=\(steps.count)")
    }
  }

  private func version() throws -> Int {
    try query("PRAGMA user_version").first?[0].int ?? 0
  }

  private func statement(_ sql: String) throws -> Statement {
    if let statement = statements[sql] { return statement }
    if statements.count >= 64 { statements.removeAll() }
    let statement = try Statement(sql, on: connection())
    statements[sql] = statement
    return statement
  }
}
