import Support

/// Progress as the classic builder of Docker's engine tells it: `Step 1/4 : RUN …`, then what the
/// program wrote, as it is. The API's `/build` sends it on.
///
/// Simplification: steps are counted as BuildKit does, without those that only change metadata, and no
/// step has an image of its own that could be named behind an arrow.
package final class ClassicProgress: BuildProgress {
  private var titles: [String] = []
  private let write: (String) -> Void

  package init(write: @escaping (String) -> Void = { ProgressLine.writeToStandardError($0) }) {
    self.write = write
  }

  package func begin(_ title: String) -> Int {
    titles.append(title)
    if let step = ClassicProgress.step(title) { write(step + "\n") }
    return titles.count
  }

  package func log(_ vertex: Int, _ bytes: ArraySlice<UInt8>) {
    write(String(decoding: bytes, as: UTF8.self))
  }

  package func status(_ vertex: Int, _ text: String) {}

  package func end(_ vertex: Int, _ outcome: VertexOutcome) {
    if outcome == .cached { write(" ---> Using cache\n") }
  }

  package func tick() {}
  package func finish(failed: Bool) {}

  /// `[build 2/5] RUN make` → `Step 2/5 : RUN make`; nil for what is no step.
  static func step(_ title: String) -> String? {
    guard title.hasPrefix("["), let end = title.firstIndex(of: "]") else { return nil }
    let words = title[title.index(after: title.startIndex)..<end].split(separator: " ")
    guard let count = words.last, count.contains("/"),
      count.allSatisfy({ $0.isNumber || $0 == "/" })
    else { return nil }
    return "Step \(count) :" + title[title.index(after: end)...]
  }
}
