import Linux
import Support

/// `--progress=tty`: a block of lines that is drawn over again, as BuildKit's is.
///
///     [+] Building 1.2s (4/5)
///      => [internal] load build definition from Dockerfile     0.0s
///      => CACHED [2/4] RUN apt-get update                      0.0s
///      => [3/4] RUN make                                       1.1s
///      => => # cc -c main.c
package final class TerminalProgress: BuildProgress {
  private struct Vertex {
    var title: String
    var started: Int64
    var ended: Int64?
    var outcome: VertexOutcome?
    var rest: [UInt8] = []
    var lines: [String] = []
    var statuses: [String] = []
  }

  private var vertices: [Vertex] = []
  private var drawn = 0
  private var lastDraw: Int64 = 0
  private let started: Int64
  private let columns: () -> Int
  private let rows: () -> Int
  private let facts: TerminalFacts
  private let write: (String) -> Void
  private let now: () -> Int64
  private static let logLines = 6

  package init(
    facts: TerminalFacts = .standardError,
    size: @escaping () -> WindowSize? = { WindowSize(of: 2) },
    now: @escaping () -> Int64 = monotonicMilliseconds,
    write: @escaping (String) -> Void = { ProgressLine.writeToStandardError($0) }
  ) {
    self.facts = facts
    self.now = now
    self.write = write
    columns = { size().map { Int($0.columns) }.flatMap { $0 > 20 ? $0 : nil } ?? 80 }
    rows = { size().map { Int($0.rows) }.flatMap { $0 > 4 ? $0 : nil } ?? 24 }
    started = now()
  }

  package func begin(_ title: String) -> Int {
    vertices.append(Vertex(title: title, started: now()))
    draw()
    return vertices.count
  }

  package func log(_ vertex: Int, _ bytes: ArraySlice<UInt8>) {
    vertices[vertex - 1].rest += bytes
    let parts = vertices[vertex - 1].rest.split(
      separator: 0x0A, omittingEmptySubsequences: false)
    vertices[vertex - 1].rest = Array(parts.last ?? [])
    vertices[vertex - 1].lines += parts.dropLast().map(LogText.printable)
    vertices[vertex - 1].lines = vertices[vertex - 1].lines.suffix(TerminalProgress.logLines)
    drawSoon()
  }

  package func status(_ vertex: Int, _ text: String) {
    vertices[vertex - 1].statuses.append(text)
  }

  package func end(_ vertex: Int, _ outcome: VertexOutcome) {
    vertices[vertex - 1].ended = now()
    vertices[vertex - 1].outcome = outcome
    drawSoon()
  }

  package func tick() { drawSoon() }

  package func finish(failed: Bool) {
    draw(isLast: true)
    drawn = 0
  }

  private func drawSoon() {
    if now() - lastDraw >= 100 { draw() }
  }

  private func draw(isLast: Bool = false) {
    lastDraw = now()
    let width = columns()
    var lines = body(width, isLast: isLast)
    // What is above the window cannot be drawn over: only the last lines stay.
    let room = rows() - 2
    if !isLast, lines.count > room { lines = Array(lines.suffix(room)) }
    let done = vertices.count { $0.outcome != nil }
    let head =
      "[+] Building \(Seconds.text(now() - started, digits: 1))s (\(done)/\(vertices.count))"
      + (isLast ? " FINISHED" : "")
    let up = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
    let text = ([head] + lines).map { "\r\u{1B}[2K\($0)\n" }.joined()
    let surplus = max(0, drawn - lines.count - 1)
    let clear = String(repeating: "\u{1B}[2K\n", count: surplus)
    write(up + text + clear + (surplus > 0 ? "\u{1B}[\(surplus)A" : ""))
    drawn = lines.count + 1
  }

  private func body(_ width: Int, isLast: Bool) -> [String] {
    vertices.flatMap { vertex in
      var mark = ""
      switch vertex.outcome {
      case .cached: mark = "CACHED "
      case .canceled: mark = "CANCELED "
      case .failed: mark = "ERROR "
      default: break
      }
      let time = Seconds.text((vertex.ended ?? now()) - vertex.started, digits: 1) + "s"
      let style: Style =
        switch vertex.outcome {
        case .failed: .red
        case .canceled: .yellow
        case nil: .plain
        default: .blue
        }
      let title = (" => \(mark)" + vertex.title.split(separator: "\n").joined(separator: " "))
        .truncated(to: max(10, width - time.count - 2))
      let gap = String(repeating: " ", count: max(1, width - title.displayWidth - time.count - 1))
      var lines = [style(title + gap + time, on: facts)]
      guard vertex.outcome == nil, !isLast else { return lines }
      lines += vertex.lines.map { line in
        Style.dim(" => => # \(line)".truncated(to: width - 1), on: facts)
      }
      return lines
    }
  }
}
