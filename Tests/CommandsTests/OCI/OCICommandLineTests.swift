import Documents
import Support
import Testing

@testable import Commands

@Suite("The command line of the OCI runtime") struct OCICommandLineTests {
  private func read(_ line: String) throws -> OCICommandLine {
    try OCICommandLine(line.split(separator: " ").map(String.init))
  }

  @Test("containerd's shim is understood") func shim() throws {
    let line = try read(
      "--root /run/r --log /l.json --log-format json create --bundle /b --pid-file /p "
        + "--console-socket /s abc")
    #expect(line.verb.name == "create")
    #expect(line.arguments == ["abc"])
    #expect(line.value("root") == "/run/r" && line.value("log-format") == "json")
    #expect(line.value("bundle") == "/b" && line.value("console-socket") == "/s")
  }

  @Test("everything after the container of exec is its command") func exec() throws {
    let line = try read("exec -d -e A=b -tu 5:6 --cap CAP_KILL abc ls -l --all -- x")
    #expect(line.arguments == ["abc", "ls", "-l", "--all", "--", "x"])
    #expect(line.isOn("detach") && line.isOn("tty"))
    #expect(line.value("user") == "5:6" && line.all("env") == ["A=b"])
  }

  @Test("one dash is as good as two, and flags may follow the container") func dashes() throws {
    #expect(try read("create -bundle=/b abc").value("bundle") == "/b")
    #expect(try read("kill abc KILL --all").isOn("all"))
    #expect(try !read("delete --force=false abc").isOn("force"))
    #expect(try read("list -f json -q").value("format") == "json")
  }

  @Test(
    "what cannot be read is refused",
    arguments: [
      "create", "create a b", "state", "frobnicate x", "create --bundel /b a",
      "kill --all=perhaps a",
      "create --bundle", "--systemd-cgroup create a", "--cgroup-manager systemd list",
    ]) func refusals(text: String)
  {
    #expect(throws: DklabError.self) { try read(text) }
  }

  @Test("help, the version and nothing at all print something") func help() {
    for text in ["", "--help", "help", "--version", "create --help"] {
      #expect(throws: OCIHelp.self, "\(text)") { try read(text) }
    }
    #expect(OCIVerb.version.contains("spec: 1.2"))
    for verb in OCIVerb.all { #expect(OCIVerb.overview.contains("  \(verb.name) ")) }
  }

  @Test("the program is an OCI runtime by its name or by its first word") func names() {
    #expect(OCIMain.words(of: ["/x/dklab-oci", "state", "a"]) == ["state", "a"])
    #expect(OCIMain.words(of: ["dklab", "oci", "list"]) == ["list"])
    #expect(OCIMain.words(of: ["dklab", "run", "oci"]) == nil)
  }

  @Test(
    "what freezes processes into files is refused by name", arguments: ["checkpoint", "restore"])
  func checkpoints(verb: String) {
    let error = #expect(throws: DklabError.self) { try OCICommandLine([verb, "c"]) }
    #expect(error?.id == "oci.checkpoint")
  }

  @Test("durations are Go's") func durations() throws {
    #expect(try OCIEvents.milliseconds("5s") == 5000)
    #expect(try OCIEvents.milliseconds("1m30s") == 90_000)
    #expect(try OCIEvents.milliseconds("250ms") == 250)
    for text in ["", "5", "s", "-1s", "0s"] {
      #expect(throws: DklabError.self) { try OCIEvents.milliseconds(text) }
    }
  }

  @Test("features names every verb's world") func features() {
    let document = OCIFeatures.document
    #expect(document["ociVersionMin"]?.string == "1.0.0")
    #expect(document["hooks"]?.array?.count == 6)
    #expect(document["linux"]?["namespaces"]?.array?.contains("time") ?? false)
    #expect(document["mountOptions"]?.array?.contains("rro") ?? false)
    // Of a version of the specification later than the highest one that is named.
    #expect(document["linux"]?["netDevices"] == nil)
    let seccomp = document["linux"]?["seccomp"]
    #expect(seccomp?["archs"]?.array?.contains("SCMP_ARCH_X86_64") ?? false)
    #expect(seccomp?["actions"]?.array?.contains("SCMP_ACT_NOTIFY") ?? false)
    #expect(
      seccomp?["knownFlags"]?.array?.contains("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV") ?? false)
  }
}
