import Linux
import Testing

/// `compose up` and its kin on real containers.
@Suite("compose up", .enabled(if: containerObstacle == nil, "needs root"))
struct ComposeUpTests {
  private func project(_ sandbox: Sandbox, _ text: String) throws -> ComposeProject {
    try ComposeProject(sandbox, text)
  }

  private let pair = """
    services:
      db:
        image: toolbox
        command: sh -c 'echo ready; exec sleep infinity'
        init: true
        volumes: ["data:/data"]
      web:
        image: toolbox
        command: sh -c 'echo serving; exec sleep infinity'
        init: true
        depends_on: [db]
        environment: {GREETING: hello}
    volumes:
      data: {}

    """

  @Test(
    "makes network, volumes and containers with Docker Compose's names and labels, and takes them away"
  )
  func life() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let project = try project(sandbox, pair)
    defer { project.close() }
    let name = project.name
    let up = project.compose("up -d")
    #expect(up.status == 0, "\(up)")
    for line in [
      " Network \(name)_default  Created", " Volume \(name)_data  Created",
      " Container \(name)-db-1  Started", " Container \(name)-web-1  Started",
    ] {
      #expect(up.errors.contains(line + "\n"), "\(line) is missing: \(up)")
    }
    let labels = [
      "project": name, "service": "web", "container-number": "1", "oneoff": "False",
      "depends_on": "db:service_started:false", "project.working_dir": project.folder,
      "project.config_files": "\(project.folder)/compose.yaml",
    ]
    for (label, value) in labels {
      let found = project.inspect(
        "web-1", "{{index .Config.Labels \"com.docker.compose.\(label)\"}}")
      #expect(found == value, "\(label)")
    }
    let hash = project.compose("config --hash web").text
    let label = project.inspect(
      "web-1", "{{index .Config.Labels \"com.docker.compose.config-hash\"}}")
    #expect(hash == "web \(label)")
    let order =
      project.inspect("db-1", "{{.State.StartedAt}}")
      < project.inspect("web-1", "{{.State.StartedAt}}")
    #expect(order, "db starts before web")
    let reached = project.compose("exec -T web getent hosts db")
    #expect(reached.output.contains("db"), "\(reached)")
    let logs = project.compose("logs --no-color")
    #expect(logs.lines.sorted() == ["db-1   | ready", "web-1  | serving"], "\(logs)")
    let again = project.compose("up -d")
    #expect(again.errors == " Container \(name)-db-1  Running\n Container \(name)-web-1  Running\n")
    let list = project.compose("ps --format {{.Service}}:{{.State}}")
    #expect(list.lines == ["db:running", "web:running"], "\(list)")
    let projects = sandbox.run("compose ls --format json")
    #expect(projects.output.contains("\"Status\":\"running(2)\""), "\(projects)")
    let down = project.compose("down")
    #expect(down.status == 0, "\(down)")
    let stopped = down.errors.split(separator: "\n").filter { $0.hasSuffix("Stopped") }
    #expect(stopped == [" Container \(name)-web-1  Stopped", " Container \(name)-db-1  Stopped"])
    #expect(sandbox.run("ps -aq").text.isEmpty)
    #expect(sandbox.run("volume ls -q").text == "\(name)_data")
    #expect(project.compose("down --volumes").status == 0)
    #expect(sandbox.run("volume ls -q").text.isEmpty)
  }

  @Test("keeps data over down and up, and makes only that anew which changed")
  func changes() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let project = try project(sandbox, pair)
    defer { project.close() }
    #expect(project.compose("up -d").status == 0)
    project.compose(["exec", "-T", "db", "sh", "-c", "echo post > /data/post"])
    let db = project.inspect("db-1", "{{.Id}}")
    let web = project.inspect("web-1", "{{.Id}}")
    try project.write(pair.replacing("hello", with: "moin"))
    let dry = project.compose("up -d --dry-run")
    #expect(dry.output.contains("the configuration of web has changed"), "\(dry)")
    #expect(project.inspect("web-1", "{{.Id}}") == web, "a dry run changes nothing")
    let up = project.compose("up -d")
    #expect(up.errors.contains("Container \(project.name)-web-1  Recreated"), "\(up)")
    #expect(project.inspect("db-1", "{{.Id}}") == db)
    #expect(project.inspect("web-1", "{{.Id}}") != web)
    #expect(project.compose("exec -T web printenv GREETING").text == "moin")
    #expect(project.compose("down").status == 0)
    #expect(project.compose("up -d").status == 0)
    #expect(project.compose("exec -T db cat /data/post").text == "post")
    #expect(project.compose("up -d --scale web=3").status == 0)
    #expect(project.compose("ps -q web").lines.count == 3)
    #expect(project.compose("up -d").status == 0)
    #expect(project.compose("ps -q web").lines.count == 1)
    #expect(project.compose("down -v -t 1").status == 0)
  }

  @Test("a network that is made anew keeps the subnet that its file names")
  func sameSubnet() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let text = """
      services:
        one: {image: toolbox, command: sleep infinity, init: true}
      networks:
        default: {internal: false, ipam: {config: [{subnet: 10.77.33.0/24}]}}

      """
    let project = try project(sandbox, text)
    defer { project.close() }
    #expect(project.compose("up -d").status == 0)
    try project.write(text.replacing("internal: false", with: "internal: true"))
    let again = project.compose("up -d")
    #expect(again.status == 0, "\(again)")
    let network = sandbox.run([
      "network", "inspect", "-f", "{{.Internal}}", "\(project.name)_default",
    ])
    #expect(network.text == "true")
    #expect(
      project.inspect("one-1", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")
        .hasPrefix("10.77.33."))
  }

  @Test("waits for health and for completion, and says why it gave up")
  func conditions() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let text = """
      services:
        store:
          image: toolbox
          init: true
          command: sh -c 'sleep 1; touch /tmp/up; exec sleep infinity'
          healthcheck: {test: test -e /tmp/up, interval: 200ms, retries: 100}
        load:
          image: toolbox
          command: sh -c 'exit ${CODE:-0}'
          depends_on: {store: {condition: service_healthy}}
        app:
          image: toolbox
          init: true
          command: sleep infinity
          depends_on: {load: {condition: service_completed_successfully}}

      """
    let project = try project(sandbox, text)
    defer { project.close() }
    let up = project.compose("up -d --explain")
    #expect(up.status == 0, "\(up)")
    #expect(up.errors.contains("wait until store is healthy: load depends on it"), "\(up)")
    #expect(up.errors.contains("waited for: wait until load has ended with 0"), "\(up)")
    let events = sandbox.run(
      "events --since 10m --until 0s --format {{.Action}}:{{.Actor.Attributes.name}}"
    ).lines
    func place(_ what: String) -> Int { events.firstIndex { $0.hasPrefix(what) } ?? -1 }
    let healthy = place("health_status: healthy:\(project.name)-store-1")
    let load = place("start:\(project.name)-load-1")
    let done = place("die:\(project.name)-load-1")
    let app = place("start:\(project.name)-app-1")
    #expect(0 <= healthy && healthy < load && load < done && done < app, "\(events)")
    project.compose("down -t 1")
    sandbox.environment["CODE"] = "3"
    let failed = project.compose("up -d")
    #expect(failed.status != 0)
    #expect(
      failed.errors.contains("service \"load\" didn't complete successfully: exit 3"), "\(failed)")
    #expect(project.inspect("app-1", "{{.State.Status}}") == "created")
    project.compose("down -t 1")
  }

  @Test("shows what containers write, and ends with the status that was asked for")
  func attached() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let project = try project(
      sandbox,
      """
      services:
        test:
          image: toolbox
          command: sh -c 'echo one; echo two >&2; exit 7'
        long:
          image: toolbox
          init: true
          command: sleep infinity

      """)
    defer { project.close() }
    let up = project.compose("up --exit-code-from test")
    #expect(up.status == 7, "\(up)")
    #expect(up.output.contains("test-1  | one\n"), "\(up)")
    #expect(up.errors.contains("test-1  | two\n"), "\(up)")
    #expect(up.output.contains("test-1 exited with code 7\n"), "\(up)")
    #expect(project.inspect("long-1", "{{.State.Status}}") == "exited")
    project.compose("down")
  }

  @Test("leaves nothing behind when it cannot be done")
  func refused() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let project = try project(
      sandbox,
      """
      services:
        a: {image: busybox, command: sleep 9, ports: ["127.0.0.1:18999:80"]}
        b:
          image: toolbox
          ports:
            - "127.0.0.1:18999:81"

      """)
    defer { project.close() }
    func leavesNothing(_ what: String) {
      #expect(sandbox.run("ps -aq").text.isEmpty, "\(what)")
      #expect(!sandbox.run("network ls").output.contains(project.name), "\(what)")
    }
    let port = project.compose("up -d")
    #expect(port.status != 0)
    #expect(port.errors.contains("compose.yaml:6:"), "\(port)")
    #expect(port.errors.contains("of this project wants it too"), "\(port)")
    leavesNothing("a port twice")
    try project.write(
      "services: {a: {image: toolbox, networks: [far]}}\nnetworks: {far: {external: true}}\n")
    let network = project.compose("up -d")
    #expect(network.errors.contains("declared as external, but could not be found"), "\(network)")
    leavesNothing("an external network")
    try project.write("services:\n  a:\n    image: toolbox\n    gpus: all\n")
    let key = project.compose("up -d")
    #expect(key.errors.contains("compose.yaml:4:11: services.a.gpus is not supported"), "\(key)")
    leavesNothing("an unsupported key")
    try project.write("services: {a: {image: nowhere/nothing:1}}\n")
    let image = project.compose("up -d")
    #expect(image.status != 0 && image.errors.contains("nowhere/nothing:1"), "\(image)")
    leavesNothing("an image")
  }
}

