import Linux
import Support
import Testing

@testable import Images

@Suite struct BootstrapTests {
  let directory: TemporaryDirectory
  let content: ContentStore

  init() throws {
    directory = try TemporaryDirectory()
    content = try directory.content()
  }

  private var library: ImageStore { ImageStore(content: content, scope: ImageStore.library) }

  /// The failures among `results`, as text.
  private func failures(_ results: [BootstrapResult]) -> [String] {
    results.compactMap { result in
      if case .failed(let error) = result.outcome { "\(result.recipe): \(error)" } else { nil }
    }
  }

  @Test("the programs of toolbox run on their own in a changed root", .enabled(if: isRoot))
  func toolbox() throws {
    var phases: Set<String> = []
    let results = try Bootstrapper(content: content).bootstrap(["toolbox"]) {
      phases.insert($0.phase.en)
    }
    #expect(failures(results).isEmpty)
    #expect(phases.contains("collecting programs") && phases.contains("writing toolbox"))
    let image = try library.resolve("toolbox")
    let root = try #require(image.lowerDirectories.first)
    let script = """
      for p in ls cat sleep id hostname ps printenv readlink which grep sed uname head tail mkdir \
        rm cp mv touch env wc sort date kill mount stat chmod chown dd seq tr cut find test; do
        command -v $p > /dev/null || echo missing $p
      done
      id -un; uname -s; echo abc | sed s/b/X/ | grep X; seq 3 | tail -n 1; ls -d /tmp
      sh -c 'printenv NAME'; getent passwd nobody | cut -d: -f3
      """
    let output = try run(["chroot", root, "/bin/sh", "-c", script], environment: ["NAME=value"])
    #expect(output == "root\nLinux\naXc\n3\n/tmp\nvalue\n65534\n")
    #expect(try run(["chroot", root, "/bin/bash", "-c", "echo $BASH_VERSION"]).count > 3)
    #expect(try status(root + "/tmp").st_mode & 0o7777 == 0o1777)
    // The layer belongs to this test alone, so that it may be changed here.
    guard hasAllIDs, ChildProgram.find("useradd") != nil else { return }
    let accounts = "groupadd docker && useradd -m student && usermod -aG docker student"
    try run(["chroot", root, "/bin/sh", "-c", accounts])
    #expect(try run(["chroot", root, "id", "-nG", "student"]) == "student docker\n")
    #expect(try run(["chroot", root, "su", "student", "-c", "id -un"]) == "student\n")
  }

  @Test("hello-world is one small program that greets and ends")
  func hello() throws {
    #expect(failures(try Bootstrapper(content: content).bootstrap(["hello-world"])).isEmpty)
    let image = try library.resolve("hello-world")
    #expect(image.config.config.cmd == ["/hello"])
    let root = try #require(image.lowerDirectories.first)
    let output = try run([root + "/hello"])
    #expect(output == Hello.message)
    #expect(output.split(separator: "\n").first == "Hello from Docker!")
    #expect(image.size < 4_096)
    // The other machine's program, as far as it can be looked at here.
    let arm = try #require(ELFFile(Hello.elf(machine: 183, code: Hello.codeARM)))
    #expect(arm.machine == 183)
    #expect(Hello.codeARM(10)[4..<8].elementsEqual([0xe1, 0x00, 0x00, 0x10]))
  }

