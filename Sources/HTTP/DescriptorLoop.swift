// Pipes and sockets that did not come in through a server, read and written by tasks: the streams of a
// program, the connection to another process of this machine. An event loop waits for all of them at
// once, so that a thousand cost no thread each.

import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// An event loop for descriptors of one's own.
package final class DescriptorLoop: Sendable {
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  package init() {}

  /// Both directions of a connected stream socket, which belongs to the stream from now on.
  ///
  /// With `isSecure` it speaks TLS, as a client that believes any certificate.
  package func adopt(socket: Int32, isSecure: Bool = false) async throws -> ByteStream {
    let (queue, channelBox) = makeQueue()
    let context = isSecure ? try Self.credulous() : nil
    let channel = try await ClientBootstrap(group: group)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.autoRead, value: false)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let context {
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
          }
          try pipeline.addHandler(ByteStreamHandler(queue: queue, isLocal: true))
        }
      }
      .withConnectedSocket(socket).get()
    return begin(channel, queue, channelBox)
  }

  private static func credulous() throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    return try NIOSSLContext(configuration: configuration)
  }

  /// Reads from `input` and writes to `output` (pipes or terminals), which belong to the stream from
  /// now on; -1 leaves a direction out.
  package func adopt(input: Int32, output: Int32) async throws -> ByteStream {
    let (queue, channelBox) = makeQueue()
    let bootstrap = NIOPipeBootstrap(group: group)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.autoRead, value: false)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            ByteStreamHandler(queue: queue, isLocal: true))
        }
      }
    let channel: any Channel
    if output < 0 {
      channel = try await bootstrap.takingOwnershipOfDescriptor(input: input).get()
    } else if input < 0 {
      channel = try await bootstrap.takingOwnershipOfDescriptor(output: output).get()
    } else {
      channel = try await bootstrap.takingOwnershipOfDescriptors(input: input, output: output).get()
    }
    return begin(channel, queue, channelBox)
  }

  /// A channel that is made after the queue that reads from it.
  private final class ChannelBox: Sendable {
    let channel = Mutex<(any Channel)?>(nil)
  }

  private func makeQueue() -> (InputQueue<[UInt8]>, ChannelBox) {
    let box = ChannelBox()
    let queue = InputQueue<[UInt8]>(limit: 256 << 10) {
      box.channel.withLock { $0 }?.read()
    }
    return (queue, box)
  }

  private func begin(_ channel: any Channel, _ queue: InputQueue<[UInt8]>, _ box: ChannelBox)
    -> ByteStream
  {
    box.channel.withLock { $0 = channel }
    channel.read()
    return ByteStream(channel: channel, input: queue)
  }

  /// Closes everything that is still open and ends the thread.
  package func close() {
    try? group.syncShutdownGracefully()
  }
}
