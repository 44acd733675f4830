import Documents
import Glibc
import Linux
import Testing

/// One server, as a pod; `NAME` answers requests with its name.
private func server(_ name: String, port: Int = 8080, _ more: String = "") -> String {
  """
  apiVersion: v1
  kind: Pod
  metadata: {name: \(name), labels: {app: web}}
  spec:
    hostname: \(name)
    subdomain: peers
    terminationGracePeriodSeconds: 0
    containers:
    - name: web
      image: busybox
      command: [sh, -c, "mkdir /www; hostname > /www/index.html; exec httpd -f -p \(port) -h /www"]
      ports: [{name: http, containerPort: \(port)}]
      readinessProbe: {tcpSocket: {port: http}, periodSeconds: 1}
  \(more)
  """
}

/// What the host hears from a port of its loopback; empty when nobody answers.
private func fetch(_ port: Int) -> String {
  let script =
    "exec 3<>/dev/tcp/127.0.0.1/\(port); printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3"
  return Sandbox.run(
    ["-c", script], program: "/bin/bash", environment: [:], seconds: 20
  ).lines.last ?? ""
}

/// What listens at `port` in a pod.
private func get(_ host: String, _ port: Int = 80) -> String {
  "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 \(host) \(port) | tail -n 1"
}

@Suite(
  "Services of a cluster",
  .enabled(if: KubeCluster.obstacle == nil, "\(KubeCluster.obstacle ?? "")"))
struct KubeServiceTests {
  private static let manifests =
    [server("web-a"), server("web-b", port: 8081)].joined(separator: "---\n") + """
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: client}
      spec:
        terminationGracePeriodSeconds: 0
        containers: [{name: sh, image: busybox, command: [sleep, "100000"]}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: peers}
      spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: other}
      spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: nobody}
      spec: {selector: {app: nobody}, ports: [{port: 80}]}

      """

