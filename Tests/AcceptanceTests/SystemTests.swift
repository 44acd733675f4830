import Linux
import Testing

@Suite(
  "Looking after an instance", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct SystemTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  var directory: String { "\(Sandbox.root)/instances/\(sandbox.instance)" }

  @Test("check agrees with a healthy instance, and names what does not agree") func check() throws {
    defer { sandbox.close() }
    sandbox.run("run -d --name one -v keep:/data busybox sleep 1000")
    sandbox.run("create --name two busybox true")
    let healthy = sandbox.run("system check")
    #expect(healthy.status == 0 && healthy.lines.last == "everything agrees", "\(healthy)")
    let two = sandbox.run("inspect -f {{.Id}} two").text
    try Directory.removeTree("\(directory)/containers/\(two)/upper")
    try Directory.removeTree("\(directory)/volumes/keep")
    let ill = sandbox.run("system check --format json")
    #expect(ill.status == 1)
    #expect(ill.text.contains("container.files-missing"), "\(ill)")
    #expect(ill.text.contains("volume.files-missing"))
  }

  @Test("files that a killed command left are gone with the next one") func leftovers() throws {
    defer { sandbox.close() }
    sandbox.run("create --name here busybox true")
    try Directory.make("\(directory)/containers/stray/upper")
    try Directory.make("\(directory)/volumes/stray/_data")
    #expect(sandbox.run("ps -a").lines.count == 2)
    #expect(!File.exists("\(directory)/containers/stray"))
    #expect(!File.exists("\(directory)/volumes/stray"))
    #expect(sandbox.run("start here").status == 0)
  }

  @Test("df counts images, containers and volumes, and what of them is not in use") func usage() {
    defer { sandbox.close() }
    sandbox.run(["run", "--name", "writer", "busybox", "sh", "-c", "head -c 4096 /dev/zero > /f"])
    sandbox.run("run --name reader -v data:/d busybox sh -c true")
    let lines = sandbox.run([
      "system", "df", "--format",
      "{{.Type}}|{{.TotalCount}}|{{.Active}}|{{.Size}}|{{.Reclaimable}}",
    ]).lines
    #expect(lines.first?.hasPrefix("Images|1|1|") == true, "\(lines)")
    #expect(lines.contains("Containers|2|0|4.096kB|4.096kB (100%)"), "\(lines)")
    #expect(lines.contains("Local Volumes|1|1|0B|0B"))
    let details = sandbox.run("system df -v")
    #expect(details.text.contains("Containers space usage:") && details.text.contains("4.1kB"))
  }

  @Test("prune removes what does not run, spares what a filter names, and asks first") func prune()
  {
    defer { sandbox.close() }
    sandbox.run("run -d --name up busybox sleep 1000")
    sandbox.run("create --name old -v /anonymous busybox true")
    sandbox.run("create --name kept --label keep=yes busybox true")
    let asked = sandbox.run(["system", "prune"], input: "n\n")
    #expect(asked.text.contains("all stopped containers") && asked.text.contains("[y/N]"))
    #expect(sandbox.run("ps -aq").lines.count == 3)
    #expect(sandbox.run("container prune -f --filter label!=keep").text.contains("Deleted"))
    #expect(Set(sandbox.run(["ps", "-a", "--format", "{{.Names}}"]).lines) == ["up", "kept"])
    let all = sandbox.run("system prune -f --volumes")
    #expect(all.status == 0 && all.text.contains("Deleted Volumes:"), "\(all)")
    #expect(sandbox.run(["ps", "-a", "--format", "{{.Names}}"]).lines == ["up"])
    #expect(sandbox.run("system check").status == 0)
  }
}
