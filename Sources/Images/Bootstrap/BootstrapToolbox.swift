import Linux
import Support

extension BootstrapRecipe {
  /// The machine's own shell and core programs with their libraries: always possible.
  static let toolbox: BootstrapRecipe = BootstrapRecipe(
    "toolbox",
    needs: Text(
      "this machine's own shell and core programs",
      ko: "이 컴퓨터의 셸과 기본 프로그램"), isStandIn: false
  ) { bootstrapper in
    let tree = try Toolbox.tree(bootstrapper)
    let layer = try bootstrapper.layer(tree, name: "toolbox")
    try bootstrapper.image(
      toolbox.references, adding: [(layer, "ADD programs of the host with their libraries in /")],
      isStandIn: false
    ) { config in
      config.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
      config.cmd = ["/bin/bash"].filter { _ in tree.contains("usr/bin/bash") }
      if config.cmd?.isEmpty == true { config.cmd = ["/bin/sh"] }
    }
  }
}

/// What goes into the image `toolbox`.
private enum Toolbox {
  static let required = ["sh", "ls", "cat", "echo", "sleep"]

  static let programs: [String] = """
    bash dash true false test [ printf env printenv pwd which yes
    ls cat cp mv rm mkdir rmdir touch ln chmod chown chgrp dd df du stat readlink realpath
    basename dirname mktemp install truncate sync mknod mkfifo
    head tail tac wc sort uniq cut tr seq tee paste comm join split nl fold expand shuf od
    md5sum sha1sum sha256sum base64 expr nproc numfmt date uname arch id whoami groups users tty
    nohup nice timeout chroot stdbuf getconf getent locale
    grep egrep fgrep sed awk gawk mawk find xargs diff cmp less more vi vim.tiny nano
    ps top kill pkill pgrep pidof free uptime watch w vmstat sysctl pmap pwdx
    hostname mount umount findmnt mountpoint dmesg lsns unshare nsenter setsid flock getopt
    setpriv logger script col hexdump lscpu ionice prlimit taskset renice
    tar gzip gunzip zcat xz bzip2 zstd
    useradd userdel usermod groupadd groupdel groupmod passwd chpasswd su login nologin runuser
    newgrp gpasswd chage chsh
    ip ss ping nc curl wget getcap setcap capsh
    clear reset tput stty file strace
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  static let terminals = [
    "x/xterm", "x/xterm-256color", "x/xterm-color", "l/linux", "v/vt100", "v/vt220", "d/dumb",
    "s/screen", "s/screen-256color", "t/tmux", "t/tmux-256color", "a/ansi",
  ]

  static func tree(_ bootstrapper: Bootstrapper) throws -> LayerTree {
    let closure = ELFClosure()
    let names = required + programs
    for (index, name) in names.enumerated() {
      if index % 10 == 0 {
        bootstrapper.phase(
          Text("collecting programs", ko: "프로그램 모으는 중"), done: index, total: names.count)
      }
      guard let path = find(name) else {
        guard !required.contains(name) else { throw missing(name, "no such program") }
        continue
      }
      do {
        try closure.add(program: path, as: target(name, path))
      } catch let problem as ELFClosure.Problem {
        // A program whose libraries cannot be found is left out; without a shell nothing works.
        guard !required.contains(name) else { throw missing(name, "\(problem)") }
      }
    }
    let hasModules = addLoginModules(to: closure)
    var tree = LayerTree()
    tree.addSkeleton(merged: true)
    if hasModules { tree.file("etc/pam.d/other", loginRules) }
    for (path, source) in closure.files {
      let isProgram = path.contains("bin/") || path.contains("/ld-") || path.contains(".so")
      tree.file(path, host: source, mode: isProgram ? 0o755 : 0o644)
    }
    let hasBash = tree.contains("usr/bin/bash")
    tree.addSettings(shell: hasBash ? "/bin/bash" : "/bin/sh")
    tree.file(
      "usr/lib/os-release",
      OSRelease(
        id: "dklab-toolbox", name: "dklab toolbox", versionID: "1", version: "1", codename: ""
      ).text(isStandIn: false))
    tree.link("etc/os-release", to: "../usr/lib/os-release")
    addData(to: &tree)
    return tree
  }

  /// The distribution's own program before one that the user's PATH puts in front of it.
  private static func find(_ name: String) -> String? {
    ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].map { "\($0)/\(name)" }.first(where: File.exists)
      ?? ChildProgram.find(name)
  }

  private static func target(_ name: String, _ path: String) -> String {
    path.contains("sbin/") ? "usr/sbin/\(name)" : "usr/bin/\(name)"
  }

  /// What su and passwd load by name while they run (pam(8)); false where they need nothing.
  private static func addLoginModules(to closure: ELFClosure) -> Bool {
    let libraries = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"]
    guard
      let directory = (libraries + ["/usr/lib"]).map({ $0 + "/security" })
        .first(where: File.isDirectory)
    else { return false }
    for module in ["permit", "deny", "rootok", "unix"] {
      let path = "\(directory)/pam_\(module).so"
      try? closure.add(program: path, as: ELFClosure.merged(path))
    }
    return true
  }

  private static let loginRules = """
    auth     sufficient pam_rootok.so
    auth     required   pam_unix.so
    account  required   pam_unix.so
    password required   pam_unix.so sha512
    session  required   pam_permit.so

    """

  /// Files that programs read: terminal descriptions, certificates, protocol names.
  private static func addData(to tree: inout LayerTree) {
    for terminal in terminals {
      let places = ["/lib/terminfo/", "/usr/share/terminfo/", "/usr/lib/terminfo/"]
      guard let place = places.first(where: { File.exists($0 + terminal) }) else { continue }
      tree.file("usr/share/terminfo/\(terminal)", host: place + terminal)
    }
    for name in ["etc/ssl/certs/ca-certificates.crt", "etc/protocols", "etc/services"] {
      if File.exists("/\(name)") { tree.file(name, host: "/\(name)") }
    }
  }

  private static func missing(_ program: String, _ why: String) -> DklabError {
    BootstrapRecipe.missing(
      "toolbox", Text("\(program): \(why)", ko: "\(program): \(why)"),
      hint: Text(
        "install \(program), or bring an image with `dklab load -i FILE`",
        ko: "\(program)을(를) 설치하거나 `dklab load -i 파일`로 이미지를 가져오세요"))
  }
}
