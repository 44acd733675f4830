// A student's side of a served course. The first request believes nobody: it fetches a certificate, which
// the join code then tells to be the right one or not. Everything after it is TLS that believes this
// certificate and no other.
//
// Next: JoinCode.swift, and CourseMembership.swift for what is done with what has come.

import AsyncHTTPClient
import Documents
import Engine
import Glibc
import HTTP
import Labs
import Linux
import NIOCore
import NIOHTTP1
import Support

/// Talks to the server of a course.
package struct CourseClient: Sendable {
  private let link: CourseLink
  private let authority: String

  /// The server of the course that was joined on this machine.
  ///
  /// - Throws: `DklabError` `course.no-server` when none was, or it came from a folder.
  package init(root: DataRoot) throws {
    guard let link = CourseLink.stored(root: root) else {
      throw DklabError(
        .notFound, id: "course.no-server",
        Text(
          "no course was joined over the network on this machine",
          ko: "이 컴퓨터에서 네트워크로 참여한 강좌가 없습니다"),
        hint: Text(
          "`dklab class join https://… CODE --student ID` does; else hand in the file yourself",
          ko: "`dklab class join https://… 코드 --student 학번`으로 참여하거나, 파일을 직접 제출하세요"))
    }
    self.link = link
    authority = CourseLink.authority(root)
  }

  private init(_ link: CourseLink, authority: String) {
    (self.link, self.authority) = (link, authority)
  }

  /// Joins the course at `url` as `student`: fetches what a folder `share` has, and joins from that.
  package static func join(
    _ url: String, _ code: JoinCode, as student: StudentIdentity, root: DataRoot
  ) throws -> CourseMembership {
    guard let origin = HTTPOrigin(url), origin.isSecure else {
      throw DklabError(
        .invalid, id: "course.url",
        Text("`\(url.oneLine)` is no address of a course", ko: "`\(url.oneLine)`은(는) 강좌 주소가 아닙니다"),
        hint: Text(
          "it looks like https://192.168.0.7:4242", ko: "https://192.168.0.7:4242 꼴입니다"),
        exitStatus: 64)
    }
    let folder = "\(root.path)/labs/joining-\(getpid())"
    try Directory.make(folder, mode: 0o700)
    defer { try? Directory.removeTree(folder) }
    let link = CourseLink(url: origin.description, pass: code.pass)
    let client = CourseClient(link, authority: folder + "/ca.crt")
    let certificate = try client.certificate(code)
    try File.replace(client.authority, certificate)
    for (name, isNeeded) in [(Course.file, true), (Course.bundle, true), (Course.images, false)] {
      try client.fetch(name, to: "\(folder)/\(name)", isNeeded: isNeeded)
    }
    let membership = try CourseMembership.join(folder, as: student, root: root)
    var kept = link
    kept.isReporting = CourseLink.stored(root: root)?.isReporting ?? false
    try kept.store(authority: certificate, root: root)
    return membership
  }

  /// The authority's certificate from whoever answers, if the code says that it is the right one.
  private func certificate(_ code: JoinCode) throws -> String {
    var anybody = ServerTrust()
    anybody.acceptsAnything = true
    let (status, body) = try exchange(.GET, "/ca.crt", trust: anybody)
    let text = String(decoding: body, as: UTF8.self)
    guard status == 200, let der = PEM.decode(text), code.fits(der) else {
      throw DklabError(
        .denied, id: "course.other-server",
        Text(
          "\(link.url) is not the server that the join code is for",
          ko: "\(link.url)은(는) 이 참여 코드의 서버가 아닙니다"),
        hint: Text(
          "compare address and code with what the instructor shows",
          ko: "주소와 코드를 강사가 보여 준 것과 비교하세요"))
    }
    return text
  }

  /// Hands a submission in. Returns the name under which it is kept there.
  package func handIn(_ submission: [UInt8]) throws -> String {
    let (status, body) = try exchange(.POST, "/submissions", body: submission)
    let text = String(decoding: body, as: UTF8.self)
    guard status == 200, let file = try? JSONValue.parse(text)["file"]?.string else {
      throw refusal(status, text)
    }
    return file
  }

  /// Tells the board.
  package func send(_ report: BoardReport) throws {
    let (status, body) = try exchange(.POST, "/board", body: Array(try report.text.utf8))
    guard status == 204 else { throw refusal(status, String(decoding: body, as: UTF8.self)) }
  }

  private func refusal(_ status: Int, _ text: String) -> DklabError {
    if status == 403 {
      return DklabError(
        .denied, id: "course.pass",
        Text("the server does not take this join code", ko: "서버가 이 참여 코드를 받아들이지 않습니다"),
        hint: Text(
          "the last four letters let in: are they right?", ko: "마지막 네 글자가 맞는지 확인하세요"))
    }
    let reason = String(text.oneLine.prefix(200))
    return DklabError(
      status == 400 ? .invalid : .unavailable, id: "course.refused",
      Text("\(link.url): \(status) \(reason)", ko: "\(link.url): \(status) \(reason)"))
  }

  private var trust: ServerTrust {
    var trust = ServerTrust()
    trust.authorities = [authority]
    trust.isOnlyTheirs = true
    return trust
  }

  private func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: link.url + path)
    request.method = method
    request.headers.add(name: "Authorization", value: "Bearer \(link.pass)")
    return request
  }

  private func exchange(
    _ method: HTTPMethod, _ path: String, body: [UInt8] = [], trust: ServerTrust? = nil
  ) throws -> (Int, [UInt8]) {
    var request = request(method, path)
    // Who has not been recognised yet is not told the pass.
    if trust != nil { request.headers.remove(name: "Authorization") }
    if method == .POST { request.body = .bytes(ByteBuffer(bytes: body)) }
    let (prepared, believed) = (request, trust ?? self.trust)
    return try reaching {
      try await Self.using { transport in
        let response = try await transport.send(prepared, trust: believed)
        let content = try await response.body.collect(upTo: 1 << 20)
        return (Int(response.status.code), Array(content.readableBytesView))
      }
    }
  }

  /// Fetches a file as it comes.
  private func fetch(_ name: String, to path: String, isNeeded: Bool) throws {
    let (prepared, trust) = (request(.GET, "/" + name), trust)
    let file = try FileDescriptor.open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
    let number = file.number
    let (status, text) = try reaching {
      try await Self.using { transport -> (Int, String) in
        let response = try await transport.send(prepared, trust: trust)
        guard response.status == .ok else {
          let body = try await response.body.collect(upTo: 1 << 16)
          return (Int(response.status.code), String(buffer: body))
        }
        for try await piece in response.body {
          try piece.withUnsafeReadableBytes { try writeAll(number, $0) }
        }
        return (200, "")
      }
    }
    if status == 200 {
      try check(rename(path + ".part", path), "rename", path)
    } else if isNeeded || status != 404 {
      throw refusal(status, text)
    }
  }

  private static func using<Result: Sendable>(
    _ body: @Sendable (HTTPTransport) async throws -> Result
  ) async throws -> Result {
    let transport = HTTPTransport()
    do {
      let result = try await body(transport)
      await transport.close()
      return result
    } catch {
      await transport.close()
      throw error
    }
  }

  /// Runs `body`; what goes wrong on the way to the server is told in a sentence.
  private func reaching<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) throws -> Result {
    do {
      return try waitForTask(body)
    } catch let error as DklabError {
      throw error
    } catch {
      throw DklabError(
        .unavailable, id: "course.unreachable",
        Text("\(link.url) cannot be reached: \(error)", ko: "\(link.url)에 연결할 수 없습니다: \(error)"),
        hint: Text(
          "does `dklab class serve` run there, and are both machines in the same network?",
          ko: "그쪽에서 `dklab class serve`가 실행 중이고, 두 컴퓨터가 같은 네트워크에 있습니까?"))
    }
  }
}