extension ComposeUpTests {
  @Test("what cannot be is said before anything is made")
  func nothingLeft() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let project = try ComposeProject(
      sandbox, "services: {web: {image: busybox, command: sleep 1000, stop_signal: SIGKILL}}\n")
    defer { project.close() }
    func refused(_ words: [String], _ message: String) {
      let result = project.compose(words)
      #expect(result.status != 0 && result.errors.contains(message), "\(result)")
      #expect(!sandbox.run("network ls").output.contains(project.name))
    }
    refused(["run", "-p", "x", "web", "true"], "invalid containerPort: x")
    refused(["config", "--hash", "wep"], "no such service: wep")
    let rest = ": {image: busybox, volumes: ['data:/d']}}"
    try project.write("services: {web\(rest)\nvolumes: {data: {driver: nosuch}}\n")
    refused(
      ["up", "-d"], ":2:17: create \(project.name)_data: error looking up volume plugin nosuch")
    try project.write(
      "services: {web: {image: busybox}}\nnetworks: {default: {ipam: {config: [{subnet: 10.0.0.0/40}]}}}\n"
    )
    refused(["up", "-d"], ":2:21: invalid CIDR address: 10.0.0.0/40")
    try project.write("services: {web: {image: busybox, cpus: 90000}}\n")
    refused(["up", "-d"], "Range of CPUs is from 0.01 to")
    #expect(sandbox.run("ps -aq").text.isEmpty)
  }
}
