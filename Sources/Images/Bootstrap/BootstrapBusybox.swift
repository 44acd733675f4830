import Linux
import Support

extension BootstrapRecipe {
  /// The machine's busybox, static or with its libraries; without one, the toolbox under its name.
  static let busybox: BootstrapRecipe = BootstrapRecipe(
    "busybox", tags: ["latest"],
    needs: Text(
      "this machine's busybox, else the toolbox stands in",
      ko: "이 컴퓨터의 busybox, 없으면 toolbox가 대신함"), isStandIn: false
  ) { bootstrapper in
    guard let path = ChildProgram.find("busybox") else {
      let base = try bootstrapper.base(.toolbox)
      try bootstrapper.image(busybox.references, on: base, adding: [], isStandIn: true) { config in
        config.cmd = ["sh"]
      }
      return
    }
    let layer = try bootstrapper.layer(try busyboxTree(path, bootstrapper), name: "busybox")
    try bootstrapper.image(
      busybox.references, adding: [(layer, "ADD busybox of the host in /")], isStandIn: false
    ) { config in
      config.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
      config.cmd = ["sh"]
    }
  }

  private static func busyboxTree(_ path: String, _ bootstrapper: Bootstrapper) throws -> LayerTree
  {
    bootstrapper.phase(Text("listing applets", ko: "애플릿 목록 읽는 중"))
    var tree = LayerTree()
    tree.addSkeleton(merged: true)
    let closure = ELFClosure()
    do {
      try closure.add(program: path, as: "usr/bin/busybox")
    } catch let problem as ELFClosure.Problem {
      throw missing(
        "busybox", Text("\(path): \(problem)", ko: "\(path): \(problem)"),
        hint: Text("install busybox-static", ko: "busybox-static을 설치하세요"))
    }
    for (target, source) in closure.files { tree.file(target, host: source, mode: 0o755) }
    for applet in try applets(path) where !tree.contains("usr/\(applet)") {
      tree.link("usr/\(applet)", to: "/bin/busybox")
    }
    tree.addSettings(shell: "/bin/sh")
    tree.file(
      "etc/os-release",
      OSRelease(id: "busybox", name: "BusyBox", versionID: "1", version: "1", codename: "")
        .text(isStandIn: false))
    return tree
  }

  /// `bin/ls`, `sbin/ifconfig`, …: where each applet belongs below /usr.
  private static func applets(_ path: String) throws -> [String] {
    let program = try ChildProgram([path, "--list-full"])
    let output = String(decoding: try readAll(program.output), as: UTF8.self)
    guard try program.wait().status.code == 0 else {
      throw missing(
        "busybox", Text("\(path) --list-full fails", ko: "\(path) --list-full이 실패합니다"),
        hint: Text("install busybox-static", ko: "busybox-static을 설치하세요"))
    }
    return output.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "/")
      guard let name = parts.last, name != "busybox" else { return nil }
      return parts.dropLast().last == "sbin" ? "sbin/\(name)" : "bin/\(name)"
    }
  }
}
