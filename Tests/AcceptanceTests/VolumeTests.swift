import Documents
import Glibc
import Linux
import Testing

@Suite("Volumes", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct VolumeTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  private func shell(_ flags: [String], _ script: String) -> Sandbox.Output {
    sandbox.run(["run", "--rm"] + flags + ["busybox", "sh", "-c", script])
  }

  @Test("a named volume outlives its containers, cannot be removed in use, and is gone after rm")
  func named() {
    defer { sandbox.close() }
    #expect(sandbox.run("volume create --label a=b data").text == "data")
    #expect(sandbox.run("volume create data").text == "data")
    _ = shell(["-v", "data:/d"], "echo kept > /d/file")
    #expect(shell(["-v", "data:/d"], "cat /d/file").text == "kept")
    sandbox.run("create --name user -v data:/d busybox true")
    // As with docker, also one that does not run shows its volumes to cp.
    #expect(sandbox.run("cp user:/d/file -").output.contains("kept"))
    let refused = sandbox.run("volume rm data")
    #expect(refused.status == 1 && refused.errors.contains("remove data: volume is in use - ["))
    sandbox.run("rm user")
    #expect(sandbox.run("volume ls").lines == ["DRIVER    VOLUME NAME", "local     data"])
    let fields = sandbox.run(
      "volume inspect -f {{.Name}}|{{.Driver}}|{{.Labels.a}}|{{.Scope}} data")
    #expect(fields.text == "data|local|b|local")
    #expect(sandbox.run("volume rm data").text == "data")
    #expect(sandbox.run("volume rm data").errors.contains("no such volume"))
    #expect(sandbox.run("volume rm -f data").status == 0)
  }

  @Test("anonymous volumes go with --rm and rm -v, and prune takes those that nobody uses")
  func anonymous() {
    defer { sandbox.close() }
    _ = shell(["-v", "/d"], "echo x > /d/file")
    #expect(sandbox.run("volume ls -q").output == "")
    sandbox.run("create --name one -v /d busybox true")
    sandbox.run("create --name two -v /d -v mine:/m busybox true")
    #expect(sandbox.run("volume ls -q").lines.count == 3)
    sandbox.run("rm -v one")
    sandbox.run("rm two")
    #expect(sandbox.run("volume ls -q --filter dangling=true").lines.count == 2)
    let pruned = sandbox.run("volume prune -f").output
    #expect(pruned.hasPrefix("Deleted Volumes:\n") && pruned.contains("Total reclaimed space: 0B"))
    #expect(sandbox.run("volume ls -q").text == "mine")
    #expect(sandbox.run("volume prune -af").output.contains("mine"))
  }

  @Test(
    "a new volume starts with what the image has there, with owner and mode; nocopy leaves it empty"
  )
  func firstUse() {
    defer { sandbox.close() }
    sandbox.run([
      "run", "--name", "maker", "busybox", "sh", "-c",
      "mkdir -m 750 /seed && echo seed > /seed/f && chown -R 12:34 /seed",
    ])
    sandbox.run("commit maker seeded")
    let look = "stat -c '%u:%g:%a' /seed; cat /seed/f"
    func run(_ flags: [String]) -> Sandbox.Output {
      sandbox.run(["run", "--rm"] + flags + ["seeded", "sh", "-c", look])
    }
    #expect(run(["-v", "v1:/seed"]).lines == ["12:34:750", "seed"])
    #expect(!run(["-v", "v2:/seed:nocopy"]).output.contains("seed\n"))
    #expect(
      !run(["--mount", "type=volume,source=v3,target=/seed,volume-nocopy"]).output.contains(
        "seed\n"))
    // What is in a volume already is never written over.
    _ = sandbox.run(["run", "--rm", "-v", "v1:/d", "busybox", "sh", "-c", "echo mine > /d/f"])
    #expect(run(["-v", "v1:/seed"]).lines.last == "mine")
  }

  @Test("--volumes-from brings another container's, read-only when asked")
  func volumesFrom() {
    defer { sandbox.close() }
    sandbox.run([
      "run", "--name", "owner", "-v", "shared:/s", "-v", "/anon", "busybox", "sh", "-c",
      "echo 1 > /s/f",
    ])
    #expect(shell(["--volumes-from", "owner"], "cat /s/f; ls -d /anon").lines == ["1", "/anon"])
    let readOnly = shell(["--volumes-from", "owner:ro"], "echo 2 > /s/f")
    #expect(readOnly.status != 0 && readOnly.errors.contains("Read-only file system"))
    #expect(shell(["--volumes-from", "owner:xx"], "true").errors.contains("invalid mode: xx"))
    #expect(sandbox.run("volume ls -q").lines.count == 2)
  }

  @Test(
    "--mount knows all its options: subpath, read-only, tmpfs size and mode, labels, propagation")
  func longForm() {
    defer { sandbox.close() }
    _ = shell(["-v", "tree:/t"], "mkdir -p /t/a/b; echo deep > /t/a/b/f; ln -s / /t/out")
    let inner = ["--mount", "type=volume,src=tree,dst=/m,volume-subpath=a/b"]
    #expect(shell(inner, "cat /m/f").text == "deep")
    let missing = shell(["--mount", "type=volume,src=tree,dst=/m,volume-subpath=nope"], "true")
    #expect(missing.status != 0 && missing.errors.contains("cannot access path"))
    // A link in the volume leads to the volume's own root, not to the host's.
    let linked = shell(["--mount", "type=volume,src=tree,dst=/m,volume-subpath=out"], "ls /m")
    #expect(!linked.output.contains("etc"))
    #expect(
      shell(["--mount", "type=volume,src=tree,dst=/m,readonly"], "echo x > /m/f").errors
        .contains("Read-only file system"))
    let memory = shell(
      ["--mount", "type=tmpfs,dst=/m,tmpfs-size=1m,tmpfs-mode=700"],
      "stat -c %a /m; df -k /m | tail -1 | tr -s ' ' | cut -d' ' -f2")
    #expect(memory.lines == ["700", "1024"])
    _ = shell(["--mount", "type=volume,src=labelled,dst=/m,volume-label=k=v"], "true")
    #expect(sandbox.run("volume inspect -f {{.Labels.k}} labelled").text == "v")
  }

  @Test("-v makes a missing host directory and --mount refuses")
  func missingSource() throws {
    defer { sandbox.close() }
    let directory = "/tmp/\(sandbox.instance)"
    defer { try? Directory.removeTree(directory) }
    let refused = shell(["--mount", "type=bind,src=\(directory)/a,dst=/m"], "true")
    #expect(refused.status == 125 && refused.errors.contains("bind source path does not exist"))
    #expect(!File.exists(directory))
    #expect(shell(["-v", "\(directory)/a:/m"], "echo made > /m/f").status == 0)
    #expect(try File.text("\(directory)/a/f") == "made\n")
  }

  @Test("the driver's options mount a directory or a file system; wrong ones are told")
  func driverOptions() throws {
    defer { sandbox.close() }
    let directory = "/tmp/\(sandbox.instance)"
    try Directory.make(directory)
    defer { try? Directory.removeTree(directory) }
    sandbox.run("volume create -o type=none -o o=bind -o device=\(directory) host")
    #expect(shell(["-v", "host:/m"], "echo there > /m/f").status == 0)
    #expect(try File.text("\(directory)/f") == "there\n")
    sandbox.run("volume create -o type=tmpfs -o device=tmpfs -o o=size=2m,mode=0711 memory")
    #expect(shell(["-v", "memory:/m"], "stat -c %a /m").text == "711")
    // What was mounted is the user's own, and stays.
    #expect(sandbox.run("volume rm host memory").status == 0)
    #expect(try File.text("\(directory)/f") == "there\n")
    for (line, words) in [
      ("volume create -o foo=bar x1", "invalid option: \"foo\""),
      ("volume create -o type=tmpfs x1", "missing required option: \"device\""),
      ("volume create -d nope x1", "plugin \"nope\" not found"),
      ("volume create x", "volume name is too short"),
      ("volume create a/b", "includes invalid characters"),
    ] {
      let result = sandbox.run(line)
      #expect(result.status != 0 && result.errors.contains(words), "\(line): \(result)")
    }
    #expect(sandbox.run("volume ls -q").output == "")
  }
}
