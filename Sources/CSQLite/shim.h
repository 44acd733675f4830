#include <sqlite3.h>

// sqlite3_db_config(3) is variadic: the log stays as it is when the last connection closes.
static inline int dk_sqlite_close_without_checkpoint(sqlite3 *connection) {
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
