import Glibc
import Linux
import Testing

/// A directory with a Dockerfile, gone with the value.
final class BuildFolder {
  let path: String

  init(_ dockerfile: String, files: [String: String] = [:]) throws {
    path = "/tmp/dklab-build-test-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(path)
    try write("Dockerfile", dockerfile)
    for (name, text) in files { try write(name, text) }
  }

  deinit {
    try? Directory.removeTree(path)
  }

  func write(_ name: String, _ text: String) throws {
    let parts = name.split(separator: "/").dropLast()
    if !parts.isEmpty { try Directory.make("\(path)/\(parts.joined(separator: "/"))") }
    try File.replace("\(path)/\(name)", text)
  }
}

@Suite("build", .enabled(if: containerObstacle == nil, "\(containerObstacle ?? "")"))
struct BuildTests {
  @Test("a step's files reach the disk as a layer, and not once more when the step ends")
  func volatileSteps() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(
      """
      FROM busybox
      RUN grep '^overlay / ' /proc/mounts > /one
      RUN grep '^overlay / ' /proc/mounts > /two
      """)
    for options in [[], ["--squash"]] {
      let built = sandbox.run(["build", "-q", "--no-cache", "-t", "img"] + options + [folder.path])
      #expect(built.status == 0, "\(built)")
      let ran = sandbox.run("run --network none img cat /one /two")
      #expect(ran.lines.count == 2 && ran.lines.allSatisfy { $0.contains("volatile") }, "\(ran)")
    }
  }

  @Test("a step reads the build's hosts and resolv.conf, and has its own /etc/hostname")
  func filesOfSteps() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(
      """
      FROM busybox AS one
      RUN { echo x >> /etc/hosts; echo x >> /etc/resolv.conf; } 2> /refused; echo mine > /etc/hostname
      RUN grep -c ^x$ /etc/hosts /etc/resolv.conf > /counted; hostname >> /counted
      RUN cat /etc/hostname > /seen && grep buildkitsandbox /etc/hosts
      FROM busybox
      RUN test ! -e /etc/hostname && echo x > /own
      COPY --from=one /refused /counted /seen /
      RUN test ! -e /etc/hostname && touch /etc/hostname
      RUN test -e /etc/hostname && rm /etc/hostname
      RUN test ! -e /etc/hostname && cat /refused /counted /seen /own > /all
      """)
    let built = sandbox.run(["build", "-q", "--network=none", "-t", "img", folder.path])
    #expect(built.status == 0, "\(built)")
    let ran = sandbox.run("run --rm --network none img cat /all")
    #expect(
      ran.lines.map { $0.split(separator: ":").last.map(String.init) } == [
        " Read-only file system", " Read-only file system", "0", "0", "buildkitsandbox", "mine",
        "x",
      ], "\(ran)")
    // What a step says about its host's name is not in the image that mounts its own.
    #expect(sandbox.run("run --rm --network none -h web img cat /etc/hostname").text == "web")
  }

  @Test("an image is built, runs, and is the same from the cache")
  func roundTrip() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(
      """
      FROM busybox
      WORKDIR /srv
      COPY app.txt sub /app/
      RUN echo made > /made && rm /bin/ash
      ENV WHO=me
      CMD cat /app/app.txt /app/inner /made; echo $WHO; pwd; ls /bin/ash
      """, files: ["app.txt": "one\n", "sub/inner": "two\n"])
    let built = sandbox.run(["build", "-q", "-t", "img", folder.path])
    #expect(built.status == 0, "\(built)")
    let ran = sandbox.run("run --rm img")
    #expect(ran.output == "one\ntwo\nmade\nme\n/srv\n", "\(ran)")

    let again = sandbox.run([
      "build", "-t", "img", "--iidfile", folder.path + "/../iid", folder.path,
    ])
    #expect(again.errors.split(separator: "\n").count { $0.hasSuffix(" CACHED") } == 4, "\(again)")
    #expect(sandbox.run("image inspect -f {{.Id}} img").text == built.text)
    unlink(folder.path + "/../iid")

    // A comment and the time of a file are no part of it; what a file holds is.
    let commented = "# new comment\n" + (try File.text(folder.path + "/Dockerfile"))
    try folder.write("Dockerfile", commented)
    try folder.write("app.txt", "one\n")
    let plan = sandbox.run(["build", "--dry-run", folder.path])
    #expect(plan.output.contains("3 of 3 steps cached, 0 to run"), "\(plan)")
    try folder.write("app.txt", "changed\n")
    let changed = sandbox.run(["build", "--dry-run", folder.path])
    #expect(changed.output.contains("runs: changed: app.txt"), "\(changed)")
    #expect(changed.output.contains("1 of 3 steps cached, 2 to run"), "\(changed)")
  }

  @Test("only the stages that are needed are built, and files go from one to the other")
  func stages() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(
      """
      FROM busybox AS tools
      RUN mkdir /out && echo tool > /out/a && ln /out/a /out/b && ln -s a /out/c && chown 7:8 /out/a
      FROM busybox AS never
      RUN exit 9
      FROM scratch
      COPY --from=tools /out /x/
      COPY --from=tools --chown=5:6 --chmod=700 /out/a /y
      """)
    let out = folder.path + "/result"
    let built = sandbox.run(["build", "-o", out, folder.path])
    #expect(built.status == 0, "\(built)")
    var a = stat()
    var b = stat()
    #expect(stat(out + "/x/a", &a) == 0 && stat(out + "/x/b", &b) == 0)
    #expect(a.st_ino == b.st_ino && a.st_uid == 7 && a.st_gid == 8)
    #expect(try File.link(out + "/x/c") == "a")
    #expect(stat(out + "/y", &a) == 0 && a.st_uid == 5 && a.st_gid == 6)
    #expect(a.st_mode & 0o7777 == 0o700)
    let failing = sandbox.run(["build", "--target", "never", folder.path])
    #expect(failing.status == 1)
    #expect(
      failing.errors.contains(
        "ERROR: failed to solve: process \"/bin/sh -c exit 9\" did not complete successfully: "
          + "exit code: 9"), "\(failing)")
    #expect(failing.errors.contains("   4 | >>> RUN exit 9"), "\(failing)")
  }

  @Test(
    "the notes' mistakes get the errors they deserve",
    arguments: [
      (
        "FROM busybox\nCMD [\"nginx\"]\nCOPY app.js\n",
        "dockerfile parse error on line 3: COPY requires at least two arguments, but only one was "
          + "provided. Destination could not be determined"
      ),
      (
        "FROM busybox\nCOPY helloworld /usr/local/bin\n",
        "failed to compute cache key: failed to calculate checksum of ref: \"/helloworld\": not found"
      ),
      (
        "FRMO busybox\n",
        "dockerfile parse error on line 1: unknown instruction: FRMO (did you mean FROM?)"
      ),
      ("FROM busybox\nUSER basicuser\nRUN true\n", "unable to find user basicuser"),
      ("FROM nobody-has-this:1\n", "nobody-has-this:1: failed to resolve source metadata"),
    ])
  func mistakes(dockerfile: String, message: String) throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(dockerfile)
    let result = sandbox.run(["build", folder.path])
    #expect(result.status == 1)
    #expect(result.errors.contains(message), "\(result)")
    #expect(result.errors.contains(">>> "), "\(result)")
  }

  @Test("a build without a context is docker's usage error, word for word")
  func usage() throws {
    let result = Sandbox.run(["build", "-t", "x"], environment: ["DKLAB_LANG": "en"])
    #expect(result.status == 1)
    #expect(
      result.errors == """
        dklab: 'dklab build' requires 1 argument

        Usage:  dklab build [OPTIONS] PATH | URL | -

        Run 'dklab build --help' for more information

        """)
  }

  @Test(
    "a limit that cannot be read is refused by the name of its flag",
    arguments: [
      ("-m, --memory", "--memory=x"), ("--memory-swap", "--memory-swap=x"),
      ("--shm-size", "--shm-size=x"), ("-c, --cpu-shares", "-c=x"),
      ("--cpu-quota", "--cpu-quota=x"),
    ])
  func limits(flag: String, word: String) throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder("FROM busybox\n")
    let refused = sandbox.run(["build", word, folder.path])
    #expect(refused.status == 125, "\(refused)")
    #expect(refused.errors.contains("invalid argument \"x\" for \"\(flag)\" flag"), "\(refused)")
  }

  @Test("secrets and cache mounts leave nothing in the image, and a cache mount stays")
  func mounts() throws {
    let sandbox = try Sandbox(environment: ["TOKEN": "hush"])
    defer { sandbox.close() }
    let folder = try BuildFolder(
      """
      FROM busybox
      ARG N
      RUN --mount=type=secret,id=TOKEN --mount=type=cache,target=/cache cat /run/secrets/TOKEN && echo && \\
        echo $N >> /cache/log && cat /cache/log
      CMD ls /run /cache
      """)
    let first = sandbox.run(
      ["build", "--secret", "id=TOKEN", "--build-arg", "N=1", folder.path])
    #expect(first.errors.contains("hush"), "\(first)")
    let second = sandbox.run(
      ["build", "--secret", "id=TOKEN", "--build-arg", "N=2", "-t", "img", folder.path])
    #expect(second.errors.contains(" 1\n") && second.errors.contains(" 2\n"), "\(second)")
    let ran = sandbox.run("run --rm img")
    #expect(!ran.output.contains("secrets") && !ran.output.contains("log"), "\(ran)")
    #expect(!ran.errors.contains("/run: "), "\(ran)")
    #expect(sandbox.run("builder prune -a -f").output.contains("Total:"))
    #expect(sandbox.run("builder du").output.contains("Total:\t\t0B"))
  }

  @Test("a build that is killed leaves nothing running")
  func killed() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(
      "FROM busybox\nRUN touch /a\nRUN sleep 987654\nRUN echo the next one waits already\n")
    // Killed after its deadline, as by a machine that is short of memory.
    _ = sandbox.run(["build", folder.path], seconds: 4)
    let next = sandbox.run(["build", "--dry-run", folder.path])
    #expect(next.output.contains("1 of 3 steps cached"), "\(next)")
    let directory = "\(Sandbox.root)/instances/\(sandbox.instance)/build"
    #expect(eventually { !programIsRunning("sleep 987654") })
    #expect(eventually { processes(of: sandbox) == [] })
    #expect((try? Directory.list(directory)) == [])
  }

  /// Processes in control groups of the sandbox's instance.
  private func processes(of sandbox: Sandbox) -> [String] {
    ((try? Directory.list("/proc")) ?? []).filter { name in
      Int(name) != nil
        && (try? File.text("/proc/\(name)/cgroup"))?.contains(sandbox.instance) == true
    }
  }

  @Test("a step that was begun early and is not needed leaves nothing, and its stage goes on")
  func begunEarly() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    // The first two make the same layer, so that the third is found in the cache while it waits.
    func dockerfile(_ first: String, _ last: String) -> String {
      """
      FROM busybox
      RUN \(first) echo 1 > /x; touch -d @0 /x
      COPY app.txt /app.txt
      RUN touch -d @0 /y
      RUN echo $(cat /app.txt) \(last) > /z
      """
    }
    let folder = try BuildFolder(dockerfile("", "one"), files: ["app.txt": "app\n"])
    #expect(sandbox.run(["build", "-q", "-t", "img", folder.path]).status == 0)
    try folder.write("Dockerfile", dockerfile("sleep 0.5;", "two"))
    let again = sandbox.run(["build", "-t", "img", folder.path])
    #expect(again.errors.split(separator: "\n").count { $0.hasSuffix(" CACHED") } == 3, "\(again)")
    #expect(sandbox.run("run --rm --network none img cat /z").text == "app two")
    #expect(processes(of: sandbox) == [])

    try folder.write("Dockerfile", dockerfile("sleep 0.5; exit 7;", "three"))
    let failed = sandbox.run(["build", "--no-cache", folder.path])
    #expect(failed.status == 1 && failed.errors.contains("exit code: 7"), "\(failed)")
    #expect(processes(of: sandbox) == [])
    let audit = sandbox.run("system check")
    #expect(audit.status == 0, "\(audit)")
  }

  private func programIsRunning(_ line: String) -> Bool {
    ((try? Directory.list("/proc")) ?? []).contains { name in
      guard Int(name) != nil, let text = try? File.text("/proc/\(name)/cmdline") else {
        return false
      }
      return text.split(separator: "\0").joined(separator: " ") == line
    }
  }

  @Test("a step that was begun early and is killed while it waits is begun anew")
  func killedWaiting() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(
      "FROM busybox\nRUN sleep 31 & until test -e /go; do sleep 0.1; done\nRUN echo ran\n")
    let build = try BackgroundProgram(
      [Sandbox.binary, "build", "--progress=plain", "--network=none", folder.path],
      environment: sandbox.environment)
    func programs() -> [(pid: pid_t, words: String)] {
      processes(of: sandbox).compactMap { name in
        guard let pid = pid_t(name) else { return nil }
        let words = (try? File.text("/proc/\(pid)/cmdline")) ?? ""
        return (pid, words.split(separator: "\0").joined(separator: " "))
      }
    }
    func isWaiting(_ program: (pid: pid_t, words: String)) -> Bool {
      program.words.contains("__step")
    }
    #expect(eventually { programs().contains { $0.words == "sleep 31" } })
    #expect(eventually { programs().contains(where: isWaiting) })
    for program in programs() where isWaiting(program) { kill(program.pid, SIGKILL) }
    let sleeper = try #require(programs().first { $0.words == "sleep 31" })
    try File.replace("/proc/\(sleeper.pid)/root/go", "", durable: false)
    build.wait()
    #expect(build.printed.contains("RUN echo ran"), "\(build.printed)")
    #expect(
      build.printed.contains(" ran\n") && !build.printed.contains("ERROR"), "\(build.printed)")
    #expect(processes(of: sandbox) == [])
  }

  @Test("a context cannot reach outside of itself")
  func hostileContext() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder("FROM scratch\nCOPY link /x\n")
    #expect(symlink("/etc/passwd", folder.path + "/link") == 0)
    let result = sandbox.run(["build", folder.path])
    #expect(result.status == 1 && result.errors.contains("not found"), "\(result)")
    try folder.write("Dockerfile", "FROM scratch\nCOPY ../../../etc/passwd /x\n")
    #expect(sandbox.run(["build", folder.path]).status == 1)
    // A tree that an image wrote cannot either.
    try folder.write(
      "Dockerfile", "FROM busybox\nRUN ln -s ../../../../../../tmp /out\nCOPY Dockerfile /out/f\n")
    #expect(sandbox.run(["build", "-t", "img", folder.path]).status == 0)
    #expect(sandbox.run("run --rm img cat /tmp/f").output.contains("FROM busybox"))
    #expect(!File.exists("/tmp/f"))
  }

  @Test("what .dockerignore leaves out is not there, and a Dockerfile may come by a pipe")
  func ignored() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(
      "FROM busybox\nCOPY . /c\nRUN find /c -type f\n",
      files: [".dockerignore": "*\n!keep\n", "keep/a": "", "drop/b": "", "c": ""])
    let result = sandbox.run(["build", folder.path])
    #expect(result.errors.contains("/c/keep/a"), "\(result)")
    #expect(!result.errors.contains("/c/c") && !result.errors.contains("/c/drop"), "\(result)")
    let piped = sandbox.run(
      ["build", "-q", "-"], input: "FROM busybox\nRUN <<EOF\necho x > /y\nEOF\n")
    #expect(piped.status == 0 && piped.text.hasPrefix("sha256:"), "\(piped)")
  }

  @Test("with a date, the same build is the same image on every machine")
  func reproducible() throws {
    let folder = try BuildFolder(
      "FROM busybox\nCOPY f /f\nRUN echo x > /x && rm /f && mkdir /d\n", files: ["f": "1"])
    let ids = try (0..<2).map { _ in
      let sandbox = try Sandbox(environment: ["SOURCE_DATE_EPOCH": "1700000000"])
      defer { sandbox.close() }
      return sandbox.run(["build", "-q", "--no-cache", folder.path]).text
    }
    #expect(ids[0].hasPrefix("sha256:") && ids[0] == ids[1])
  }

  @Test("--check tells what could be better and fails")
  func check() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder("FROM busybox\nMAINTAINER me\nCMD nginx\n")
    let result = sandbox.run(["build", "--check", folder.path])
    #expect(result.status == 1)
    #expect(result.output.contains("WARNING: MaintainerDeprecated"), "\(result)")
    #expect(result.output.contains("Check complete, 2 warnings have been found!"), "\(result)")
  }

  @Test("--squash makes one layer of all that were made, and the tree stays what it was")
  func squash() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(
      """
      FROM busybox
      RUN mkdir -p /d/sub && echo a > /d/a && echo gone > /gone && ln -s /bin /link && rm /bin/ash
      RUN rm /gone && rm -r /d/sub && echo b > /d/b && rm -r /home && mkdir -m 700 /home \
        && rm /link && mkdir /link && echo x > /link/x && rm -r /root && echo r > /root
      ENV A=1
      RUN echo c > /d/a && ln /d/a /d/hard && chown 7:8 /d/b && chmod 4755 /d/b
      """)
    #expect(sandbox.run(["build", "-q", "-t", "plain", folder.path]).status == 0)
    let built = sandbox.run(["build", "-q", "--squash", "-t", "one", folder.path])
    #expect(built.status == 0 && built.errors.isEmpty, "\(built)")
    // Overlay counts the links of a directory as it likes.
    let look =
      "find / -xdev -mindepth 1 ( -path /proc -o -path /sys -o -path /dev -o -path /etc ) -prune "
      + "-o -exec stat -c %n:%a:%u:%g:%F:%Y {} +"
    let trees = ["plain", "one"].map { image in
      sandbox.run(
        ["run", "--rm", "--network=none", image] + look.split(separator: " ").map(String.init)
      )
      .lines.sorted()
    }
    #expect(trees[0].count > 20 && trees[0] == trees[1])
    #expect(sandbox.run("run --rm one cat /d/hard /d/b /link/x /root").output == "c\nb\nx\nr\n")
    #expect(sandbox.run("run --rm one stat -c %h /d/hard").text == "2")
    let layers = ["busybox", "one"].map {
      sandbox.run(["image", "inspect", "-f", "{{len .RootFS.Layers}}", $0]).text
    }
    #expect(layers == ["1", "2"])
    let plain = sandbox.run("image inspect -f {{.Id}} plain").text
    let base = sandbox.run("image inspect -f {{.Id}} busybox").text
    let history = sandbox.run(["history", "--no-trunc", "--format", "{{.Comment}}", "one"])
    #expect(history.lines.first == "merge \(plain) to \(base)", "\(history)")
    let again = sandbox.run(["build", "-q", "--squash", "-t", "one", folder.path])
    #expect(again.text == built.text, "the same from the cache")
  }
}
