import Engine
import Support
import Testing

@testable import Compose

/// What a service of a file means to the engine.
@Suite("A service")
struct ServiceTests {
  static func model(_ text: String, environment: [String: String] = [:]) throws -> ProjectModel {
    var loader = ProjectLoader(files: ["/demo/compose.yaml"])
    loader.source = ComposeSource(read: { _ in text }, exists: { $0 == "/demo/compose.yaml" })
    loader.environment = environment
    return try ProjectModel(try loader.load())
  }

  @Test("has its logging driver and options, and a wrong one is told with its place")
  func logging() throws {
    func model(_ logging: String) throws -> ProjectModel {
      try Self.model("services:\n  web:\n    image: web\n    logging: \(logging)\n")
    }
    let service = try #require(
      try model("{driver: json-file, options: {max-size: 1m, max-file: 2}}").services.first)
    #expect(service.spec.host.logDriver == "json-file")
    #expect(service.spec.host.logOptions == ["max-size": "1m", "max-file": "2"])
    for wrong in ["{driver: syslog}", "{options: {max-size: big}}", "{options: {nosuch: \"1\"}}"] {
      let error = #expect(throws: DklabError.self) { try model(wrong) }
      #expect(error?.location?.line == 4, "\(wrong): \(String(describing: error))")
    }
  }

  @Test("is read into the engine's terms")
  func read() throws {
    let model = try Self.model(
      """
      services:
        web:
          image: web
          command: serve "two words"
          environment: {A: "1", GONE: }
          restart: on-failure:3
          stop_grace_period: 1m500ms
          ports: ["8080-8081:80-81/udp", "127.0.0.1::90"]
          expose: ["7000-7001"]
          volumes: ["data:/data:ro", "./conf:/conf", "/scratch"]
          tmpfs: ["/run:size=1m"]
          deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 64m, pids: 10}}}
          ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}
          cap_add: [net_admin]
          healthcheck: {test: curl -f x, interval: 5s, start_period: 1m}
          extra_hosts: {far: 10.0.0.1}
          networks: {back: {aliases: [w], ipv4_address: 10.1.0.5}, front: {priority: 9}}
      networks: {front: {}, back: {}}
      volumes: {data: {}}
      """)
    let service = try #require(model["web"])
    let host = service.spec.host
    #expect(service.spec.config.cmd == ["serve", "two words"])
    #expect(service.spec.config.env == ["A=1", "GONE"])
    #expect(host.restart == .onFailure(maximum: 3))
    #expect(service.spec.stopTimeout == 61)
    #expect(host.ports.map(\.containerPort) == [80, 81, 90])
    #expect(host.ports.map(\.hostPorts) == [8080...8080, 8081...8081, nil])
    #expect(host.ports[2].hostIP == "127.0.0.1")
    #expect(
      service.spec.config.exposedPorts.sorted()
        == ["7000/tcp", "7001/tcp", "80/udp", "81/udp", "90/tcp"])
    #expect(host.mounts.map(\.source) == ["demo_data", "/demo/conf", nil, nil])
    #expect(host.mounts.map(\.kind) == [.volume, .bind, .volume, .tmpfs])
    #expect(host.mounts[0].readOnly && !host.mounts[1].readOnly)
    #expect(service.replicas == 2)
    #expect((host.nanoCpus, host.memory, host.pidsLimit) == (500_000_000, 64 << 20, 10))
    #expect(host.ulimits.map(\.type) == ["RLIMIT_NOFILE", "RLIMIT_NPROC"])
    #expect(host.capAdd == ["CAP_NET_ADMIN"])
    #expect(service.spec.config.healthcheck?.test == ["CMD-SHELL", "curl -f x"])
    #expect(service.spec.config.healthcheck?.startPeriod == 60_000_000_000)
    #expect(host.extraHosts == ["far:10.0.0.1"])
    #expect(service.networks.map(\.key) == ["front", "back"], "the highest priority first")
    #expect(service.networks[1].aliases == ["w"])
  }

  @Test("with a key that cannot be carried out is refused with its place, all at once")
  func refused() throws {
    let text = """
      services:
        a:
          image: a
          gpus: all
        b:
          image: b
          blkio_config: {weight: 10}
      """
    #expect {
      try Self.model(text)
    } throws: { error in
      let problems = (error as? ComposeProblems)?.problems ?? []
      return problems.map { $0.message.en } == [
        "services.a.gpus is not supported", "services.b.blkio_config is not supported",
      ] && problems.map { $0.location?.line } == [4, 7]
    }
  }

  @Test("says what only a cluster would read")
  func ignored() throws {
    let model = try Self.model(
      "services: {a: {image: a, deploy: {placement: {constraints: [node.role==manager]}}}}")
    #expect(
      model.warnings.map(\.message.en) == [
        "services.a.deploy.placement is ignored: only a cluster's scheduler reads it"
      ])
  }

  @Test("takes secrets from files, variables and text")
  func files() throws {
    let model = try Self.model(
      """
      services:
        a:
          image: a
          secrets: [one, {source: two, target: deep/two, mode: 0440, uid: "7"}]
          configs: [three]
      secrets: {one: {file: ./one}, two: {environment: TWO}}
      configs: {three: {content: "text $${X}"}}
      """, environment: ["TWO": "2"])
    let files = try #require(model["a"]).files
    #expect(
      files.map(\.content) == [.file("/demo/one"), .text("2"), .text("text ${X}")])
    #expect(files.map(\.target) == ["/run/secrets/one", "/run/secrets/deep/two", "/three"])
    #expect(files[1].mode == 0o440 && files[1].user == 7)
  }

  @Test("has a fingerprint that changes with what its container is, and with nothing else")
  func hash() throws {
    func hash(_ more: String) throws -> String {
      try #require(Self.model("services: {a: {image: a, \(more)}, b: {image: b}}")["a"]).hash
    }
    let plain = try hash("command: x")
    #expect(plain.count == 64)
    #expect(try hash("command: [x]") == plain)
    for same in ["scale: 3", "depends_on: [b]", "pull_policy: always", "build: ."] {
      #expect(try hash("command: x, \(same)") == plain, "\(same)")
    }
    #expect(try hash("command: y") != plain)
    #expect(try hash("command: x, environment: {A: b}") != plain)
  }
}
