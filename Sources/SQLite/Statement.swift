import CSQLite
import Support

/// One prepared statement of a `Database`, kept for the next use of the same text.
final class Statement {
  private let handle: OpaquePointer
  private let connection: OpaquePointer
  private let sql: String
  private let names: [String]

  /// Tells SQLite to copy what is bound (SQLITE_TRANSIENT, a cast which Swift does not import).
  private static var transient: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  }

  init(_ sql: String, on connection: OpaquePointer) throws {
    var handle: OpaquePointer?
    guard sqlite3_prepare_v2(connection, sql, -1, &handle, nil) == SQLITE_OK, let handle else {
      throw databaseError(connection, sql)
    }
    self.handle = handle
    self.connection = connection
    self.sql = sql
    names = (0..<sqlite3_column_count(handle)).map { column in
      sqlite3_column_name(handle, column).map { String(cString: $0) } ?? ""
    }
  }

  deinit {
    sqlite3_finalize(handle)
  }

  /// Runs the statement to its end with `values` bound to its parameters, and gives every row to
  /// `body`.
  func run(_ values: [SQLValue], _ body: (Row) -> Void) throws {
    precondition(
      Int(sqlite3_bind_parameter_count(handle)) == values.count,
      "\(values.count) values for: \(sql)")
    defer {
      sqlite3_reset(handle)
      sqlite3_clear_bindings(handle)
    }
    for (index, value) in values.enumerated() {
      guard bind(value, at: Int32(index + 1)) == SQLITE_OK else {
        throw databaseError(connection, sql)
      }
    }
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_ROW: body(Row(names: names, values: currentValues))
      case SQLITE_DONE: return
      default: throw databaseError(connection, sql)
      }
    }
  }

  private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
    switch value {
    case .null:
      return sqlite3_bind_null(handle, index)
    case .integer(let number):
      return sqlite3_bind_int64(handle, index, number)
    case .real(let number):
      return sqlite3_bind_double(handle, index, number)
    case .text(var text):
      return text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { characters in
          // A null pointer would bind NULL instead of the empty text.
          characters.isEmpty
            ? sqlite3_bind_text(handle, index, "", 0, Self.transient)
            : sqlite3_bind_text(
              handle, index, characters.baseAddress, Int32(characters.count), Self.transient)
        }
      }
    case .blob(let bytes):
      return bytes.isEmpty
        ? sqlite3_bind_zeroblob(handle, index, 0)
        : sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), Self.transient)
    }
  }

  private var currentValues: [SQLValue] {
    (0..<Int32(names.count)).map { column in
      switch sqlite3_column_type(handle, column) {
      case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, column))
      case SQLITE_FLOAT: .real(sqlite3_column_double(handle, column))
      case SQLITE_TEXT: .text(String(decoding: bytes(column), as: UTF8.self))
      case SQLITE_BLOB: .blob(Array(bytes(column)))
      default: .null
      }
    }
  }

  private func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: sqlite3_column_blob(handle, column),
      count: Int(sqlite3_column_bytes(handle, column)))
  }
}
