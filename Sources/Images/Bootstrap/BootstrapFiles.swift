import Linux
import Support

extension LayerTree {
  /// The directories every root file system has. With `merged`, /bin, /sbin and /lib are links into
  /// /usr, as in today's distributions.
  mutating func addSkeleton(merged: Bool) {
    for path in ["dev", "etc", "home", "mnt", "opt", "proc", "run", "srv", "sys", "var/log"] {
      directory(path)
    }
    for path in ["usr/bin", "usr/sbin", "usr/lib", "usr/local/bin", "var/lib", "var/cache"] {
      directory(path)
    }
    directory("root", mode: 0o700)
    directory("tmp", mode: 0o1777)
    directory("var/tmp", mode: 0o1777)
    link("var/run", to: "/run")
    if merged {
      directory("usr/lib64")
      for name in ["bin", "sbin", "lib", "lib64"] { link(name, to: "usr/\(name)") }
    } else {
      for name in ["bin", "sbin", "lib"] { directory(name) }
    }
  }

  /// The accounts and settings that programs look for.
  mutating func addSettings(shell: String) {
    addSystemAccounts(shell: shell)
    file("etc/nsswitch.conf", LayerTree.nsswitch)
    file("etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n")
    file("etc/profile", LayerTree.profile)
    file("etc/bash.bashrc", LayerTree.bashrc)
    file("root/.bashrc", LayerTree.bashrc)
    file("root/.profile", "if [ -n \"$BASH_VERSION\" ]; then . ~/.bashrc; fi\n")
    file("etc/shells", "/bin/sh\n/bin/bash\n")
    file("etc/login.defs", LayerTree.loginDefaults)
    file(
      "etc/default/useradd", "SHELL=/bin/sh\nGROUP=100\nHOME=/home\nINACTIVE=-1\nSKEL=/etc/skel\n")
    file("etc/skel/.bashrc", LayerTree.bashrc)
    file("etc/subuid", "")
    file("etc/subgid", "")
  }

  private mutating func addSystemAccounts(shell: String) {
    let accounts = LayerTree.systemAccounts(shell: shell)
    file("etc/passwd", accounts.map(\.passwdLine).joined())
    file("etc/group", LayerTree.groups(accounts))
    file("etc/shadow", accounts.map(\.shadowLine).joined(), mode: 0o640)
  }

  /// Adds `users` to the accounts that the image `base` has, each with a home.
  mutating func addUsers(_ users: [Account], over base: Image) throws {
    func text(_ path: String) throws -> String {
      let directory = base.lowerDirectories.first { File.exists("\($0)/\(path)") }
      return try directory.map { try File.text("\($0)/\(path)") } ?? ""
    }
    try file("etc/passwd", text("etc/passwd") + users.map(\.passwdLine).joined())
    try file("etc/group", text("etc/group") + users.map(\.groupLine).joined())
    try file("etc/shadow", text("etc/shadow") + users.map(\.shadowLine).joined(), mode: 0o640)
    for account in users {
      directory("home/\(account.name)", mode: 0o750, owner: account.id)
      file("home/\(account.name)/.bashrc", LayerTree.bashrc, owner: account.id)
    }
  }

  /// One line of /etc/passwd, with a group of the same name and number.
  struct Account {
    var name: String
    var id: UInt32
    var home: String
    var shell: String

    var passwdLine: String { "\(name):x:\(id):\(id):\(name):\(home):\(shell)\n" }
    var groupLine: String { "\(name):x:\(id):\n" }
    var shadowLine: String { "\(name):*:19700:0:99999:7:::\n" }
  }

  private static func systemAccounts(shell: String) -> [Account] {
    [
      Account(name: "root", id: 0, home: "/root", shell: shell),
      Account(name: "daemon", id: 1, home: "/usr/sbin", shell: "/usr/sbin/nologin"),
      Account(name: "mail", id: 8, home: "/var/mail", shell: "/usr/sbin/nologin"),
      Account(name: "www-data", id: 33, home: "/var/www", shell: "/usr/sbin/nologin"),
      Account(name: "nobody", id: 65_534, home: "/nonexistent", shell: "/usr/sbin/nologin"),
    ]
  }

  private static func groups(_ accounts: [Account]) -> String {
    let further = ["tty:x:5:", "disk:x:6:", "sudo:x:27:", "users:x:100:", "shadow:x:42:"]
    return accounts.map(\.groupLine).joined()
      + further.map { $0 + "\n" }.joined()
  }

  private static let nsswitch = """
    passwd:   files
    group:    files
    shadow:   files
    hosts:    files dns
    networks: files
    services: files
    protocols: files

    """

  private static let profile = """
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    if [ -n "$BASH_VERSION" ] && [ -f /etc/bash.bashrc ]; then . /etc/bash.bashrc; fi

    """

  private static let bashrc = """
    [ -z "$PS1" ] && return
    PS1='\\u@\\h:\\w\\$ '
    alias ls='ls --color=auto'
    alias ll='ls -alF'

    """

  private static let loginDefaults = """
    MAIL_DIR        /var/mail
    PASS_MAX_DAYS   99999
    PASS_MIN_DAYS   0
    PASS_WARN_AGE   7
    UID_MIN         1000
    UID_MAX         60000
    GID_MIN         1000
    GID_MAX         60000
    UMASK           022
    USERGROUPS_ENAB yes
    ENCRYPT_METHOD  SHA512

    """
}

/// What /etc/os-release says (os-release(5)).
struct OSRelease {
  var id: String
  var name: String
  var versionID: String
  var version: String
  var codename: String
  var like: String?

  /// The text; a stand-in says that it is one.
  func text(isStandIn: Bool) -> String {
    var lines = ["PRETTY_NAME=\"\(name) \(version)\"", "NAME=\"\(name)\""]
    lines += ["VERSION_ID=\"\(versionID)\"", "VERSION=\"\(version)\"", "ID=\(id)"]
    if !codename.isEmpty { lines.append("VERSION_CODENAME=\(codename)") }
    if let like { lines.append("ID_LIKE=\(like)") }
    if isStandIn {
      lines += ["VARIANT=\"dklab stand-in\"", "VARIANT_ID=dklab-standin", "DKLAB_STANDIN=1"]
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
