import Testing

@testable import Engine

@Suite("A link on the default bridge")
struct LinkEnvironmentTests {
  @Test("gives the variables that docker gives, the lowest port first")
  func variables() {
    let found = LinkEnvironment.variables(
      alias: "my-db", of: "web", address: "172.17.0.2", ports: ["8080/tcp", "53/udp"],
      environment: ["A=1", "PATH=/bin", "HOME=/"])
    #expect(
      found == [
        "MY_DB_PORT=udp://172.17.0.2:53", "MY_DB_PORT_53_UDP=udp://172.17.0.2:53",
        "MY_DB_PORT_53_UDP_ADDR=172.17.0.2", "MY_DB_PORT_53_UDP_PORT=53",
        "MY_DB_PORT_53_UDP_PROTO=udp", "MY_DB_PORT_8080_TCP=tcp://172.17.0.2:8080",
        "MY_DB_PORT_8080_TCP_ADDR=172.17.0.2", "MY_DB_PORT_8080_TCP_PORT=8080",
        "MY_DB_PORT_8080_TCP_PROTO=tcp", "MY_DB_NAME=/web/my-db", "MY_DB_ENV_A=1",
      ])
  }
}
