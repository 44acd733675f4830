// How a connection stops being HTTP. The decoder may already hold bytes that came behind the request;
// when it is removed it passes them on, so their receiver must be in its place by then.

import NIOCore
import NIOHTTP1
import NIOWebSocket

extension HTTPConnection {
  /// Sends `head` and gives both directions away.
  func takeOver(head: ByteBuffer) throws -> ByteStream {
    let context = try handOver()
    let channel = context.channel
    let queue = inputQueue(context)
    let handler = ByteStreamHandler(queue: queue, task: task)
    try replace(context, with: [handler], head: head)
    return ByteStream(channel: channel, input: queue)
  }

  /// The same for a WebSocket: `head` has the handshake's fields.
  func takeOverWebSocket(head: ByteBuffer) throws -> WebSocket {
    let context = try handOver()
    let channel = context.channel
    let (loop, limit) = (context.eventLoop, server.limits.webSocketMessage)
    let queue = InputQueue<WebSocketMessage>(limit: server.limits.buffered) {
      loop.execute { channel.read() }
    }
    let handlers: [any ChannelHandler] = [
      WebSocketFrameEncoder(),
      ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limit)),
      WebSocketHandler(queue: queue, limit: limit, task: task),
    ]
    try replace(context, with: handlers, head: head)
    return WebSocket(channel: channel, input: queue)
  }

  private func inputQueue(_ context: ChannelHandlerContext) -> InputQueue<[UInt8]> {
    let (channel, loop) = (context.channel, context.eventLoop)
    return InputQueue(limit: server.limits.buffered) { loop.execute { channel.read() } }
  }

  private func replace(
    _ context: ChannelHandlerContext, with handlers: [any ChannelHandler], head: ByteBuffer
  ) throws {
    let pipeline = context.pipeline.syncOperations
    context.writeAndFlush(wrapOutboundOut(head), promise: nil)
    let decoder = try pipeline.context(
      handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
    try pipeline.addHandlers(handlers)
    pipeline.removeHandler(context: context, promise: nil)
    let channel = decoder.channel
    let removed = decoder.eventLoop.makePromise(of: Void.self)
    removed.futureResult.whenComplete { _ in channel.read() }
    pipeline.removeHandler(context: decoder, promise: removed)
  }
}
