import Documents
import Glibc
import Linux
import Testing

@Suite(
  "Probes and metrics of pods",
  .enabled(if: KubeCluster.obstacle == nil, "\(KubeCluster.obstacle ?? "")"))
struct KubeProbeTests {
  private static let openssl = "/usr/bin/openssl"
  private static let loader = "/usr/lib64/ld-linux-x86-64.so.2"
  private static let obstacle: String? =
    File.exists(openssl) && File.exists(loader) ? nil : "needs openssl and its loader"

  /// A pod in which the machine's openssl answers over TLS with the files of `home`.
  private func server(_ name: String, _ home: String, path: String) -> String {
    """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name)}
    spec:
      terminationGracePeriodSeconds: 0
      volumes: [{name: usr, hostPath: {path: /usr}}, {name: files, hostPath: {path: \(home)}}]
      containers:
      - name: main
        image: busybox
        workingDir: /files
        command:
        - \(Self.loader)
        - --library-path
        - /usr/lib/x86_64-linux-gnu
        - \(Self.openssl)
        - s_server
        - -HTTP
        - -quiet
        - -accept
        - "8443"
        - -cert
        - cert.pem
        - -key
        - key.pem
        volumeMounts: [{name: usr, mountPath: /usr}, {name: files, mountPath: /files}]
        readinessProbe: {httpGet: {scheme: HTTPS, port: 8443, path: \(path)}, periodSeconds: 1}

    """
  }

  /// Answers with what `case` says of the path, and keeps the fields that name somebody.
  private static let script = """
    #!/bin/sh
    read method path rest
    while read line && [ ${#line} -gt 1 ]; do
      case $line in X-Who*|Host*) echo "$path $line" >> /seen;; esac
    done
    case $path in
      /far) printf 'HTTP/1.1 302 x\\r\\nLocation: http://elsewhere.example/\\r\\n\\r\\ngone';;
      /near) printf 'HTTP/1.1 302 x\\r\\nLocation: /here\\r\\n\\r\\n';;
      /here) printf 'HTTP/1.1 200 x\\r\\n\\r\\n';;
      *) printf 'HTTP/1.1 500 x\\r\\n\\r\\n';;
    esac

    """

  private func servers(_ home: String) -> String {
    """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: plain}
    spec:
      terminationGracePeriodSeconds: 0
      volumes: [{name: files, hostPath: {path: \(home)}}]
      containers:
      - name: redirects
        image: busybox
        command: [sh, -c, "touch /seen; while :; do nc -l -p 8081 -e sh /files/answer; done"]
        volumeMounts: [{name: files, mountPath: /files}]
        readinessProbe:
          httpGet:
            {port: 8081, path: /near, httpHeaders: [{name: X-Who, value: me}, {name: Host, value: a.example}]}
          periodSeconds: 1
          failureThreshold: 100
        startupProbe: {httpGet: {port: 8081, path: /far}, periodSeconds: 1, failureThreshold: 100}
      - name: deaf
        image: busybox
        command: [sh, -c, "mkdir /www; exec httpd -f -p 8082 -h /www"]
        readinessProbe: {httpGet: {scheme: HTTPS, port: 8082}, periodSeconds: 1}
      - name: slow
        image: busybox
        command: [sleep, "100000"]
        readinessProbe: {exec: {command: [sleep, "54321"]}, periodSeconds: 1}
      - name: loopback
        image: busybox
        command: [sh, -c, "while :; do nc -l -s 127.0.0.1 -p 8083 < /dev/null; done"]
        readinessProbe: {tcpSocket: {port: 8083}, periodSeconds: 1}

    """
  }

  private static let load = """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: busy}
    spec:
      selector: {matchLabels: {app: busy}}
      template:
        metadata: {labels: {app: busy}}
        spec:
          terminationGracePeriodSeconds: 0
          containers:
          - name: loop
            image: busybox
            command: [sh, -c, "while :; do :; done"]
            resources: {requests: {cpu: 5m}, limits: {cpu: 50m}}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: busy}
    spec:
      maxReplicas: 2
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: busy}

    """