  @Test("addresses, names and node ports lead to pods", arguments: ["", "userspace"])
  func traffic(mode: String) throws {
    let cluster = try KubeCluster(["DKLAB_KUBE_PROXY": mode])
    defer { cluster.close() }
    let up = cluster.dklab("kube up --name \(cluster.name)")
    #expect(up.status == 0, "\(up)")
    cluster.apply(Self.manifests)
    cluster.wait("--for=condition=Ready pod --all")
    func hear(_ host: String) -> String { cluster.shell("client", get(host)).text }
    // Both pods, by chance: named ports that are different numbers.
    #expect(
      eventually(within: 90) { hear("web") == "web-a" }
        && eventually(within: 90) { hear("web") == "web-b" })
    let address = cluster.kubectl("get svc web -o jsonpath={.spec.clusterIP}").text
    #expect(hear(address).hasPrefix("web-"))
    #expect(hear("other").hasPrefix("web-"))
    // A pod reaches itself through its service.
    let own = cluster.kubectl("get pod web-a -o jsonpath={.status.podIP}").text
    #expect(own.hasPrefix("10.244.0."))
    cluster.apply(
      """
      {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "self"},
       "spec": {"ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}
      """)
    cluster.apply(
      """
      {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "self"},
       "subsets": [{"addresses": [{"ip": "\(own)"}], "ports": [{"name": "http", "port": 8080}]}]}
      """)
    #expect(eventually(within: 90) { cluster.shell("web-a", get("self")).text == "web-a" })
    // One of a headless service, and one that nobody answers for: refused, not silent.
    #expect(cluster.shell("client", get("web-b.peers", 8081)).text == "web-b")
    #expect(cluster.shell("client", "nc -w 5 nobody 80").status != 0)
    let resolver = cluster.shell("client", "cat /etc/resolv.conf").output
    #expect(resolver.contains("nameserver 10.96.0.10\n") && resolver.contains("options ndots:5"))
    #expect(resolver.contains("search default.svc.cluster.local svc.cluster.local cluster.local"))
    // From the host.
    let port = cluster.kubectl("get svc web -o jsonpath={.spec.ports[0].nodePort}").text
    let number = try #require(Int(port))
    #expect(eventually(within: 90) { fetch(number).hasPrefix("web-") })
    // A pod that is gone is led to no more.
    #expect(cluster.kubectl("delete pod web-a --now").status == 0)
    #expect(eventually(within: 90) { (0..<6).allSatisfy { _ in hear("web") == "web-b" } })
  }

  @Test("a client that is to keep its pod keeps it")
  func affinity() throws {
    let cluster = try KubeCluster()
    defer { cluster.close() }
    #expect(cluster.dklab("kube up --name \(cluster.name)").status == 0)
    cluster.apply(Self.manifests)
    cluster.wait("--for=condition=Ready pod --all")
    let patch = ["patch", "svc", "web", "-p", #"{"spec": {"sessionAffinity": "ClientIP"}}"#]
    #expect(cluster.kubectl(patch).status == 0)
    func hear() -> String { cluster.shell("client", get("web")).text }
    let rules = cluster.dklab("kube rules --name \(cluster.name)")
    if rules.status == 0 {
      #expect(
        eventually(within: 90) {
          cluster.dklab("kube rules --name \(cluster.name)").output.contains("@clients-")
        })
    }
    let first = hear()
    #expect(first.hasPrefix("web-"))
    for _ in 0..<8 { #expect(hear() == first) }
  }

  @Test("a pod asks the API by its service, with the token it finds")
  func api() throws {
    let cluster = try KubeCluster()
    defer { cluster.close() }
    #expect(cluster.dklab("kube up --name \(cluster.name)").status == 0)
    cluster.apply(Self.manifests)
    cluster.wait("--for=condition=Ready pod/client")
    // There is nothing in the image that speaks TLS: the address answers, and the files are there.
    let ask = "echo | timeout 5 nc -w 5 kubernetes.default 443; test $? != 1 && echo open"
    #expect(cluster.shell("client", ask).output.hasSuffix("open\n"))
    let place = "/var/run/secrets/kubernetes.io/serviceaccount"
    #expect(cluster.shell("client", "cat \(place)/namespace").text == "default")
    let token = cluster.shell("client", "cat \(place)/token").text
    let server = cluster.kubectl("config view -o jsonpath={.clusters[0].cluster.server}").text
    let who = cluster.kubectl([
      "--kubeconfig=/dev/null", "--server=\(server)", "--insecure-skip-tls-verify",
      "--token=\(token)", "auth", "whoami",
    ])
    #expect(who.output.contains("system:serviceaccount:default:default"), "\(who)")
    let names = cluster.kubectl("get svc,endpoints -n kube-system kube-dns -o name")
    #expect(names.lines == ["service/kube-dns", "endpoints/kube-dns"])
  }

  @Test("what is switched off is missed, and comes back")
  func switches() throws {
    let cluster = try KubeCluster()
    defer { cluster.close() }
    #expect(cluster.dklab("kube up --name \(cluster.name)").status == 0)
    cluster.apply(Self.manifests)
    cluster.wait("--for=condition=Ready pod/client")
    func resolves() -> Bool {
      cluster.shell("client", "nslookup web.default.svc.cluster.local").output.contains("10.96.")
    }
    #expect(eventually(within: 90) { resolves() })
    #expect(cluster.dklab("kube stop kube-dns --name \(cluster.name)").status == 0)
    #expect(!resolves())
    #expect(cluster.dklab("kube start coredns --name \(cluster.name)").status == 0)
    #expect(eventually(within: 90) { resolves() })
    let unknown = cluster.dklab("kube stop nothing --name \(cluster.name)")
    #expect(unknown.status != 0 && unknown.errors.contains("kube-proxy"))
  }

  @Test("a new cluster takes no port that one which is stopped will want again")
  func portOfStopped() throws {
    let root = "/tmp/dklab-ports-of-clusters-\(UInt32.random(in: 0 ... .max))"
    let cluster = try KubeCluster(["DKLAB_ROOT": root])
    defer {
      cluster.close()
      try? Directory.removeTree(root)
    }
    try Directory.make("\(root)/kube/stopped")
    try File.replace(
      "\(root)/kube/stopped/cluster.json", #"{"port": 6443, "nodes": 1}"#, durable: false)
    let up = cluster.dklab("kube up --name \(cluster.name)")
    #expect(up.status == 0, "\(up)")
    let settings = try JSONValue.parse(File.text("\(root)/kube/\(cluster.name)/cluster.json"))
    let port = try #require(settings["port"]?.int)
    #expect(port != 6443 && port > 0)
    #expect(cluster.kubectl("get nodes").output.contains("Ready"))
  }
}
