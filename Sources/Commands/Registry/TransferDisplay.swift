import Glibc
import Images
import Support

/// The progress of `pull` and `push` as docker draws it: one line for each layer, redrawn in place;
/// in pipes one line for each change.
final class TransferDisplay {
  private let facts: TerminalFacts
  private let write: (String) -> Void
  private var order: [String] = []
  private var shown: [String: String] = [:]

  init(_ facts: TerminalFacts, write: @escaping (String) -> Void) {
    self.facts = facts
    self.write = write
  }

  /// On standard output: what `pull` and `push` print.
  static func onOutput() -> TransferDisplay {
    TransferDisplay(.standardOutput) { print($0, terminator: "") }
  }

  /// On standard error: beside the output of a container.
  static func onErrors() -> TransferDisplay {
    TransferDisplay(.standardError) { ProgressLine.writeToStandardError($0) }
  }

  /// Shows `progress`.
  func show(_ progress: ImageProgress) {
    guard let id = progress.id else {
      order = []
      shown = [:]
      return write(progress.status + "\n")
    }
    guard facts.redraws else {
      let line = PullText.line(progress)
      // How far a layer is says nothing in a file.
      guard progress.total == nil, shown[id] != line else { return }
      shown[id] = line
      return write(line + "\n")
    }
    let line = text(id, progress).truncated(to: max(20, facts.columns - 1))
    guard shown[id] != line else { return }
    let place = order.firstIndex(of: id)
    if place == nil {
      order.append(id)
      write("\n")
    }
    shown[id] = line
    let up = order.count - (place ?? order.count - 1)
    write("\u{1B}[\(up)A\u{1B}[2K\r\(line)\r\u{1B}[\(up)B")
    fflush(nil)
  }

  private func text(_ id: String, _ progress: ImageProgress) -> String {
    guard let done = progress.done, let total = progress.total, total > 0 else {
      return PullText.line(progress)
    }
    let width = facts.columns > 110 ? 50 : 20
    let filled = Int(Int64(width) * min(done, total) / total)
    let bar =
      String(repeating: "=", count: filled) + (filled < width ? ">" : "")
      + String(repeating: " ", count: max(0, width - filled - 1))
    let amounts =
      done < total
      ? "\(ByteSize.decimal(Double(done)))/\(ByteSize.decimal(Double(total)))"
      : ByteSize.decimal(Double(total))
    return "\(id): \(progress.status) [\(bar)]  \(amounts)"
  }
}