  @Test(
    "probes speak TLS, follow redirects and end what takes too long; load makes an autoscaler act",
    .enabled(if: obstacle == nil, "\(obstacle ?? "")"))
  func probes() throws {
    let cluster = try KubeCluster()
    defer { cluster.close() }
    let home = "\(cluster.home)/files"
    try Directory.make(home)
    let keys = Sandbox.run(
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "\(home)/key.pem", "-out",
        "\(home)/cert.pem", "-subj", "/CN=nobody", "-days", "2",
      ], program: Self.openssl, environment: [:])
    try #require(keys.status == 0, "\(keys)")
    try File.replace("\(home)/fine", "HTTP/1.0 200 ok\r\n\r\n")
    try File.replace("\(home)/broken", "HTTP/1.0 503 no\r\n\r\n")
    try File.replace("\(home)/answer", Self.script)
    let up = cluster.dklab("kube up --name \(cluster.name)")
    try #require(up.status == 0, "\(up)")
    cluster.apply(
      server("tls", home, path: "/fine") + server("ill", home, path: "/broken") + servers(home)
        + Self.load)
    cluster.wait("--for=condition=Ready pod/tls")
    cluster.wait(
      "--for=jsonpath={.status.containerStatuses[?(@.name==\"redirects\")].ready}=true pod/plain")
    checkEvents(cluster)
    let seen = cluster.kubectl("exec plain -c redirects -- sort -u /seen").output
    for part in ["/near X-Who: me", "/near Host: a.example", "/here X-Who: me"] {
      #expect(seen.contains(part), "\(seen)")
    }
    let processes = cluster.kubectl("exec plain -c slow -- ps").output
    #expect(processes.components("sleep 54321") <= 1, "\(processes)")
    checkLoad(cluster)
  }

  private func checkEvents(_ cluster: KubeCluster) {
    let wanted = [
      "Readiness probe failed: HTTP probe failed with statuscode: 503",
      "Startup probe warning: Probe terminated redirects, Response body: gone",
      "8082/\": http: server gave HTTP response to HTTPS client",
      "command timed out: \"sleep 54321\" timed out after 1s",
      "8083: connect: connection refused",
    ]
    var events = ""
    let hasAll = eventually(within: 60) {
      events = cluster.kubectl("get events -o custom-columns=M:.message").output
      return wanted.allSatisfy(events.contains)
    }
    #expect(hasAll, "\(events)")
    #expect(cluster.kubectl("get pod ill -o jsonpath={.status.phase}").output == "Running")
    #expect(cluster.kubectl("wait --for=condition=Ready=False --timeout=30s pod/ill").status == 0)
  }

  private func checkLoad(_ cluster: KubeCluster) {
    cluster.wait("--for=jsonpath={.status.desiredReplicas}=2 hpa/busy")
    cluster.wait("--for=condition=ScalingActive hpa/busy")
    let events = cluster.kubectl("events --for hpa/busy").output
    #expect(
      events.contains(
        "New size: 2; reason: cpu resource utilization (percentage of request) above target"),
      "\(events)")
    let top = cluster.kubectl("top pods --containers -l app=busy")
    #expect(top.status == 0 && top.output.contains("loop"), "\(top)")
    // At most its limit, and in any case something.
    let used = top.lines.dropFirst().compactMap { line in
      line.split(separator: " ").dropFirst(2).first.flatMap { Int($0.dropLast()) }
    }
    #expect(!used.isEmpty && used.allSatisfy { (1...60).contains($0) }, "\(top)")
    for command in [cluster.kubectl("top nodes"), cluster.dklab("kubectl top nodes")] {
      #expect(command.status == 0 && command.lines.count == 2, "\(command)")
    }
    let refused = cluster.kubectl("top pods --as somebody").errors
    #expect(refused.contains("cannot list resource \"pods\" in API group \"metrics.k8s.io\""))
  }
}

extension String {
  /// How often a text stands in this one.
  fileprivate func components(_ text: String) -> Int {
    split(separator: "\n").count { $0.contains(text) }
  }
}
