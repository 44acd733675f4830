import Glibc
import Linux
import Support

/// apt and dpkg of the machine, and a repository inside the image with some of the machine's programs
/// as packages: `apt-get update` and `apt-get install` do what they always do, without a network.
enum PackagedPrograms {
  /// Where the repository lies in the image.
  static let repository = "usr/share/dklab/apt"

  /// Whether the machine has what this takes.
  static var isPossible: Bool {
    ["/usr/bin/apt-get", "/usr/bin/dpkg", "/usr/lib/apt/methods/copy", "/usr/share/dpkg/cputable"]
      .allSatisfy(File.exists)
  }

  private static let programs = [
    "apt", "apt-get", "apt-cache", "apt-config", "apt-mark", "dpkg", "dpkg-deb", "dpkg-query",
    "dpkg-split", "dpkg-divert", "dpkg-statoverride", "dpkg-trigger", "update-alternatives",
  ]

  /// The tree that turns an image over `base` into one with packages.
  static func tree(over base: Image) throws -> LayerTree {
    let closure = ELFClosure()
    do {
      for name in programs where File.exists("/usr/bin/\(name)") {
        try closure.add(program: "/usr/bin/\(name)", as: "usr/bin/\(name)")
      }
      for name in ["copy", "file", "store"] {
        let path = "usr/lib/apt/methods/\(name)"
        try closure.add(program: "/\(path)", as: path)
      }
      for name in ["ldconfig", "start-stop-daemon"] {
        guard let path = ["/usr/sbin/", "/sbin/"].map({ $0 + name }).first(where: File.exists)
        else { continue }
        try closure.add(program: path, as: "usr/sbin/\(name)")
      }
    } catch let problem as ELFClosure.Problem {
      throw BootstrapRecipe.missing(
        "ubuntu", Text("\(problem)", ko: "\(problem)"),
        hint: Text("install apt again", ko: "apt를 다시 설치하세요"))
    }
    var tree = LayerTree()
    for (target, source) in closure.files where !base.has(target, sameAs: source) {
      tree.file(target, host: source, mode: 0o755)
    }
    for path in [
      "etc/apt/preferences.d", "etc/apt/sources.list.d", "etc/apt/trusted.gpg.d",
      "var/cache/apt/archives/partial", "var/lib/apt/lists/partial", "var/lib/dpkg/info",
      "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "var/lib/dpkg/alternatives", "var/log/apt",
      "etc/dpkg/dpkg.cfg.d", "etc/alternatives",
    ] {
      tree.directory(path)
    }
    for name in ["cputable", "ostable", "tupletable"] {
      tree.file("usr/share/dpkg/\(name)", host: "/usr/share/dpkg/\(name)")
    }
    tree.file("var/lib/dpkg/status", "")
    tree.file("var/lib/dpkg/available", "")
    tree.file("etc/apt/apt.conf.d/dklab", settings)
    tree.file("etc/apt/sources.list", sources)
    try DebianPackage.addRepository(packages(over: base), at: repository, to: &tree)
    return tree
  }

  /// `copy:` and not `file:`, so that indexes and packages lie where notes and lessons look for them.
  private static let sources = """
    # The packages of this stand-in, made of programs of the machine that made the image.
    deb [trusted=yes] copy:/\(repository) ./

    """

  /// As in the images of distributions, no package stays in the cache; and apt stays root, since in a
  /// user namespace there may be nobody else to become.
  private static let settings = """
    APT::Sandbox::User "root";
    APT::Install-Recommends "false";
    APT::Keep-Downloaded-Packages "false";
    Acquire::Languages "none";
    Dir::Cache::srcpkgcache "";
    Dir::Cache::pkgcache "";

    """

  /// A package of one program and the files it reads.
  private struct Wish {
    var name: String
    var program: String
    var data: String?
    var summary: String
  }

  private static let wishes = [
    Wish(
      name: "curl", program: "/usr/bin/curl",
      summary: "command line tool for transferring data with URL syntax"),
    Wish(
      name: "figlet", program: "/usr/bin/figlet-figlet", data: "/usr/share/figlet",
      summary: "make large character ASCII banners out of ordinary text"),
    Wish(
      name: "iputils-ping", program: "/usr/bin/ping",
      summary: "tools to test the reachability of network hosts"),
    Wish(
      name: "jq", program: "/usr/bin/jq",
      summary: "lightweight and flexible command-line JSON processor"),
  ]

  /// The program with the libraries that `base` lacks; nil when one of them cannot be found.
  private static func files(of wish: Wish, over base: Image) -> LayerTree? {
    let closure = ELFClosure()
    let target = ELFClosure.merged(wish.program.droppingSuffix("-\(wish.name)"))
    guard (try? closure.add(program: wish.program, as: target)) != nil else { return nil }
    var tree = LayerTree()
    for (path, source) in closure.files where path == target || !base.has(path, sameAs: source) {
      tree.file(path, host: source, mode: 0o755)
    }
    let data = wish.data ?? ""
    for name in (try? Directory.list(data)) ?? [] where !File.isDirectory("\(data)/\(name)") {
      tree.file("\(data.dropFirst())/\(name)", host: "\(data)/\(name)")
    }
    return tree
  }

  private static func packages(over base: Image) throws -> [DebianPackage] {
    var packages: [DebianPackage] = []
    if let path = ["/usr/sbin/nginx", "/usr/bin/nginx"].first(where: File.exists) {
      var tree = LayerTree()
      try WebServer.addNginx(path, to: &tree, over: base)
      packages.append(
        package("nginx", "small, powerful, scalable web/proxy server", tree, ["nginx-common"]))
      // As in Debian, a package of its own: it is why apt asks before it installs nginx.
      var common = LayerTree()
      common.file("usr/share/nginx/html/index.html", WebServer.welcomePage)
      packages.append(package("nginx-common", "common files for the web server nginx", common))
    }
    for wish in wishes where File.exists(wish.program) {
      if let tree = files(of: wish, over: base) {
        packages.append(package(wish.name, wish.summary, tree))
      }
    }
    return packages
  }

  private static func package(
    _ name: String, _ summary: String, _ files: LayerTree, _ depends: [String] = []
  ) -> DebianPackage {
    DebianPackage(
      name: name, version: "1:0-dklab", architecture: Platform.current.architecture,
      summary: summary, depends: depends, files: files)
  }
}

extension String {
  /// This text without `suffix` at its end.
  fileprivate func droppingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
