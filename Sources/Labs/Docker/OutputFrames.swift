import Glibc
import Linux
import Support

/// Takes the frames away from a stream of the Docker Engine: eight bytes before each piece say which
/// stream it is of and how long it is, except where a program has a terminal.
struct OutputFrames {
  /// nil until the beginning has told.
  private var isPlain: Bool?
  private var head: [UInt8] = []
  /// How much of the piece is still to come.
  private var left = 0

  init(isPlain: Bool? = nil) { self.isPlain = isPlain }

  /// What the program wrote in `bytes`, the next ones of the stream.
  mutating func payload(_ bytes: some Swift.Collection<UInt8>) -> [UInt8] {
    if isPlain == nil { isPlain = Self.looksPlain(bytes) }
    guard isPlain == false else { return Array(bytes) }
    var result: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      if left > 0 {
        let piece = rest.prefix(left)
        result += piece
        left -= piece.count
        rest = rest.dropFirst(piece.count)
      } else {
        let piece = rest.prefix(8 - head.count)
        head += piece
        rest = rest.dropFirst(piece.count)
        guard head.count == 8 else { break }
        left = head[4...].reduce(0) { $0 << 8 | Int($1) }
        head = []
      }
    }
    return result
  }

  /// A frame begins with the number of a stream and three zeros; nothing that is typed or shown does.
  private static func looksPlain(_ bytes: some Swift.Collection<UInt8>) -> Bool {
    guard let first = bytes.first, first < 4 else { return true }
    return bytes.dropFirst().prefix(3).contains { $0 != 0 }
  }
}

/// The files in which the relay keeps what programs printed: `ID@NANOSECONDS`, the time at which
/// somebody began to listen.
struct OutputFolder {
  let path: String

  /// Opens a new file for what `id` prints from `time` on.
  func open(_ id: String, since time: Int64) throws -> FileDescriptor {
    try Directory.make(path)
    return try FileDescriptor.open(
      "\(path)/\(id)@\(time)", O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
  }

  /// What was printed in the last run before `time` under one of `names`, of which an id may have been
  /// shortened; nil when nobody listened.
  func text(of names: [String], until time: Int64) -> String? {
    let runs = ((try? Directory.list(path)) ?? []).compactMap { file -> (Int64, String)? in
      let parts = file.split(separator: "@").map(String.init)
      guard parts.count == 2, let began = Int64(parts[1]), began <= time,
        names.contains(where: { $0 == parts[0] || (parts[0].count >= 12 && $0.hasPrefix(parts[0])) }
        )
      else { return nil }
      return (began, file)
    }
    guard let last = runs.max(by: { $0.0 < $1.0 }) else { return nil }
    return try? File.text("\(path)/\(last.1)", limit: 64 << 10)
  }
}
