import Crypto
import Glibc
import Linux
import Support

/// Bytes that are read once, from the front.
package protocol ByteSource: AnyObject {
  /// Fills the start of `buffer`; returns how much of it, zero at the end only.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// The bytes of an open file, pipe or socket, which the caller keeps open and closes.
package final class FileSource: ByteSource {
  private let number: Int32
  private let name: String

  package init(_ number: Int32, name: String) {
    self.number = number
    self.name = name
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    try check(
      retryingInterrupts { Glibc.read(number, buffer.baseAddress, buffer.count) }, "read", name)
  }
}

/// Bytes in memory.
package final class MemorySource: ByteSource {
  private var rest: ArraySlice<UInt8>

  package init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, rest.count)
    rest.prefix(count).withUnsafeBytes { buffer.copyMemory(from: $0) }
    rest = rest.dropFirst(count)
    return count
  }
}

/// Passes bytes on and hashes them on the way.
package final class HashingSource: ByteSource {
  private let source: any ByteSource
  private var hash = SHA256()
  /// How many bytes have passed.
  package private(set) var count: Int64 = 0

  package init(_ source: any ByteSource) {
    self.source = source
  }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try source.read(into: buffer)
    hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    self.count += Int64(count)
    return count
  }

  /// Reads what is left; returns the digest of everything.
  package func finish() throws -> Digest {
    try withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
      while try read(into: buffer) > 0 {}
    }
    return Digest(bytes: hash.finalize())
  }
}

/// Where bytes go.
package protocol ByteSink: AnyObject {
  /// Takes all of `bytes`.
  func write(_ bytes: UnsafeRawBufferPointer) throws
}

extension ByteSink {
  func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Takes everything `source` has; returns how much.
  @discardableResult
  func write(contentsOf source: any ByteSource) throws -> Int64 {
    try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
      var total: Int64 = 0
      while true {
        let count = try source.read(into: buffer)
        if count == 0 { return total }
        try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        total += Int64(count)
      }
    }
  }
}

extension BlobWriter: ByteSink {}

/// An open file, pipe or socket to write to, which the caller keeps open and closes.
package final class FileSink: ByteSink {
  private let number: Int32

  package init(_ number: Int32) {
    self.number = number
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    try writeAll(number, bytes)
  }
}
