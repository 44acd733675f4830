import ArgumentParser
import Engine
import Glibc
import Images
import Linux
import Registry
import Support

struct Login: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "login", abstract: "Authenticate to a registry",
    usage: "\(ProgramName.current) login [OPTIONS] [SERVER]",
    discussion: "Defaults to Docker Hub if no server is specified.")

  @Option(name: .shortAndLong, help: "Password or Personal Access Token (PAT)")
  var password: String?
  @Flag(help: "Take the Password or Personal Access Token (PAT) from stdin")
  var passwordStdin = false
  @Option(name: .shortAndLong, help: "Username") var username: String?
  @Argument var server: String?

  func run() throws {
    let domain = RegistryName.domain(server)
    if password != nil {
      StandardError.print(
        "WARNING! Using --password via the CLI is insecure. Use --password-stdin.")
    }
    let credentials = try credentials(domain)
    try RegistryLogin.check(credentials, at: domain, root: DataRoot.current().path)
    var config = try DockerConfig()
    if try config.store(credentials, for: domain) {
      StandardError.print(
        Text(
          "\nWARNING! Your credentials are stored unencrypted in '\(config.path)'.",
          ko: "\n경고: 로그인 정보가 '\(config.path)'에 암호화되지 않은 채 저장되었습니다.")())
    }
    print("Login Succeeded")
  }

  private func credentials(_ domain: String) throws -> RegistryCredentials {
    if passwordStdin {
      guard let username, password == nil else {
        throw DklabError(
          .invalid, id: "login.stdin",
          password == nil
            ? Text(
              "Must provide --username with --password-stdin",
              ko: "--password-stdin에는 --username이 필요합니다")
            : Text(
              "--password and --password-stdin are mutually exclusive",
              ko: "--password와 --password-stdin을 함께 쓸 수 없습니다"))
      }
      let text = String(decoding: try readAll(STDIN_FILENO, limit: 1 << 20), as: UTF8.self)
      return RegistryCredentials(user: username, secret: String(text.prefix { !$0.isNewline }))
    }
    if let username, let password { return RegistryCredentials(user: username, secret: password) }
    guard isatty(STDIN_FILENO) == 1 else {
      throw DklabError(
        .invalid, id: "login.no-tty",
        Text(
          "cannot perform an interactive login from a non TTY device",
          ko: "터미널이 아니어서 사용자명과 비밀번호를 물을 수 없습니다"),
        hint: Text(
          "in scripts: -u USER --password-stdin", ko: "스크립트에서는 -u 사용자 --password-stdin을 쓰세요"))
    }
    let known = try DockerConfig().credentials(for: domain)?.user
    let suggestion = known.map { " (\($0))" } ?? ""
    let user = try username ?? ask("Username\(suggestion): ") ?? known ?? ""
    let secret = try password ?? SecretLine.read("Password: ")
    guard !user.isEmpty, !secret.isEmpty else {
      throw DklabError(
        .invalid, id: "login.empty",
        Text("username and password must not be empty", ko: "사용자명과 비밀번호를 입력해야 합니다"))
    }
    return RegistryCredentials(user: user, secret: secret)
  }

  private func ask(_ prompt: String) throws -> String? {
    ProgressLine.writeToStandardError(prompt)
    return readOneLine(STDIN_FILENO).flatMap { $0.isEmpty ? nil : $0 }
  }
}

struct Logout: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logout", abstract: "Log out from a registry",
    usage: "\(ProgramName.current) logout [SERVER]")

  @Argument var server: String?

  func run() throws {
    let domain = RegistryName.domain(server)
    var config = try DockerConfig()
    let shown = DockerConfig.server(of: domain)
    print(
      try config.erase(domain)
        ? "Removing login credentials for \(shown)" : "Not logged in to \(shown)")
  }
}

/// Servers as `login` takes them.
enum RegistryName {
  /// The domain of image names that `server`, perhaps with a scheme or a path, stands for.
  static func domain(_ server: String?) -> String {
    var text = (server ?? "")[...]
    for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
      text = text.dropFirst(scheme.count)
    }
    let host = String(text.prefix { $0 != "/" })
    let hub = ["", "docker.io", "index.docker.io", "registry-1.docker.io"]
    return hub.contains(host) ? "docker.io" : host
  }
}
