import Synchronization
import Support

/// Lets in who knows the pass. Wrong ones are answered one a second, whoever they come from: with a
/// million passes there are, guessing takes days.
final class PassGate: Sendable {
  private let pass: [UInt8]
  private let pause: Int64
  /// When the next wrong one may be answered, in milliseconds.
  private let next = Mutex<Int64>(0)

  /// More of them waiting than this are turned away at once.
  private static let queue: Int64 = 30

  init(pass: String, pauseMilliseconds: Int64 = 1000) {
    self.pass = Array(pass.utf8)
    pause = pauseMilliseconds
  }

  /// What becomes of somebody who says `given`.
  enum Verdict: Equatable {
    case comeIn
    /// Wrong; to be said after so many milliseconds.
    case wrong(after: Int64)
    case tooMany
  }

  /// Judges `given` at the time `now`, in milliseconds. Right ones never wait.
  func judge(_ given: String?, now: Int64) -> Verdict {
    if isRight(given) { return .comeIn }
    return next.withLock { next in
      let wait = max(0, next - now)
      guard wait <= Self.queue * pause else { return .tooMany }
      next = now + wait + pause
      return .wrong(after: wait + pause)
    }
  }

  /// Compares all of it, so that the time tells nothing.
  private func isRight(_ given: String?) -> Bool {
    let bytes = Array((given ?? "").uppercased().utf8)
    guard bytes.count == pass.count else { return false }
    return zip(bytes, pass).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
