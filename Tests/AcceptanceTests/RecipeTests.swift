import Glibc
import Linux
import Testing

/// Images of Courseware/images, as a lab uses them.
@Suite("Images from recipes", .enabled(if: containerObstacle == nil, "\(containerObstacle ?? "")"))
struct RecipeTests {
  @Test("example/echo says hello docker to whoever asks")
  func echo() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    #expect(sandbox.run("run -d --name web example/echo").status == 0)
    let answers = eventually(within: 30) {
      sandbox.run("exec web wget -qO- http://127.0.0.1:8080/").output == "hello docker\n"
    }
    #expect(answers, "\(sandbox.run("logs web"))")
    #expect(
      sandbox.run(["image", "inspect", "-f", "{{json .Config.ExposedPorts}}", "example/echo"]).text
        == #"{"8080/tcp":{}}"#)
    #expect(
      sandbox.run("image inspect -f {{.Config.ExposedPorts}} example/echo").text
        == "map[8080/tcp:{}]")
  }

  @Test("cassandra takes its time, and loads a file of statements from another container")
  func cassandra() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    #expect(sandbox.run("run -d --name ring -e START_DELAY=1 cassandra:4.0.1").status == 0)
    let keyspaces = [
      "exec", "ring", "cqlsh", "-u cassandra", "-p cassandra", "-e describe keyspaces",
    ]
    #expect(eventually(within: 30) { sandbox.run(keyspaces).status == 0 })
    let address = sandbox.run("inspect -f {{.NetworkSettings.IPAddress}} ring").text
    let load = """
      printf "CREATE KEYSPACE shop\\n WITH replication = {'class': 'SimpleStrategy'};
      -- a comment
      CREATE TABLE shop.orders (id int PRIMARY KEY);" >/init.cql && cqlsh \(address) -f /init.cql
      """
    let loaded = sandbox.run(["run", "--rm", "cassandra:4.0.1", "/bin/bash", "-c", load])
    #expect(loaded.status == 0, "\(loaded)")
    #expect(sandbox.run(keyspaces).text.contains("shop"))
    let again = sandbox.run(["run", "--rm", "cassandra:4.0.1", "/bin/bash", "-c", load])
    #expect(again.status == 2 && again.errors.contains("already exists"), "\(again)")
  }

  @Test(
    "the notes' Dockerfile of Day 45 builds with the real apt-get, and without a network",
    .enabled(if: File.exists("/usr/lib/apt/methods/copy"), "needs apt"))
  func notes() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = try BuildFolder(
      """
      FROM ubuntu:18.04
      RUN apt-get update && apt-get upgrade -y
      RUN apt-get install -y nginx curl
      RUN rm -rf /var/lib/apt/lists/*
      """)
    let built = sandbox.run(["build", "--network=none", "-t", "nginx_image:0.1", folder.path])
    try #require(built.status == 0, "\(built)")
    #expect(sandbox.run("history -q nginx_image:0.1").lines.count >= 5)
    #expect(sandbox.run("run --rm nginx_image:0.1 nginx -v").errors.contains("nginx version"))
    #expect(sandbox.run("run --rm nginx_image:0.1 dpkg -s nginx").output.contains("install ok"))
    // Without -y apt asks, and nobody can answer.
    try folder.write(
      "Dockerfile", "FROM ubuntu:18.04\nRUN apt-get update && apt-get install nginx\n")
    let asked = sandbox.run(["build", "--network=none", folder.path])
    #expect(asked.status != 0 && asked.errors.contains("Abort."), "\(asked)")
  }

  @Test(
    "mysql refuses to start without a password, and keeps what its variables ask for",
    .enabled(if: packagesObstacle == nil, "\(packagesObstacle ?? "")"))
  func database() throws {
    let sandbox = try Sandbox(environment: ["DKLAB_UPLINK": "auto"])
    defer { sandbox.close() }
    let made = sandbox.run(["images", "bootstrap", "mysql:5.7"], seconds: 600)
    try #require(made.status == 0, "\(made)")
    let refused = sandbox.run("run --rm mysql:5.7")
    #expect(refused.status == 1 && refused.errors.contains("password option is not specified"))
    let settings = ["ROOT_PASSWORD=top", "DATABASE=shop", "USER=clerk", "PASSWORD=it's"]
      .flatMap { ["-e", "MYSQL_" + $0] }
    #expect(sandbox.run(["run", "-d", "--name", "db"] + settings + ["mysql:5.7"]).status == 0)
    let query = [
      "exec", "db", "mysql", "-h127.0.0.1", "-uclerk", "-pit's", "shop", "-Ne", "SELECT database()",
    ]
    #expect(
      eventually(within: 60) { sandbox.run(query).text == "shop" }, "\(sandbox.run("logs db"))")
    #expect(sandbox.run("exec db mysqladmin -uroot -ptop ping").text == "mysqld is alive")
    #expect(
      sandbox.run(["image", "inspect", "-f", "{{json .Config.Volumes}}", "mysql:5.7"]).text
        == #"{"/var/lib/mysql":{}}"#
    )
  }
}

/// Packages are hundreds of megabytes from somebody's mirror: only for who asks for it.
let packagesObstacle: String? =
  getenv("DKLAB_TEST_PACKAGES") == nil
  ? "needs DKLAB_TEST_PACKAGES=1, mmdebstrap and a mirror" : nil
