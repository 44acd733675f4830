import Support
import Testing

@testable import Runtime

@Suite("Frames between monitor and client") struct FrameTests {
  @Test("a frame survives the wire, whole or byte by byte") func roundTrip() throws {
    let frames = [
      Frame(.output, [UInt8](repeating: 7, count: 70_000)), Frame(.recorded), Frame(.exited, "137"),
    ]
    let bytes = frames.flatMap(\.encoded)
    var whole = FrameDecoder()
    whole.append(bytes)
    for frame in frames { #expect(try whole.next() == frame) }
    #expect(try whole.next() == nil)
    var slow = FrameDecoder()
    var seen: [Frame] = []
    for byte in frames[1...].flatMap(\.encoded) {
      slow.append([byte])
      while let frame = try? slow.next() { seen.append(frame) }
    }
    #expect(seen.last == Frame(.exited, "137"))
  }

  @Test(
    "bytes that are no frame are refused", arguments: [[99, 0, 0, 0, 0], [1, 255, 255, 255, 255]])
  func garbage(bytes: [UInt8]) {
    var decoder = FrameDecoder()
    decoder.append(bytes)
    #expect(throws: DklabError.self) { try decoder.next() }
  }
}
