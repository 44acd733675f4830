import ArgumentParser
import Engine
import EngineAPI
import Glibc
import HTTP
import Labs
import Linux
import Support

/// `dklab serve`: the Docker Engine API on a socket.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve the Docker Engine API, for docker and everything that speaks to it",
    usage: "\(ProgramName.current) serve [OPTIONS]")

  @Option(
    name: [.customShort("H"), .customLong("host")],
    help: "Where to listen: unix:///PATH or tcp://ADDRESS:PORT (default: \(Serve.standard))")
  var hosts: [String] = []
  @Option(help: "Group that may use the Unix socket (default: docker, if there is one)")
  var group: String?
  @Option(help: "TLS: certificate of this server (PEM)", completion: .file()) var tlscert: String?
  @Option(help: "TLS: its key (PEM)", completion: .file()) var tlskey: String?
  @Option(
    help: "TLS: accept only clients whose certificate this authority signed (PEM)",

    completion: .file())
  var tlscacert: String?
  @Option(
    name: .customLong("userns-remap"),
    help: "Give containers users of their own: default, USER[:GROUP], as numbers or names")
  var usernsRemap: String?
  @Flag(help: "Print unit files for systemd, and stop") var units = false

  /// Where it listens, and `doctor` looks, when nothing is said.
  static var standard: String {
    if geteuid() == 0 { return "unix:///run/dklab.sock" }
    let directory = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/tmp"
    return "unix://\(directory)/dklab.sock"
  }

  func run() throws {
    if units { return print(ServeUnits.text, terminator: "") }
    if let usernsRemap { setenv(UserRemap.variable, usernsRemap, 1) }
    if let docker = getenv("DKLAB_LAB_DOCKER") { try relay(to: String(cString: docker)) }
    let engine = try openEngine()
    let (root, instance) = (engine.root, engine.instance)
    try tellOfUsers()
    let signals = SignalWait(blocking: [SIGINT, SIGTERM])
    // From here on this process has threads: no forks, no changes of namespaces.
    let api = try EngineAPI(root: root, instance: instance, version: Version.text)
    api.reconcile()
    let sockets = try listeningSockets()
    var configuration = HTTPServer.Configuration()
    EngineAPI.configure(&configuration)
    configuration.tls = try tls()
    let server = try HTTPServer.start(on: sockets, configuration, handler: api.handler())
    api.restartContainers()
    tell(server.addresses)
    _ = signals.wait()
    server.stop()
    api.close()
  }

  /// In a lab that is done on a Docker Engine: another door to that engine, which answers itself.
  private func relay(to engine: String) throws -> Never {
    let host = hosts.first ?? ""
    guard hosts.count == 1, host.hasPrefix("unix://"), tlscert == nil else {
      throw DklabError(
        .unsupported, id: "serve.relay",
        Text(
          "this lab is done on the Docker Engine at \(engine): `serve` takes one -H unix:///PATH here",
          ko: "이 실습은 \(engine)의 Docker Engine에서 합니다. 여기서 `serve`에는 -H unix:///경로 하나만 줄 수 있습니다"))
    }
    let (address, path) = (try DockerAddress(engine), String(host.dropFirst(7)))
    StandardError.print(
      Text(
        "passing on to the Docker Engine at \(address)", ko: "\(address)의 Docker Engine으로 이어 줍니다")()
    )
    print("export DOCKER_HOST=\(host)")
    fflush(nil)
    try DockerRelay(to: address, outputs: nil).serve(at: path, mode: 0o660, bound: false) {}
  }

  private func listeningSockets() throws -> [ListeningSocket] {
    let passed = ListeningSocket.activated()
    if !passed.isEmpty { return passed }
    return try (hosts.isEmpty ? [Serve.standard] : hosts).map { text in
      let address = try ListenAddress(text)
      guard address.isLocal || (tlscert != nil && tlscacert != nil) else {
        throw DklabError(
          .denied, id: "serve.open",
          Text(
            "\(address): whoever reaches this socket is root here: it needs --tlscert, --tlskey and "
              + "--tlscacert",
            ko: "\(address): 이 소켓에 닿는 사람은 이 컴퓨터의 root입니다. --tlscert, --tlskey, --tlscacert가 필요합니다"),
          hint: Text(
            "or listen on 127.0.0.1, or on a Unix socket", ko: "또는 127.0.0.1이나 유닉스 소켓에서 수신하세요"))
      }
      return try ListeningSocket.open(address, group: socketGroup())
    }
  }

  /// The group that was asked for; else `docker`, where there is one and we may give it a file.
  private func socketGroup() -> String? {
    if let group { return group }
    guard geteuid() == 0, let docker = getgrnam("docker") else { return nil }
    return isMapped(docker.pointee.gr_gid) ? "docker" : nil
  }

  /// Whether this user namespace knows `gid` (user_namespaces(7)): without root most are not.
  private func isMapped(_ gid: gid_t) -> Bool {
    guard let map = try? File.text("/proc/self/gid_map", limit: 4096) else { return true }
    return map.split(separator: "\n").contains { line in
      let words = line.split(separator: " ").compactMap { UInt64($0) }
      return words.count == 3 && words[0] <= UInt64(gid) && UInt64(gid) < words[0] + words[2]
    }
  }

  private func tls() throws -> TLSIdentity? {
    guard tlscert != nil || tlskey != nil || tlscacert != nil else { return nil }
    guard let tlscert, let tlskey else {
      throw DklabError(
        .invalid, id: "serve.tls",
        Text("TLS needs both --tlscert and --tlskey", ko: "TLS에는 --tlscert와 --tlskey가 모두 필요합니다"))
    }
    return TLSIdentity(
      certificate: tlscert, key: tlskey,
      clients: tlscacert.map { .verified(authority: $0) } ?? .anyone)
  }

  /// As dockerd: a mapping that cannot be had is told at once, and who is mapped.
  private func tellOfUsers() throws {
    guard let setting = getenv(UserRemap.variable).map({ String(cString: $0) }), !setting.isEmpty
    else { return }
    let remap = try UserRemap.current()
    StandardError.print(
      remap.map { remap in
        Text(
          "User namespaces: ID ranges will be mapped to subuid/subgid ranges of: \(remap.owner)",
          ko: "사용자 네임스페이스: 컨테이너의 ID를 \(remap.owner)의 subuid/subgid 범위에 매핑합니다")()
      }
        ?? Text(
          "User namespaces: root cannot be remapped with itself; user namespaces are OFF",
          ko: "사용자 네임스페이스: root를 root 자신에 매핑할 수 없어 켜지 않습니다")())
  }

  private func tell(_ addresses: [ListenAddress]) {
    let list = addresses.map(\.description).joined(separator: ", ")
    StandardError.print(
      Text(
        "serving the Docker Engine API on \(list); Ctrl-C ends it, containers go on",
        ko: "Docker Engine API를 제공합니다: \(list). Ctrl-C로 끝냅니다. 컨테이너는 계속 실행됩니다")())
    if let first = addresses.first { print("export DOCKER_HOST=\(first)") }
    fflush(nil)
  }
}

/// Units for systemd: the socket is there from the boot on, the server starts with the first client.
enum ServeUnits {
  static var text: String {
    let program = (try? File.link("/proc/self/exe")) ?? "/usr/local/bin/dklab"
    return """
      # /etc/systemd/system/dklab.socket
      [Unit]
      Description=Docker Engine API of dklab

      [Socket]
      ListenStream=/run/dklab.sock
      SocketMode=0660
      SocketGroup=docker

      [Install]
      WantedBy=sockets.target

      # /etc/systemd/system/dklab.service
      [Unit]
      Description=dklab
      Requires=dklab.socket
      After=network.target dklab.socket

      [Service]
      ExecStart=\(program) serve
      # Containers outlive the server: only its own process is ended.
      KillMode=process
      Delegate=yes
      Restart=on-failure

      [Install]
      WantedBy=multi-user.target

      """
  }
}
