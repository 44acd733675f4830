// A conversation with the kernel about one network namespace.
//
// A netlink socket belongs for ever to the network namespace it was made in, wherever its process
// goes later. So one process can configure several namespaces: it makes a socket in each
// (NetworkNamespace.swift) and keeps it.
//
// The kernel handles requests inside sendto(2): when the call returns, the work is done and the
// answers wait in the socket. Several requests in one buffer are handled in order; the kernel goes
// on after one that fails. Only the last asks for an acknowledgement, since errors are reported
// anyway: a whole interface is set up with two system calls.
//
// Man pages: netlink(7), rtnetlink(7).

import CLinux
import Glibc
import Support

/// An rtnetlink socket.
package struct NetlinkSocket: ~Copyable {
  private let descriptor: FileDescriptor
  private var sequence: UInt32 = 0

  /// Opens a socket in the network namespace the caller is in.
  package init() throws {
    self.init(try NetlinkSocket.openDescriptor())
  }

  /// Opens a socket in `namespace`, after doing `preparation` there.
  package init(
    in namespace: borrowing NetworkNamespace, preparation: () -> Void = {}
  ) throws {
    self.init(
      try namespace.open {
        preparation()
        return try NetlinkSocket.openDescriptor()
      })
  }

  private init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  private static func openDescriptor() throws -> FileDescriptor {
    let type = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = FileDescriptor(
      owning: try check(socket(AF_NETLINK, type, 0), "socket", "netlink"))
    // SOL_NETLINK: NETLINK_CAP_ACK and NETLINK_EXT_ACK, errors without the request and with words.
    var on: Int32 = 1
    for option: Int32 in [10, 11] {
      setsockopt(descriptor.number, 270, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }
    return descriptor
  }

  /// Has the kernel carry out `requests` in order. Throws `SyscallError` for the first that failed;
  /// those after it were tried as well.
  package mutating func perform(_ requests: [NetlinkRequest]) throws {
    _ = try exchange(requests)
  }

  /// The index of the interface called `name`. Throws `SyscallError` ENODEV when there is none.
  package mutating func linkIndex(_ name: String) throws -> Int32 {
    let replies = try exchange([.getLink(name: name)])
    guard let link = replies.lazy.compactMap(NetworkLink.init).first else {
      throw SyscallError("RTM_GETLINK", name, errno: ENODEV)
    }
    return link.index
  }

  /// Waits until the interfaces called `names`, which are being brought up, really pass packets.
  ///
  /// That a cable was plugged in is noticed by a kernel worker some time later; until then its
  /// queue and its bridge port drop everything, and a lost ARP request or SYN is repeated after a
  /// whole second. Asking about the interface makes recent kernels (6.8) look at once; for others
  /// this asks again. Gives up after half a second, since the link will come by itself.
  package mutating func awaitLinks(_ names: [String]) throws {
    let questions = names.map { NetlinkRequest.getLink(name: $0) }
    for _ in 0..<500 {
      let links = try exchange(questions).compactMap(NetworkLink.init)
      if links.allSatisfy(\.isOperational) { return }
      usleep(1000)
    }
  }

  /// All interfaces of the namespace.
  package mutating func links() throws -> [NetworkLink] {
    try dump(.dumpLinks).compactMap(NetworkLink.init)
  }

  /// All addresses of the namespace.
  package mutating func addresses() throws -> [NetworkAddress] {
    try dump(.dumpAddresses).compactMap(NetworkAddress.init)
  }

  /// The IPv4 routes of the main table.
  package mutating func routes() throws -> [NetworkRoute] {
    try dump(.dumpRoutes).compactMap(NetworkRoute.init)
  }

  private mutating func exchange(_ requests: [NetlinkRequest]) throws -> [NetlinkReply] {
    guard let last = requests.last else { return [] }
    let first = sequence &+ 1
    var bytes: [UInt8] = []
    for (offset, request) in requests.enumerated() {
      bytes += request.message.sealed(
        sequence: first &+ UInt32(offset), acknowledged: offset == requests.count - 1)
    }
    sequence = first &+ UInt32(requests.count - 1)
    try send(bytes, last)
    var others: [NetlinkReply] = []
    var failure: SyscallError?
    while true {
      for reply in try receive() {
        let offset = reply.sequence &- first
        guard offset < UInt32(requests.count) else { continue }
        guard reply.type == NetlinkReply.errorType else {
          others.append(reply)
          continue
        }
        if reply.errorNumber != 0 && failure == nil {
          failure = NetlinkSocket.error(requests[Int(offset)], reply)
        }
        if reply.sequence == sequence {
          if let failure { throw failure }
          return others
        }
      }
    }
  }

  private static func error(_ request: NetlinkRequest, _ reply: NetlinkReply) -> SyscallError {
    let words = reply.errorMessage.map { "\(request.subject) (\($0))" } ?? request.subject
    return SyscallError(request.call, words, errno: reply.errorNumber)
  }

  /// Asks for a whole table, again when it changed on the way.
  private mutating func dump(_ request: NetlinkRequest) throws -> [NetlinkReply] {
    for _ in 0..<8 {
      sequence &+= 1
      try send(request.message.sealed(sequence: sequence, acknowledged: false), request)
      if let replies = try collectDump(request) { return replies }
    }
    throw SyscallError(request.call, request.subject, errno: EINTR)
  }

  private func collectDump(_ request: NetlinkRequest) throws -> [NetlinkReply]? {
    var replies: [NetlinkReply] = []
    var interrupted = false
    while true {
      for reply in try receive() where reply.sequence == sequence {
        if reply.flags & NetlinkReply.dumpInterrupted != 0 { interrupted = true }
        switch reply.type {
        case NetlinkReply.doneType: return interrupted ? nil : replies
        case NetlinkReply.errorType: throw NetlinkSocket.error(request, reply)
        default: replies.append(reply)
        }
      }
    }
  }

  private func send(_ bytes: [UInt8], _ request: NetlinkRequest) throws {
    let sent = retryingInterrupts { Glibc.send(descriptor.number, bytes, bytes.count, 0) }
    try check(sent, request.call, request.subject)
  }

  private func receive() throws -> [NetlinkReply] {
    // What the kernel puts into one datagram of a dump at most.
    let capacity = 32 << 10
    let datagram = try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      count = try check(
        retryingInterrupts { recv(descriptor.number, buffer.baseAddress, capacity, 0) }, "recv",
        "netlink")
    }
    return NetlinkReply.all(in: datagram)
  }
}
