import NIOCore
import NIOWebSocket

/// Makes messages of frames, and answers the frames that are about the connection itself.
final class WebSocketHandler: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  private let queue: InputQueue<WebSocketMessage>
  private let limit: Int
  private let task: Task<Void, Never>?
  private var opcode: WebSocketOpcode?
  private var collected: [UInt8] = []

  init(queue: InputQueue<WebSocketMessage>, limit: Int, task: Task<Void, Never>?) {
    self.queue = queue
    self.limit = limit
    self.task = task
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    switch frame.opcode {
    case .text, .binary, .continuation: collect(frame, context)
    case .ping:
      context.writeAndFlush(
        wrapOutboundOut(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)),
        promise: nil)
    case .connectionClose:
      queue.finish()
    case .pong: break
    default: fail(.protocolError, context)
    }
  }

  private func collect(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
    let isContinuation = frame.opcode == .continuation
    guard isContinuation == (opcode != nil) else { return fail(.protocolError, context) }
    if !isContinuation { opcode = frame.opcode }
    let bytes = frame.unmaskedData.readableBytesView
    guard collected.count + bytes.count <= limit else { return fail(.messageTooLarge, context) }
    collected += bytes
    guard frame.fin else { return }
    defer {
      opcode = nil
      collected = []
    }
    if opcode == .text {
      guard let text = String(validating: collected, as: UTF8.self) else {
        return fail(.dataInconsistentWithMessage, context)
      }
      queue.append(.text(text), cost: collected.count + 64)
    } else {
      queue.append(.binary(collected), cost: collected.count + 64)
    }
  }

  private func fail(_ code: WebSocketErrorCode, _ context: ChannelHandlerContext) {
    var data = context.channel.allocator.buffer(capacity: 2)
    data.write(webSocketErrorCode: code)
    context.writeAndFlush(
      wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: data)),
      promise: nil)
    queue.fail(ClientGone())
    context.close(promise: nil)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if !queue.isFull { context.read() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { queue.finish() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    queue.fail(ClientGone())
    task?.cancel()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(.protocolError, context)
  }
}
