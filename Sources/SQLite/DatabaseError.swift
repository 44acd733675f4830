import CSQLite
import Support

/// The last failure of `connection` as an error with an id of its own for each cause that callers
/// tell apart: `database.constraint`, `.busy`, `.full`, `.corrupt`, `.cannot-open`, `.failed`
/// (sqlite.org/rescode.html). `path` is the file, `sql` the statement when there was one.
func databaseError(_ connection: OpaquePointer?, path: String? = nil, _ sql: String = "")
  -> DklabError
{
  let cause = sqlite3_errmsg(connection).map { String(cString: $0) } ?? "out of memory"
  let file = path ?? sqlite3_db_filename(connection, "main").map { String(cString: $0) } ?? ""
  func error(
    _ code: ErrorCode, _ id: String, _ english: String, _ korean: String, hint: Text? = nil
  ) -> DklabError {
    DklabError(
      code, id: "database.\(id)",
      Text("database: \(file): \(english)", ko: "데이터베이스 \(file): \(korean)"), hint: hint)
  }
  switch sqlite3_errcode(connection) & 0xff {
  case SQLITE_CONSTRAINT:
    return error(.conflict, "constraint", cause, "제약 조건에 어긋납니다 (\(cause))")
  case SQLITE_BUSY, SQLITE_LOCKED:
    return error(
      .timeout, "busy", "another process has held it for too long", "다른 프로세스가 너무 오래 쥐고 있습니다")
  case SQLITE_FULL:
    return error(.unavailable, "full", "the disk is full", "디스크가 가득 찼습니다")
  case SQLITE_CORRUPT, SQLITE_NOTADB:
    return error(
      .internal, "corrupt", cause, "파일이 손상되었습니다 (\(cause))",
      hint: Text(
        "move the file away to start with an empty one", ko: "파일을 다른 곳으로 옮기면 빈 파일로 다시 시작합니다"))
  case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH:
    return error(.denied, "cannot-open", cause, "열 수 없습니다 (\(cause))")
  default:
    let place = sql.isEmpty ? cause : "\(cause): \(sql)"
    return error(.internal, "failed", place, place)
  }
}