  @Test("the first labs' images share their layers and tell their versions apart")
  func firstLab() throws {
    let results = try Bootstrapper(content: content).bootstrap()
    #expect(failures(results).isEmpty)
    let old = try library.resolve("ubuntu:16.04")
    let new = try library.resolve("ubuntu:18.04")
    #expect(old.id != new.id)
    #expect(old.layers.count >= 2 && old.layers.dropLast() == new.layers.dropLast())
    let own = try #require(old.layers.last)
    #expect(old.layers[0].size > 100 * own.size)
    for (image, version) in [(old, "16.04"), (new, "18.04")] {
      let text = try File.text(image.lowerDirectories[0] + "/usr/lib/os-release")
      #expect(text.contains("VERSION_ID=\"\(version)\"\n"))
      #expect(text.contains("DKLAB_STANDIN=1\n"))
      #expect(image.config.config.labels == ["dklab.standin": "true"])
      #expect(image.config.config.cmd == ["/bin/bash"])
    }
    let latest = try library.resolve("ubuntu")
    #expect(latest.tags.map(\.familiar) == ["ubuntu:24.04", "ubuntu:latest"])
    let accounts = try File.text(latest.lowerDirectories[0] + "/etc/passwd")
    #expect(accounts.contains("ubuntu:x:1000:1000:") && accounts.contains("www-data:x:33:"))
    let web = try library.resolve("docker/getting-started").config.config
    #expect(web.exposedPorts == ["80/tcp"] && web.stopSignal == "SIGQUIT")
    #expect(try library.resolve("nginx:1.25").id != library.resolve("nginx:1.27").id)
    #expect(try library.resolve("nginx").digests.count == 1)
  }

  @Test("the same machine makes the same digests, and what is there is left alone")
  func reproducible() throws {
    let other = try TemporaryDirectory()
    let names = ["ubuntu:16.04", "nginx", "hello-world"]
    let first = Bootstrapper(content: content)
    _ = try first.bootstrap(names)
    _ = try Bootstrapper(content: other.content()).bootstrap(names)
    let twin = ImageStore(content: try other.content(), scope: ImageStore.library)
    for name in names { #expect(try library.resolve(name).id == twin.resolve(name).id) }
    for result in try first.bootstrap(names) {
      guard case .present = result.outcome else {
        Issue.record("\(result.recipe) was made again")
        continue
      }
    }
    #expect(try first.bootstrap(["nginx:1.25", "nginx"]).map(\.recipe) == ["nginx"])
    let before = try library.list().map(\.id)
    _ = try first.bootstrap(names, force: true)
    #expect(try library.list().map(\.id) == before)
  }

  @Test("an unknown name is refused with the known ones, before anything is made")
  func unknown() throws {
    let error = #expect(throws: DklabError.self) {
      try Bootstrapper(content: content).bootstrap(["hello-world", "nothing"])
    }
    #expect(error?.id == "bootstrap.unknown")
    #expect(error?.hint?.en.contains("toolbox, busybox, debian:12") == true)
    #expect(try library.list().isEmpty)
  }

  @Test("a program's libraries are found, and a script brings its shell")
  func closure() throws {
    let closure = ELFClosure()
    let shell = try #require(ChildProgram.find("sh"))
    try closure.add(program: shell, as: "usr/bin/sh")
    let loader = try #require(try ELFFile.read(shell)?.interpreter)
    #expect(closure.files[ELFClosure.merged(loader)] == loader)
    #expect(closure.files.keys.contains { $0.hasSuffix("/libc.so.6") || $0.contains("musl") })
    try File.replace(directory.path + "/script", "#!/bin/sh\necho\n")
    let scripts = ELFClosure()
    try scripts.add(program: directory.path + "/script", as: "usr/bin/script")
    #expect(scripts.files["usr/bin/sh"] == "/bin/sh")
    try File.replace(directory.path + "/perl", "#!/usr/bin/perl\n")
    #expect(throws: ELFClosure.Problem.self) {
      try scripts.add(program: directory.path + "/perl", as: "usr/bin/perl")
    }
    #expect(throws: ELFClosure.Problem.self) {
      try scripts.add(program: directory.path + "/missing", as: "usr/bin/missing")
    }
  }

  @Test("a damaged program is read without a crash")
  func damagedProgram() throws {
    let shell = try #require(ChildProgram.find("sh"))
    let bytes = try File.read(shell)
    #expect(ELFFile([]) == nil)
    for length in [10, 63, 64, 120, 500, bytes.count / 2] {
      _ = ELFFile(Array(bytes[..<length]))
    }
    for position in 16..<1_024 {
      var copy = Array(bytes.prefix(16 << 10))
      copy[position] = 0xff
      _ = ELFFile(copy)
    }
  }
}
