// A course for a room without the internet: its labs, images and values come from here, and work is
// handed in here. TLS with the course's own authority; what is served is what `class init` has put into
// `share`, and what is taken in goes where `class collect` puts it, so that sticks and the network end up
// in the same folder.
//
//     GET  /ca.crt          the authority's certificate; anybody
//     GET  /course.json     and the other files of share; from here on with the pass
//     POST /submissions     a submission, as the file it is
//     POST /board           a BoardReport, of those who take part
//
// Nothing that comes in is executed, unpacked or believed. Nobody can read what others have handed in.
//
// Next: CourseClient.swift, PassGate.swift.

import Documents
import Engine
import Glibc
import HTTP
import Labs
import Linux
import Support
import Synchronization

/// Serves one course until it is stopped.
package final class CourseServer: Sendable {
  /// What is served, and where work goes.
  package struct Wish: Sendable {
    /// The folder that `class init` has made.
    package var course: String
    package var output: String
    package var listen: ListenAddress
    /// Told of everything that happens, one line each.
    package var log: @Sendable (String) -> Void = { _ in }

    package init(course: String, output: String, listen: ListenAddress) {
      (self.course, self.output, self.listen) = (course, output, listen)
    }
  }

  private let wish: Wish
  private let gate: PassGate
  private let authority: String
  private let server: Mutex<HTTPServer?> = Mutex(nil)
  private let board: Mutex<Board>
  /// One submission after the other is written.
  private let desk = Mutex(0)
  /// The code by which students join.
  package let code: JoinCode

  /// Begins to serve.
  ///
  /// - Throws: `DklabError` `course.none` when there is no course in the folder.
  package static func start(_ wish: Wish) throws -> CourseServer {
    guard File.exists("\(wish.course)/share/\(Course.file)") else {
      throw DklabError(
        .notFound, id: "course.none",
        Text("\(wish.course) is no course", ko: "\(wish.course)은(는) 강좌가 아닙니다"),
        hint: Text(
          "`dklab class init NAME` makes one, and this wants the folder it made",
          ko: "`dklab class init 이름`으로 만든 폴더를 지정합니다"))
    }
    let own = try CourseKeys.ownNames()
    let keys = try CourseKeys(course: wish.course, names: own.names, addresses: own.addresses)
    try Directory.make(wish.output, mode: 0o700)
    let course = CourseServer(wish, keys, try Board(course: wish.course))
    var configuration = HTTPServer.Configuration()
    configuration.tls = keys.identity
    configuration.threads = 2
    let router = course.router()
    let running = try HTTPServer.start(
      on: [try ListeningSocket.open(wish.listen)], configuration,
      handler: { try await router.respond(to: $0) })
    course.server.withLock { $0 = running }
    return course
  }

  private init(_ wish: Wish, _ keys: CourseKeys, _ board: Board) {
    self.wish = wish
    gate = PassGate(pass: keys.code.pass)
    authority = keys.authority
    code = keys.code
    self.board = Mutex(board)
  }

  /// Where it can be reached.
  package var address: ListenAddress { server.withLock { $0?.addresses.first } ?? wish.listen }

  /// The addresses to give to students: of this machine, unless it listens at one of them only.
  package func urls() throws -> [String] {
    guard case .tcp(let host, let port) = address else { return [] }
    guard host == "0.0.0.0" || host == "::" else {
      return ["https://\(host.contains(":") ? "[\(host)]" : host):\(port)"]
    }
    let all = try CourseKeys.ownNames().addresses.filter { $0 != "127.0.0.1" }
    return (all.isEmpty ? ["127.0.0.1"] : all).map { "https://\($0):\(port)" }
  }

  package func stop() { server.withLock { $0 }?.stop(grace: 2) }

  private func router() -> Router {
    var router = Router()
    router.on(.GET, "/ca.crt") { _ in
      HTTPResponse(type: "application/x-pem-file", bytes: Array(self.authority.utf8))
    }
    for name in [Course.file, Course.bundle, Course.images] {
      router.on(.GET, "/" + name) { request in
        try await self.letIn(request)
        return try await self.file(name, request)
      }
    }
    router.on(.POST, "/submissions") { request in
      try await self.letIn(request)
      return try await self.takeIn(request)
    }
    router.on(.POST, "/board") { request in
      try await self.letIn(request)
      return try await self.report(request)
    }
    return router
  }

  private func letIn(_ request: HTTPRequest) async throws {
    let given = request.headers.first(name: "authorization").flatMap { text in
      text.lowercased().hasPrefix("bearer ") ? String(text.dropFirst(7)) : nil
    }
    switch gate.judge(given, now: monotonicMilliseconds()) {
    case .comeIn: return
    case .tooMany: throw HTTPFailure(.tooManyRequests, "too many wrong join codes, try later")
    case .wrong(let wait):
      wish.log("\(request.client.address.oneLine): wrong join code")
      try await Task.sleep(nanoseconds: UInt64(wait) * 1_000_000)
      throw HTTPFailure(.forbidden, "wrong join code")
    }
  }

  /// A file of `share`, piece by piece: images are hundreds of megabytes, and a class comes at once.
  private func file(_ name: String, _ request: HTTPRequest) async throws -> HTTPResponse {
    let path = "\(wish.course)/share/\(name)"
    guard File.exists(path) else { throw HTTPFailure(.notFound, "the course has no \(name)") }
    let file = try FileDescriptor.open(path, O_RDONLY)
    let size = lseek(file.number, 0, SEEK_END)
    lseek(file.number, 0, SEEK_SET)
    if name == Course.file { wish.log("\(request.client.address.oneLine): joins") }
    let descriptor = file.release()
    return HTTPResponse(
      headers: ["Content-Type": "application/octet-stream", "Content-Length": "\(size)"],
      body: .stream { stream in
        let file = FileDescriptor(owning: descriptor)
        var rest = size
        while rest > 0 {
          let count = min(rest, 256 << 10)
          let number = file.number
          let bytes = try await BlockingWork.run { () -> [UInt8] in
            var buffer = [UInt8](repeating: 0, count: count)
            let got = read(number, &buffer, count)
            return Array(buffer.prefix(max(0, got)))
          }
          guard !bytes.isEmpty else { throw HTTPFailure(.internalServerError, "\(name) was cut") }
          try await stream.write(bytes)
          rest -= bytes.count
        }
      })
  }

  private func takeIn(_ request: HTTPRequest) async throws -> HTTPResponse {
    let content = try await request.body.collect(upTo: Int(SubmissionReader.sizeLimit))
    let item: Collection.Item
    do {
      item = try await BlockingWork.run { [self] in
        try desk.withLock { _ in try Collection.keep(content, "submission", in: wish.output) }
      }
    } catch let error as DklabError where error.id.hasPrefix("submission.") {
      wish.log("\(request.client.address.oneLine): \(error.message().oneLine)")
      throw HTTPFailure(.badRequest, error.message.en)
    }
    wish.log("\(item.student.oneLine): \(item.file)")
    let answer: JSONValue = ["file": .string(item.file), "student": .string(item.student)]
    return HTTPResponse(type: "application/json", bytes: Array(answer.text().utf8))
  }

  private func report(_ request: HTTPRequest) async throws -> HTTPResponse {
    let content = try await request.body.collect(upTo: BoardReport.sizeLimit)
    guard let value = try? JSONValue.parse(String(decoding: content, as: UTF8.self)),
      let report = try? value.decode(as: BoardReport.self),
      (try? StudentIdentity.validate(report.student)) != nil, report.failing.count <= 100
    else { throw HTTPFailure(.badRequest, "no report") }
    try await BlockingWork.run { [self] in
      try board.withLock { board in
        board.take(report, now: wallClockNanoseconds())
        try board.store(course: wish.course)
      }
    }
    return HTTPResponse(.noContent)
  }
}
