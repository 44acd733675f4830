// Compressed archives are unpacked by the host's own gzip, zstd, bzip2 and xz, each in a process of
// its own, as dockerd does with unpigz and xz: a faster decoder than ours would be, on the second
// core, and one whose mistakes stay outside of this process.

import Glibc
import Linux
import Support

extension Compression {
  /// The compression of what follows in the open file `file`, which must be seekable and stays
  /// where it stands.
  init(of file: Int32, name: String) throws {
    var magic = [UInt8](repeating: 0, count: 6)
    let start = try check(lseek(file, 0, SEEK_CUR), "lseek", name)
    let count = try check(pread(file, &magic, magic.count, start), "read", name)
    self.init(magic: magic[..<count])
  }
}

/// The bytes of an open file, decompressed when they need it.
///
/// The program that decompresses shares the file's offset with everyone who has it open: nobody
/// else may read the file meanwhile.
package final class ArchiveSource: ByteSource {
  package let compression: Compression
  private let name: String
  private let plain: any ByteSource
  private let program: ChildProgram?
  private var isAtEnd = false

  /// Reads `file` from where it stands; `name` is for messages. The file must be seekable, and the
  /// caller closes it, not before this value is gone.
  package init(_ file: Int32, name: String) throws {
    self.name = name
    compression = try Compression(of: file, name: name)
    guard let program = compression.program else {
      self.program = nil
      plain = FileSource(file, name: name)
      return
    }
    do {
      let child = try ChildProgram([program, "-dc"], input: file)
      self.program = child
      plain = FileSource(child.output, name: name)
    } catch let error as SyscallError where error.errno == ENOENT {
      throw DklabError(
        .unavailable, id: "archive.no-decompressor",
        Text(
          "\(name): compressed with \(compression), and this machine has no `\(program)`",
          ko: "\(name): \(compression)(으)로 압축되어 있는데 이 컴퓨터에 `\(program)` 프로그램이 없습니다"),
        hint: Text("install \(program)", ko: "\(program)을(를) 설치하세요"))
    }
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if isAtEnd { return 0 }
    let count = try plain.read(into: buffer)
    if count == 0, !buffer.isEmpty, let program {
      isAtEnd = true
      let (status, complaints) = try program.wait()
      guard status.code == 0 else {
        let cause = complaints.isEmpty ? "exit status \(status.code)" : complaints
        throw DklabError(
          .invalid, id: "archive.corrupt",
          Text("\(name): cannot be decompressed: \(cause)", ko: "\(name): 압축을 풀 수 없습니다: \(cause)"))
      }
    }
    return count
  }
}
