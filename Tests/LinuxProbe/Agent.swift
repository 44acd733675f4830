// A seccomp agent (seccomp_unotify(2)): listens for containers' listeners, answers their calls.

import CLinux
import CSeccomp
import Glibc
import Linux
import Support

/// Answers until it is ended. Each of `answers` is `CALL=VALUE`, what the call returns; below 0 it fails
/// with that errno. Calls without an answer go on. Prints `listening`, then for each container that is
/// announced `state JSON`, for each call `call NAME`, for each container that has ended `end`.
struct Agent: ~Copyable {
  let socket: FileDescriptor
  let answers: [String: Int64]
  private var listeners: [Int32] = []

  init(path: String, _ answers: some Sequence<String>) throws {
    socket = try UnixSocket.listen(at: path)
    chmod(path, 0o666)
    self.answers = Dictionary(
      uniqueKeysWithValues: answers.map { word in
        let parts = word.split(separator: "=")
        return (String(parts[0]), Int64(parts[1]) ?? 0)
      })
  }
}

extension Agent {
  mutating func serve() throws -> Never {
    say("listening")
    while true {
      var entries = ([socket.number] + listeners).map { PollEntry(fd: $0, events: .readable) }
      try pollDescriptors(&entries, timeout: -1)
      for entry in entries where !entry.ready.isEmpty {
        if entry.fd == socket.number {
          try welcome()
        } else if entry.ready.contains(.readable) {
          answer(entry.fd)
        } else {
          say("end")
          close(entry.fd)
          listeners.removeAll { $0 == entry.fd }
        }
      }
    }
  }

  /// One connection brings one state and one descriptor, in one message, and ends.
  private mutating func welcome() throws {
    guard let number = try UnixSocket.accept(socket.number) else { return }
    let connection = FileDescriptor(owning: number)
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    var listener: Int32 = -1
    let count = try check(receiveDescriptor(number, &listener, &bytes), "recvmsg", "agent")
    say("state " + String(decoding: bytes[..<count], as: UTF8.self))
    if !(try readAll(connection.number)).isEmpty { say("more than a state") }
    if listener < 0 { return say("no descriptor") }
    listeners.append(listener)
  }

  /// struct seccomp_notif: an id (8 bytes), the process, flags, then struct seccomp_data with the call's
  /// number first. struct seccomp_notif_resp: the id, a value (8 bytes), an error, flags.
  private func answer(_ listener: Int32) {
    var request = [UInt8](repeating: 0, count: 80)
    // SECCOMP_IOCTL_NOTIF_RECV; fails when the caller has been killed meanwhile.
    guard dk_ioctl_ptr(listener, 0xc050_2100, &request) == 0 else { return }
    let (id, call) = request.withUnsafeBytes {
      ($0.load(as: UInt64.self), $0.load(fromByteOffset: 16, as: Int32.self))
    }
    let name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), call)
    defer { free(name) }
    let word = name.map { String(cString: $0) } ?? "\(call)"
    say("call \(word)")
    var response = [UInt8](repeating: 0, count: 24)
    response.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: id, as: UInt64.self)
      guard let value = answers[word] else {
        // SECCOMP_USER_NOTIF_FLAG_CONTINUE
        return bytes.storeBytes(of: 1, toByteOffset: 20, as: UInt32.self)
      }
      bytes.storeBytes(of: max(0, value), toByteOffset: 8, as: Int64.self)
      bytes.storeBytes(of: Int32(min(0, value)), toByteOffset: 16, as: Int32.self)
    }
    // SECCOMP_IOCTL_NOTIF_SEND
    _ = dk_ioctl_ptr(listener, 0xc018_2101, &response)
  }
}
