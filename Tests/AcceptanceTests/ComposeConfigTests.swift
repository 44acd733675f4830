import Linux
import Testing

/// `compose config` as a user types it, under all three names.
@Suite("compose config")
struct ComposeConfigTests {
  private func folder(_ text: String, _ name: String = "compose.yaml") throws -> String {
    let folder = "\(Sandbox.root)/compose-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(folder + "/deep")
    try File.replace("\(folder)/\(name)", text, durable: false)
    return folder
  }

  private func shell(_ sandbox: Sandbox, _ line: String) -> Sandbox.Output {
    var environment = sandbox.environment
    environment["DKLAB"] = Sandbox.binary
    return Sandbox.run(["-c", line], program: "/bin/sh", environment: environment)
  }

  private let text = """
    services:
      web:
        image: web:${TAG:-1}
        command: echo $$HOME
        profiles: [extra]
      db: {image: db}

    """

  @Test("finds the file in a folder above, and prints lists and documents")
  func config() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try folder(text)
    defer { try? Directory.removeTree(folder) }
    let here = "cd \(folder)/deep && "
    let services = shell(sandbox, here + "$DKLAB compose config --services")
    #expect(services.text == "db", "\(services)")
    let all = shell(sandbox, here + "$DKLAB compose --profile extra config --services")
    #expect(all.text == "db\nweb", "\(all)")
    let images = shell(sandbox, here + "TAG=7 $DKLAB compose --profile '*' config --images")
    #expect(images.text == "db\nweb:7", "\(images)")
    let json = shell(sandbox, here + "$DKLAB compose -p demo config --format json | tr -d ' \\n'")
    #expect(json.text.hasPrefix("{\"name\":\"demo\",\"services\":{\"db\":{\"image\""), "\(json)")
    let again = shell(
      sandbox,
      here + "$DKLAB compose --profile extra config > ../x.yaml && "
        + "$DKLAB compose --profile extra -f ../x.yaml config | diff - ../x.yaml")
    #expect(again.status == 0 && again.text.isEmpty, "\(again)")
  }

  @Test("answers as docker-compose, and says what is missing")
  func names() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try folder("services: {web: {imge: x}}\n", "docker-compose.yml")
    defer { try? Directory.removeTree(folder) }
    let mistake = shell(
      sandbox,
      "ln -s $DKLAB \(folder)/docker-compose && cd \(folder) && ./docker-compose config")
    #expect(mistake.status != 0 && mistake.output.isEmpty, "\(mistake)")
    #expect(mistake.errors.contains("docker-compose.yml:1:18"), "\(mistake)")
    #expect(mistake.errors.contains("unknown key `imge`"), "\(mistake)")
    #expect(mistake.errors.contains("did you mean `image`?"), "\(mistake)")
    let nothing = shell(sandbox, "cd / && $DKLAB compose config -q")
    #expect(nothing.status != 0, "\(nothing)")
    #expect(nothing.errors.contains("no configuration file provided: not found"), "\(nothing)")
    let unknown = shell(sandbox, "cd \(folder) && ./docker-compose confg")
    #expect(unknown.errors.contains("Did you mean `docker-compose config`?"), "\(unknown)")
  }
}
