import Linux
import Support

/// `--progress=plain`: lines as BuildKit's plain display has them, each begun with the number of
/// what it is about.
package final class PlainProgress: BuildProgress {
  private struct Vertex {
    var title: String
    var started: Int64
    var rest: [UInt8] = []
  }

  private var vertices: [Vertex] = []
  private var current = 0
  private let write: (String) -> Void
  private let now: () -> Int64

  /// `now` gives milliseconds of a clock that never goes back.
  package init(
    now: @escaping () -> Int64 = monotonicMilliseconds,
    write: @escaping (String) -> Void = { ProgressLine.writeToStandardError($0) }
  ) {
    self.now = now
    self.write = write
  }

  package func begin(_ title: String) -> Int {
    vertices.append(Vertex(title: title, started: now()))
    let number = vertices.count
    show(number)
    return number
  }

  /// The heading of `number`, unless the last line was its own.
  private func show(_ number: Int) {
    guard current != number else { return }
    if current != 0 { write("#\(current) ...\n\n") }
    current = number
    write("#\(number) \(vertices[number - 1].title)\n")
  }

  package func log(_ vertex: Int, _ bytes: ArraySlice<UInt8>) {
    vertices[vertex - 1].rest += bytes
    while let end = vertices[vertex - 1].rest.firstIndex(of: 0x0A) {
      let line = vertices[vertex - 1].rest[..<end]
      show(vertex)
      write("#\(vertex) \(time(vertex, digits: 3)) \(LogText.printable(line))\n")
      vertices[vertex - 1].rest.removeSubrange(...end)
    }
  }

  package func status(_ vertex: Int, _ text: String) {
    show(vertex)
    write("#\(vertex) \(text)\n")
  }

  package func end(_ vertex: Int, _ outcome: VertexOutcome) {
    if !vertices[vertex - 1].rest.isEmpty { log(vertex, [0x0A]) }
    show(vertex)
    switch outcome {
    case .done: write("#\(vertex) DONE \(time(vertex, digits: 1))s\n\n")
    case .cached: write("#\(vertex) CACHED\n\n")
    case .canceled: write("#\(vertex) CANCELED\n\n")
    case .failed(let message): write("#\(vertex) ERROR: \(message)\n")
    }
    current = 0
  }

  package func tick() {}
  package func finish(failed: Bool) {}

  private func time(_ vertex: Int, digits: Int) -> String {
    Seconds.text(now() - vertices[vertex - 1].started, digits: digits)
  }
}

/// Milliseconds as seconds: `0.1`, `12.345`.
enum Seconds {
  static func text(_ milliseconds: Int64, digits: Int) -> String {
    let value = max(0, milliseconds)
    guard digits < 3 else {
      let rest = String(value % 1000)
      return "\(value / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
    return "\(value / 1000).\(value % 1000 / 100)"
  }
}
