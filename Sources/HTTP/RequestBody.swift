import Support

/// The body of a request, piece by piece as it arrives: `for try await chunk in request.body`.
///
/// Only one task may read it, once. While nobody reads, the client is held back by the kernel after
/// some hundred kilobytes. What a handler leaves unread is thrown away.
package struct RequestBody: AsyncSequence, Sendable {
  package typealias Element = [UInt8]

  let queue: InputQueue<[UInt8]>
  /// Sends `100 Continue` to a client that waits for it, once.
  let onFirstRead: @Sendable () -> Void

  /// No body.
  package static var empty: RequestBody { RequestBody(bytes: []) }

  /// A body that is already there: for tests, and for calling a handler directly.
  package init(bytes: [UInt8]) {
    queue = InputQueue(limit: .max)
    if !bytes.isEmpty { queue.append(bytes, cost: bytes.count) }
    queue.finish()
    onFirstRead = {}
  }

  init(queue: InputQueue<[UInt8]>, onFirstRead: @escaping @Sendable () -> Void) {
    self.queue = queue
    self.onFirstRead = onFirstRead
  }

  package struct AsyncIterator: AsyncIteratorProtocol {
    let body: RequestBody
    var hasBegun = false

    /// The next piece, never empty; nil at the end. Throws when the client went away before the
    /// end.
    package mutating func next() async throws -> [UInt8]? {
      if !hasBegun { body.onFirstRead() }
      hasBegun = true
      return try await body.queue.next()
    }
  }

  package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }

  /// All of it, at most `limit` bytes.
  ///
  /// - Throws: ``HTTPFailure`` 413 when there is more.
  package func collect(upTo limit: Int) async throws -> [UInt8] {
    var result: [UInt8] = []
    for try await chunk in self {
      if result.count + chunk.count > limit {
        throw HTTPFailure(.payloadTooLarge, "request body exceeds \(limit) bytes")
      }
      result += chunk
    }
    return result
  }
}

/// What is wrong with a request as such: the status, and one line of text for a body. APIs that have
/// their own form of errors translate it in ``HTTPServer/Configuration/failure``.
package struct HTTPFailure: Error, Sendable, CustomStringConvertible {
  package let status: HTTPStatus
  package let message: String
  package var headers = HTTPHeaders()

  package init(_ status: HTTPStatus, _ message: String, headers: HTTPHeaders = [:]) {
    self.status = status
    self.message = message
    self.headers = headers
  }

  package var description: String { message }

  /// As plain text.
  package var response: HTTPResponse {
    var response = HTTPResponse(status, text: message + "\n")
    response.headers.add(contentsOf: headers)
    return response
  }
}

/// The client has closed the connection.
package struct ClientGone: Error, Sendable, CustomStringConvertible {
  package var description: String { "the client has closed the connection" }
}
