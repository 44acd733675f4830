/// What went wrong, as far as a program needs to know it. Closed: each code has one exit status
/// here, and later one HTTP status and one Kubernetes reason.
package enum ErrorCode: String, Sendable, Codable {
  case notFound, exists, conflict, invalid, unsupported, denied, timeout, unavailable, `internal`
}

/// A place in a file: one-based line and column, zero when unknown.
package struct SourceLocation: Sendable, Hashable, Codable {
  package var file: String
  package var line: Int
  package var column: Int

  package init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// An error a user can cause, and can do something about.
///
/// `message` names the object and the cause ("no such container: web1"); `hint` says what to do.
/// `id` is the same in every language (`container.not-found`), so that tests, labs and people who
/// search for it find it. `exitStatus` overrides the status that follows from `code`.
package struct DklabError: Error, Sendable, Codable {
  package var code: ErrorCode
  package var id: String
  package var message: Text
  package var hint: Text?
  package var location: SourceLocation?
  package var exitStatus: Int32?
  /// What it is about, by the name the user wrote: an image, a container, a port. A lab's checks read
  /// it, so that they need not take the message apart.
  package var object: String?

  package init(
    _ code: ErrorCode, id: String, _ message: Text, hint: Text? = nil,
    at location: SourceLocation? = nil, exitStatus: Int32? = nil
  ) {
    self.code = code
    self.id = id
    self.message = message
    self.hint = hint
    self.location = location
    self.exitStatus = exitStatus
  }

  /// The same error, saying what it is about.
  package func about(_ object: String) -> DklabError {
    var error = self
    error.object = object
    return error
  }
}

extension DklabError: CustomStringConvertible {
  package var description: String {
    let place = location.map { place in
      place.line > 0 ? "\(place.file):\(place.line):\(place.column): " : "\(place.file): "
    }
    return (place ?? "") + message()
  }
}
