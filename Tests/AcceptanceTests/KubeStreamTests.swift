import Documents
import Glibc
import Linux
import Testing

@Suite(
  "Streams of pods",
  .enabled(if: KubeCluster.obstacle == nil, "\(KubeCluster.obstacle ?? "")"))
struct KubeStreamTests {
  private static let pods = """
    apiVersion: v1
    kind: Pod
    metadata: {name: web, labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: web
        image: busybox
        command: [sh, -c, "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www"]
        ports: [{containerPort: 8080}]
        readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: reader}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: cat, image: busybox, stdin: true, command: [sh, -c, "while read l; do echo got $l; done"]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}

    """

  private static func cluster() throws -> KubeCluster {
    let cluster = try KubeCluster()
    #expect(cluster.dklab("kube up --name \(cluster.name)").status == 0)
    cluster.apply(pods)
    cluster.wait("--for=condition=Ready pod --all")
    return cluster
  }

  @Test("kubectl port-forward leads a port of the host to a pod, in its messages and without")
  func portForward() throws {
    let cluster = try Self.cluster()
    defer { cluster.close() }
    for plain in ["true", "false"] {
      // The port is the kernel's choice, and is said on the first line.
      let script = """
        export KUBECTL_PORT_FORWARD_WEBSOCKETS=\(plain)
        coproc F { exec "$0" port-forward pod/web :8080; }
        read -r line <&${F[0]}; port=${line#*127.0.0.1:}; port=${port%% *}
        for i in 1 2; do
          exec 3<>/dev/tcp/127.0.0.1/$port
          printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3; exec 3>&-
        done
        kill $F_PID
        """
      let result = Sandbox.run(
        ["-c", script, cluster.kubectl], program: "/bin/bash", environment: cluster.environment,
        seconds: 60)
      #expect(result.lines == ["hello", "hello"], "websockets=\(plain): \(result)")
    }
  }

  @Test("attach joins what runs; the container goes on when the client leaves")
  func attach() throws {
    let cluster = try Self.cluster()
    defer { cluster.close() }
    let script = """
      (sleep 1; echo one; sleep 1; echo two; sleep 1) | timeout 20 "$0" attach -i reader -c cat &
      wait $!
      """
    let result = Sandbox.run(
      ["-c", script, cluster.kubectl], program: "/bin/bash", environment: cluster.environment,
      seconds: 60)
    #expect(result.output.contains("got one\n") && result.output.contains("got two\n"), "\(result)")
  }

  @Test("cp brings files there and back")
  func copy() throws {
    let cluster = try Self.cluster()
    defer { cluster.close() }
    let content = String(repeating: "0123456789abcdef\n", count: 20_000)
    try File.replace("\(cluster.home)/file", content)
    let there = cluster.kubectl("cp \(cluster.home)/file web:/tmp/file")
    #expect(there.status == 0, "\(there)")
    let back = cluster.kubectl("cp web:/tmp/file \(cluster.home)/back")
    #expect(back.status == 0, "\(back)")
    #expect(try File.text("\(cluster.home)/back") == content)
  }

  @Test("proxy passes requests on to pods and services")
  func proxy() throws {
    let cluster = try Self.cluster()
    defer { cluster.close() }
    let base = "/api/v1/namespaces/default"
    #expect(cluster.kubectl("get --raw \(base)/pods/web:8080/proxy/").text == "hello")
    #expect(cluster.kubectl("get --raw \(base)/services/web/proxy/index.html").text == "hello")
    let missing = cluster.kubectl("get --raw \(base)/services/web/proxy/nothing")
    #expect(missing.status != 0 && missing.errors.contains("NotFound"), "\(missing)")
    let closed = cluster.kubectl("get --raw \(base)/pods/web:81/proxy/")
    #expect(closed.status != 0 && closed.errors.contains("refused"), "\(closed)")
  }
}
