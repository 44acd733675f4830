/// Why the store refused. The API's words for it are found where the resource is known.
package enum StoreError: Error, Sendable, Equatable {
  /// There is an object of that key.
  case exists
  /// There is no object of that key.
  case missing
  /// The object is not at the revision that the caller has seen.
  case changed
  /// The revision is older than what the store still has.
  case compacted(oldest: Int64)
  /// The revision lies in the future.
  case future(current: Int64)
}
