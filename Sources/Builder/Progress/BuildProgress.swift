import Support

/// Who is told how a build goes. Vertices are numbered from 1 in the order they appear.
package protocol BuildProgress: AnyObject {
  /// Something begins; returns its number.
  func begin(_ title: String) -> Int
  /// A program of the step `vertex` wrote `bytes`.
  func log(_ vertex: Int, _ bytes: ArraySlice<UInt8>)
  /// Part of it is done: `transferring context: 2B`.
  func status(_ vertex: Int, _ text: String)
  func end(_ vertex: Int, _ outcome: VertexOutcome)
  /// Time has passed.
  func tick()
  /// The build is over.
  func finish(failed: Bool)
}

/// How something ended.
package enum VertexOutcome: Sendable, Equatable {
  case done
  case cached
  case canceled
  case failed(String)
}

/// Says nothing.
package final class QuietProgress: BuildProgress {
  private var count = 0

  package init() {}

  package func begin(_ title: String) -> Int {
    count += 1
    return count
  }

  package func log(_ vertex: Int, _ bytes: ArraySlice<UInt8>) {}
  package func status(_ vertex: Int, _ text: String) {}
  package func end(_ vertex: Int, _ outcome: VertexOutcome) {}
  package func tick() {}
  package func finish(failed: Bool) {}
}

/// Text that a program wrote, without what would move the cursor.
enum LogText {
  static func printable(_ line: some Sequence<UInt8>) -> String {
    let text = String(decoding: Array(line), as: UTF8.self)
    var result = String.UnicodeScalarView()
    var isEscape = false
    for scalar in text.unicodeScalars {
      if isEscape {
        // CSI … letter
        isEscape = !scalar.properties.isAlphabetic
      } else if scalar == "\u{1B}" {
        isEscape = true
      } else if scalar == "\t" || (scalar.value >= 0x20 && scalar.value != 0x7F) {
        result.append(scalar)
      }
    }
    return String(result)
  }
}
