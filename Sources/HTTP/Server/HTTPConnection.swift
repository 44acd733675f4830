// One connection of a server, on its event loop: nothing here waits.
//
//   bytes → [TLS] → HTTPRequestDecoder → HTTPConnection ─┬→ a task for each request, one at a time
//                                                        └→ its body, through an InputQueue
//
// The event loop reads only when somebody wants something: the next request, or more of a body whose
// queue is not full. Whatever else a client sends waits in the kernel. While a response is on its
// way the connection still notices that the client goes: the event loop hears of a closed socket
// without reading.
//
// Man pages: epoll(7), shutdown(2). Next: HTTPConnection+TakeOver.swift, Exchange.swift.

import NIOCore
import NIOHTTP1
import NIOSSL

/// Reads requests and hands each to the server's handler.
final class HTTPConnection: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  enum Phase { case idle, responding, lingering, handedOver, closed }

  let server: ServerCore
  private var client: HTTPClientIdentity
  private var hasAskedCertificate = false
  private(set) var phase = Phase.idle
  var context: ChannelHandlerContext?
  var task: Task<Void, Never>?
  private var body: InputQueue<[UInt8]>?
  private var waiting: CircularBuffer<HTTPServerRequestPart> = []
  private var summary = RequestSummary(method: .GET, version: .http1_1, keepsConnection: true)
  private var cancelsAtHalfClose = false
  private var inputHasEnded = false
  private var asksUpgrade = false
  private var wantsContinue = false
  private var timer: Scheduled<Void>?

  init(server: ServerCore, client: HTTPClientIdentity) {
    self.server = server
    self.client = client
  }

  /// The client with the certificate that it has shown. The handshake is over when a request is
  /// there, so it is asked for with the first.
  private func identity(_ context: ChannelHandlerContext) -> HTTPClientIdentity {
    if !hasAskedCertificate {
      hasAskedCertificate = true
      let pipeline = context.pipeline.syncOperations
      if (try? pipeline.handler(type: NIOSSLServerHandler.self)) != nil {
        client.certificate = (try? pipeline.nioSSL_peerCertificate())?.flatMap {
          try? $0.toDERBytes()
        }
      }
    }
    return client
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { begin(context) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    self.context = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    begin(context)
    context.fireChannelActive()
  }

  private func begin(_ context: ChannelHandlerContext) {
    arm(server.limits.idle)
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    // A client may send its next request before it has the answer to this one.
    if phase == .responding, body == nil {
      waiting.append(part)
    } else {
      take(part, context)
    }
  }

  private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    switch (part, phase) {
    case (.head(let head), .idle): start(head, context)
    case (.body(let buffer), .responding):
      body?.append(Array(buffer.readableBytesView), cost: buffer.readableBytes)
    case (.end, .responding):
      body?.finish()
      body = nil
      timer?.cancel()
    default: break  // lingering: thrown away
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    readIfWanted()
    context.fireChannelReadComplete()
  }

  /// Reads on when there is room for what may come.
  func readIfWanted() {
    guard let context else { return }
    switch phase {
    case .idle: context.read()
    case .responding:
      guard let body else { return }
      if body.isFull {
        timer?.cancel()
      } else {
        arm(server.limits.body)
        context.read()
      }
    case .lingering: context.read()
    case .handedOver, .closed: break
    }
  }

  private func start(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    timer?.cancel()
    summary = RequestSummary(
      method: head.method, version: head.version, keepsConnection: head.isKeepAlive)
    if let refusal = server.refusal(of: head) {
      return refuse(refusal, context)
    }
    phase = .responding
    cancelsAtHalfClose = false
    wantsContinue = head.headers[canonicalForm: "expect"].contains {
      $0.lowercased() == "100-continue"
    }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let (channel, loop) = (context.channel, context.eventLoop)
    let queue = InputQueue<[UInt8]>(limit: server.limits.buffered) {
      loop.execute { bound.value.readIfWanted() }
    }
    body = queue
    let request = HTTPRequest(
      method: head.method, target: head.uri, headers: head.headers,
      body: RequestBody(queue: queue) { loop.execute { bound.value.sendContinue() } },
      client: identity(context))
    // The parser has stopped behind a request that asks for an upgrade.
    asksUpgrade = head.headers.contains(name: "upgrade")
    let exchange = Exchange(channel: channel, connection: bound, request: summary)
    task = Task(executorPreference: LoopExecutor(loop)) { [server] in
      await server.serve(request, exchange)
    }
  }

  private func sendContinue() {
    guard wantsContinue, phase == .responding, body != nil, let context else { return }
    wantsContinue = false
    context.writeAndFlush(
      wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
  }

  /// Whether another request can follow: the whole of this one has been read, and nobody wants to
  /// stop.
  var canContinue: Bool {
    phase == .responding && body == nil && !inputHasEnded && !server.isStopping && !asksUpgrade
  }

  /// From now on the response goes on as long as the client listens, and no longer.
  func endsWithClient() {
    cancelsAtHalfClose = true
    if inputHasEnded { task?.cancel() }
  }

  /// The response has been sent.
  func responseEnded(keep: Bool) {
    guard let context, phase == .responding else { return }
    task = nil
    guard keep, canContinue else { return linger(context) }
    phase = .idle
    arm(server.limits.idle)
    while phase == .idle || body != nil, let part = waiting.popFirst() { take(part, context) }
    readIfWanted()
  }

  /// Closing a socket that has unread input makes the kernel send a reset, and a reset can overtake
  /// the response. So: end our direction, throw away what still comes, and close a moment later.
  private func linger(_ context: ChannelHandlerContext) {
    phase = .lingering
    body?.fail(ClientGone())
    body = nil
    if inputHasEnded { return context.close(promise: nil) }
    context.close(mode: .output, promise: nil)
    arm(2)
    context.read()
  }

  private func refuse(_ failure: HTTPFailure, _ context: ChannelHandlerContext) {
    phase = .responding
    let response = server.configuration.failure(failure, nil)
    guard case .bytes(let bytes) = response.body else { return context.close(promise: nil) }
    summary.keepsConnection = false
    var buffer = context.channel.allocator.buffer(capacity: 256 + bytes.count)
    let head = ResponseHead(response, to: summary, length: bytes.count)
    head.write(to: &buffer, date: HTTPDate.text())
    if head.framing == .length { buffer.writeBytes(bytes) }
    context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    linger(context)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event {
      inputHasEnded = true
      body?.fail(ClientGone())
      switch phase {
      case .idle, .lingering: context.close(promise: nil)
      case .responding: if cancelsAtHalfClose { task?.cancel() }
      case .handedOver, .closed: break
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    body?.fail(ClientGone())
    guard let parserError = error as? HTTPParserError else {
      return context.close(promise: nil)
    }
    if phase == .idle {
      let isLong = parserError == .headerOverflow
      refuse(
        isLong
          ? HTTPFailure(.requestHeaderFieldsTooLarge, "request header too large")
          : HTTPFailure(.badRequest, "malformed HTTP request"), context)
    } else if phase == .responding {
      // The answer to the request before is on its way: it goes out, and the connection ends.
      inputHasEnded = true
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    phase = .closed
    body?.fail(ClientGone())
    task?.cancel()
    context.fireChannelInactive()
  }

  private func arm(_ seconds: Int64) {
    timer?.cancel()
    guard let context else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(in: .seconds(seconds)) { bound.value.timeIsUp() }
  }

  private func timeIsUp() {
    guard let context else { return }
    if phase == .responding, let body {
      body.fail(HTTPFailure(.requestTimeout, "the request's body did not arrive in time"))
      self.body = nil
      inputHasEnded = true
    } else if phase == .idle || phase == .lingering {
      context.close(promise: nil)
    }
  }

  /// Ends the connection when it has nothing to do, and after its response otherwise.
  func stop() {
    if phase == .idle { context?.close(promise: nil) }
  }

  /// The connection is no longer HTTP: nothing of the request may be left.
  func handOver() throws -> ChannelHandlerContext {
    guard let context, phase == .responding else { throw ClientGone() }
    guard body == nil else {
      throw HTTPFailure(.badRequest, "the request's body has not come to its end")
    }
    phase = .handedOver
    return context
  }
}
