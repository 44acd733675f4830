import ArgumentParser
import Engine
import Glibc
import HTTP
import Images
import Linux
import Registry
import Support

/// `dklab registry …`: a registry of one's own.
struct RegistryGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "registry", abstract: "Run a private registry",
    subcommands: [RegistryServe.self, RegistryCollect.self, RegistryUser.self])
}

/// Where a registry keeps its contents.
struct RegistryDataOption: ParsableArguments {
  @Option(help: "Directory of the contents (default: registry in DKLAB_ROOT)") var data: String?

  func store(makes: Bool) throws -> RegistryStore {
    try RegistryStore(root: data ?? DataRoot.current().path + "/registry", makes: makes)
  }
}

struct RegistryServe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve a registry until Ctrl-C",
    usage: "\(ProgramName.current) registry serve [OPTIONS]",
    discussion: """
      Push to it and pull from it as from any other registry, with NAMES that begin with its \
      address: localhost:5000/me/app. With --proxy it is a cache of another registry, for everybody \
      who names it as a mirror.
      """)

  @Option(help: "Address to listen at: [HOST:]PORT (port 0: any)") var listen = "127.0.0.1:5000"
  @OptionGroup var data: RegistryDataOption
  @Option(help: "File of users and bcrypt hashes: who may come in") var htpasswd: String?
  @Option(help: "Certificate for TLS, a PEM file") var tlsCert: String?
  @Option(help: "Key of the certificate, a PEM file") var tlsKey: String?
  @Flag(help: "Take nothing in, delete nothing") var readOnly = false
  @Option(help: "Be a cache of this registry, for example docker.io") var proxy: String?
  @Flag(name: .shortAndLong, help: "Do not print a line for each request") var quiet = false

  func validate() throws {
    if (tlsCert == nil) != (tlsKey == nil) {
      throw ValidationError("give --tls-cert and --tls-key together")
    }
  }

  func run() throws {
    let address = try listenAddress()
    var options = RegistryServer.Configuration()
    options.users = try htpasswd.map { try Htpasswd(path: $0) }
    options.isReadOnly = readOnly
    if let proxy {
      options.upstream = try RegistryClient(
        domain: RegistryName.domain(proxy), root: DataRoot.current().path)
    }
    if !quiet {
      options.log = { method, target, status in
        ProgressLine.writeToStandardError("\(method) \(target) \(status)\n")
      }
    }
    let registry = RegistryServer(store: try data.store(makes: true), options)
    var serving = HTTPServer.Configuration()
    serving.threads = 2
    serving.failure = { error, _ in RegistryServer.failure(error) }
    if let tlsCert, let tlsKey {
      serving.tls = TLSIdentity(certificate: tlsCert, key: tlsKey)
    }
    // Before there are threads: they inherit that these signals wait for this one.
    var ends = sigset_t()
    sigemptyset(&ends)
    for signal in [SIGINT, SIGTERM] { sigaddset(&ends, signal) }
    pthread_sigmask(SIG_BLOCK, &ends, nil)
    let server = try HTTPServer.start(
      on: [try ListeningSocket.open(address)], serving, handler: registry.respond)
    tell(server.addresses.first ?? address)
    var signal: Int32 = 0
    sigwait(&ends, &signal)
    server.stop(grace: 2)
    if let upstream = options.upstream { try waitForTask { await upstream.close() } }
  }

  private func listenAddress() throws -> ListenAddress {
    if listen.hasPrefix("/") || listen.hasPrefix("unix:") { return try ListenAddress(listen) }
    return try ListenAddress("tcp://" + (listen.contains(":") ? listen : "127.0.0.1:\(listen)"))
  }

  private func tell(_ address: ListenAddress) {
    let shown = address.description.split(separator: "/").last.map(String.init) ?? ""
    StandardError.print(
      Text(
        "registry at \(tlsCert == nil ? "http" : "https")://\(shown)/v2/",
        ko: "레지스트리 주소: \(tlsCert == nil ? "http" : "https")://\(shown)/v2/")())
    guard !address.isLocal, htpasswd == nil || tlsCert == nil else { return }
    StandardError.print(
      Text(
        "WARNING: others in the network can reach it, and there is no "
          + (htpasswd == nil ? "--htpasswd" : "--tls-cert"),
        ko: "경고: 네트워크의 다른 사람이 접근할 수 있는데 "
          + (htpasswd == nil ? "--htpasswd" : "--tls-cert") + " 설정이 없습니다")())
  }
}

struct RegistryCollect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Delete contents that no manifest names",
    usage: "\(ProgramName.current) registry gc [OPTIONS]",
    discussion: "The registry may go on serving meanwhile: what is new stays.")

  @OptionGroup var data: RegistryDataOption
  @Flag(name: [.customShort("m"), .long], help: "Delete manifests without a tag, too")
  var deleteUntagged = false
  @Flag(name: .shortAndLong, help: "Say what would be deleted") var dryRun = false
  @Option(help: "Seconds for which what is new stays") var grace: Int64 = 3600

  func run() throws {
    var collector = RegistryCollector(store: try data.store(makes: false))
    collector.removesUntagged = deleteUntagged
    collector.isDryRun = dryRun
    collector.grace = grace
    let report = try collector.run()
    for manifest in report.manifests { print("manifest \(manifest)") }
    for blob in report.blobs { print("blob \(blob)") }
    let size = ByteSize.decimal(Double(report.bytes))
    let (blobs, manifests) = (report.blobs.count, report.manifests.count)
    print(
      dryRun
        ? Text(
          "would delete \(manifests) manifests and \(blobs) blobs: \(size)",
          ko: "삭제할 것: 매니페스트 \(manifests)개, 블롭 \(blobs)개, \(size)")()
        : Text(
          "deleted \(manifests) manifests and \(blobs) blobs: \(size)",
          ko: "삭제함: 매니페스트 \(manifests)개, 블롭 \(blobs)개, \(size)")())
    guard report.young > 0 else { return }
    StandardError.print(
      Text(
        "\(report.young) more blobs are named by nothing, but written within the last \(grace) seconds: "
          + "a push may be about to name them. --grace 0 does not wait",
        ko: "아무것도 가리키지 않는 블롭이 \(report.young)개 더 있지만 최근 \(grace)초 안에 쓰여서 남겨 둡니다. "
          + "지금 push가 사용할 수도 있습니다. 기다리지 않으려면 --grace 0을 쓰세요")())
  }
}

struct RegistryUser: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "htpasswd", abstract: "Print a line for an htpasswd file",
    usage: "\(ProgramName.current) registry htpasswd USER",
    discussion: "The password is asked for, or read from standard input.")

  @Argument var user: String

  func run() throws {
    guard !user.contains(":"), !user.isEmpty else {
      throw DklabError(
        .invalid, id: "htpasswd.user",
        Text("a user name has no colon: \(user)", ko: "사용자명에는 쌍점을 쓸 수 없습니다: \(user)"))
    }
    let password = try SecretLine.read(isatty(STDIN_FILENO) == 1 ? "Password: " : "")
    print("\(user):\(Bcrypt.hash(password))")
  }
}
