import Glibc
import Linux
import Testing

@Suite(.serialized, .enabled(if: containerObstacle == nil, "\(containerObstacle ?? "")"))
struct CommitTests {
  @Test("an image committed from a container has its changes, and only those as a new layer")
  func commit() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let script = "echo new >/new; rm /etc/passwd; mkdir -p /root/x; rm -r /home; mkdir /home"
    #expect(sandbox.run(["run", "--name", "c1", "busybox", "sh", "-c", script]).status == 0)
    let diff = sandbox.run("diff c1").lines
    #expect(diff.contains("A /new") && diff.contains("D /etc/passwd") && diff.contains("C /etc"))
    let result = sandbox.run([
      "commit", "-a", "me", "-m", "words", "-c", "CMD [\"cat\", \"/new\"]", "-c", "ENV A=b", "c1",
      "made:1",
    ])
    #expect(result.status == 0 && result.text.hasPrefix("sha256:"), "\(result)")
    #expect(sandbox.run("run --rm made:1").text == "new")
    #expect(sandbox.run("run --rm made:1 ls /etc/passwd").status != 0)
    let format = "{{.Author}} {{.Comment}} {{.Config.Env}} {{len .RootFS.Layers}}"
    let inspected = sandbox.run(["image", "inspect", "-f", format, "made:1"]).text
    #expect(inspected.hasPrefix("me words ") && inspected.contains("A=b"))
    #expect(inspected.hasSuffix(" 2"), "\(inspected)")
    let bad = sandbox.run(["commit", "-c", "RUN x", "c1"])
    #expect(bad.errors.contains("RUN is not a valid change command"))
  }

  @Test("a running container is paused for the moment of the commit and goes on after it")
  func running() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    sandbox.run("run -d --name c1 busybox sleep 1000")
    #expect(sandbox.run("commit c1 live").status == 0)
    #expect(sandbox.run(["inspect", "-f", "{{.State.Status}}", "c1"]).text == "running")
    let actions = sandbox.run([
      "events", "--since", "0", "--until", "0s", "--format", "{{.Action}}",
    ]).lines
    #expect(actions.suffix(3) == ["pause", "commit", "unpause"])
    // Nothing was written: no layer was added either.
    let layers = "{{len .RootFS.Layers}}"
    #expect(
      sandbox.run(["image", "inspect", "-f", layers, "live"]).text
        == sandbox.run(["image", "inspect", "-f", layers, "busybox"]).text)
  }

  @Test("an exported container is imported again with the same files, without its mounts")
  func export() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    sandbox.run([
      "run", "-d", "--name", "c1", "-v", "vol:/data", "busybox", "sh", "-c",
      "echo kept >/kept; echo lost >/data/lost; sleep 1000",
    ])
    #expect(eventually { sandbox.run("exec c1 cat /data/lost").status == 0 })
    let path = "/tmp/\(sandbox.instance).tar"
    defer { unlink(path) }
    #expect(sandbox.run("export -o \(path) c1").status == 0)
    #expect(sandbox.run(["import", "-c", "CMD sh", path, "again"]).status == 0)
    #expect(sandbox.run("run --rm again cat /kept").text == "kept")
    #expect(
      sandbox.run("run --rm again ls /data /proc/self/root/data").text.contains("lost") == false)
    sandbox.run("stop -t 0 c1")
    #expect(sandbox.run("export -o \(path) c1").status == 0)
    #expect(sandbox.run(["import", path, "again2"]).status == 0)
    #expect(sandbox.run("run --rm again2 cat /kept").text == "kept")
    #expect(sandbox.run("rmi -f again again2").status == 0)
  }

  @Test("cp reads and writes tar streams on either side")
  func streams() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    sandbox.run("run --name c1 busybox sh -c true")
    sandbox.run("create --name c2 busybox sh")
    let path = "/tmp/\(sandbox.instance)"
    try Directory.make(path + "/in/dir")
    defer { try? Directory.removeTree(path) }
    try File.replace(path + "/in/dir/.wh.file", "kept")
    let shell = { (line: String) in
      Sandbox.run(
        ["-c", line], program: "/bin/sh",
        environment: sandbox.environment.merging(["D": Sandbox.binary]) { $1 })
    }
    let sent = shell("tar -C \(path)/in -czf - dir | $D cp - c1:/tmp && $D start c1")
    #expect(sent.status == 0, "\(sent)")
    let listed = shell("$D cp c1:/tmp/dir - | tar -tf -")
    #expect(listed.lines == ["dir/", "dir/.wh.file"], "\(listed)")
    let carried = shell(
      "$D cp c1:/tmp/dir/.wh.file - | $D cp - c2:/root && $D cp c2:/root/.wh.file -")
    #expect(carried.output.contains("kept"), "\(carried)")
    #expect(shell("$D cp - c1:/etc/passwd </dev/null").errors.contains("must be a directory"))
    let over = shell(
      "mkdir \(path)/b && touch \(path)/b/etc && tar -C \(path)/b -cf - etc | $D cp - c1:/")
    #expect(over.errors.contains("cannot overwrite a directory"), "\(over)")
  }
}
