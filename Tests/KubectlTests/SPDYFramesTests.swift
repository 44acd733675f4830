import Testing

@testable import Kubectl

@Suite("SPDY frames")
struct SPDYFramesTests {
  @Test("a stream is opened with its headers stored in the zlib stream")
  func open() {
    var writer = SPDYWriter()
    let frame = writer.open(1, [("a", "b")])
    let head: [UInt8] = [0x80, 3, 0, 1, 0, 0, 0, 35]
    let stream: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    let zlib: [UInt8] = [0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2, 0, 14, 0, 241, 255]
    let block: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 0x61, 0, 0, 0, 1, 0x62]
    #expect(frame == head + stream + zlib + block)
    // The zlib stream goes on: its head comes once.
    #expect(writer.open(3, [("a", "b")]).count == frame.count - 6)
  }

  @Test("frames are taken apart however they come")
  func read() {
    var reader = SPDYReader()
    let bytes =
      SPDYWriter.data(5, [1, 2, 3]) + SPDYWriter.reset(7) + SPDYWriter.ping([0, 0, 0, 9])
      + SPDYWriter.data(5, [], isLast: true)
    var frames: [SPDYFrame] = []
    for byte in bytes {
      reader.feed([byte])
      while let frame = reader.next() { frames.append(frame) }
    }
    #expect(
      frames == [
        .data(stream: 5, bytes: [1, 2, 3], isLast: false), .reset(stream: 7),
        .ping([0, 0, 0, 9]), .data(stream: 5, bytes: [], isLast: true),
      ])
  }
}
