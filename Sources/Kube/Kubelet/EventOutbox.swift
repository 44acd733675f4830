import Documents

/// Events on their way to the server: nobody waits for them, and they arrive in order. What cannot be
/// delivered because the server is away is kept, up to a limit.
final class EventOutbox {
  private let client: LocalClient
  private var pending: [JSONValue] = []
  private var sent: [JSONValue] = []
  private var request: RequestUnderWay?
  private var nextTry: Int64 = 0

  init(_ client: LocalClient) {
    self.client = client
  }

  /// To be polled for reading; nil while nothing is under way.
  var descriptor: Int32? { request?.descriptor }

  func add(_ note: EventNote) {
    if pending.count < 1000 { pending.append(note.json) }
  }

  /// Sends what has gathered, unless something is under way. `now` is in nanoseconds.
  func flush(_ now: Int64) {
    guard request == nil, !pending.isEmpty, now >= nextTry else { return }
    request = try? client.begin("POST", "/dklab/events", .array(pending))
    if request == nil {
      nextTry = now + 1_000_000_000
    } else {
      (sent, pending) = (pending, [])
    }
  }

  /// Takes in the answer as it comes.
  func read() {
    guard let request, request.read() else { return }
    if request.answer == nil { pending = sent + pending }
    sent = []
    self.request = nil
  }
}
