import NIOCore

/// Puts what arrives on a connection that was taken over into a queue.
final class ByteStreamHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let queue: InputQueue<[UInt8]>
  /// Ends with the connection.
  private let task: Task<Void, Never>?
  /// Of a pipe, or a socket to a process of ours, the end is the end, however it comes.
  private let isLocal: Bool

  init(queue: InputQueue<[UInt8]>, task: Task<Void, Never>? = nil, isLocal: Bool = false) {
    self.queue = queue
    self.task = task
    self.isLocal = isLocal
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    guard buffer.readableBytes > 0 else { return }
    queue.append(Array(buffer.readableBytesView), cost: buffer.readableBytes)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if !queue.isFull { context.read() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { queue.finish() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if isLocal { queue.finish() } else { queue.fail(ClientGone()) }
    task?.cancel()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A terminal whose other end was closed reports an error instead of an end (EIO).
    if isLocal { queue.finish() } else { queue.fail(ClientGone()) }
    context.close(promise: nil)
  }
}
