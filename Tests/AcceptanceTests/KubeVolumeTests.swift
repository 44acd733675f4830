import Documents
import Glibc
import Linux
import Testing

@Suite(
  "What pods see of their node",
  .enabled(if: KubeCluster.obstacle == nil, "\(KubeCluster.obstacle ?? "")"))
struct KubeVolumeTests {
  /// A pod that does one thing and ends; what it prints is looked at.
  private func pod(_ name: String, _ command: String, _ container: String, _ spec: String)
    -> String
  {
    """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name)}
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      \(spec)
      containers:
      - {name: main, image: busybox, command: [sh, -c, \(JSONValue.string(command))], \(container)}

    """
  }

  private static let settings = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {colour: blue}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: far-away}
    spec: {ports: [{port: 8765}]}

    """

  private var pods: String {
    pod(
      "memory", "stat -c %a /m; df -k /m | tail -n 1; grep ' /m ' /proc/mounts; cat /m/word",
      "volumeMounts: [{name: m, mountPath: /m}]",
      """
      volumes: [{name: m, emptyDir: {medium: Memory, sizeLimit: 2Mi}}]
        initContainers:
        - name: before
          image: busybox
          command: [sh, -c, echo shared > /m/word]
          volumeMounts: [{name: m, mountPath: /m}]
      """)
      + pod(
        "group", "stat -L -c '%a %g' /c/colour /e /t/token; touch /e/new; stat -c %g /e/new; id -u",
        "volumeMounts: [{name: c, mountPath: /c}, {name: e, mountPath: /e}, {name: t, mountPath: /t}]",
        """
        securityContext: {runAsUser: 1000, fsGroup: 1001}
          volumes:
          - {name: c, configMap: {name: settings, defaultMode: 0400}}
          - {name: e, emptyDir: {}}
          - {name: t, projected: {sources: [{serviceAccountToken: {path: token}}]}}
        """)
      + pod(
        "part", "ls /v; cat /one; touch /v/part/here/made",
        "env: [{name: ME, value: part}], volumeMounts: [{name: e, mountPath: /v}, "
          + "{name: e, mountPath: /p, subPathExpr: $(ME)/here}, {name: c, mountPath: /one, subPath: colour}]",
        "volumes: [{name: e, emptyDir: {}}, {name: c, configMap: {name: settings}}]")
      + pod(
        "made",
        "touch /c/new || echo kept; ln -sfn ../../../../srv /t/..data || echo kept; cat /c/colour",
        "volumeMounts: [{name: c, mountPath: /c, readOnly: false}, {name: t, mountPath: /t}]",
        """
        volumes:
          - {name: c, configMap: {name: settings}}
          - {name: t, projected: {sources: [{configMap: {name: settings}}]}}
        """)
      + pod(
        "escape", "ls /h; cat /h/hostname",
        "volumeMounts: [{name: e, mountPath: /h, subPath: way}]",
        """
        volumes: [{name: e, emptyDir: {}}]
          initContainers:
          - name: before
            image: busybox
            command: [ln, -s, /etc, /e/way]
            volumeMounts: [{name: e, mountPath: /e}]
        """)
      + pod(
        "upwards", "echo never",
        "env: [{name: UP, value: ..}], "
          + "volumeMounts: [{name: e, mountPath: /p, subPathExpr: $(UP)}]",
        "volumes: [{name: e, emptyDir: {}}]")
      + pod(
        "itself",
        "cat /etc/hosts /proc/sys/kernel/shm_rmid_forced; env; grep Seccomp: /proc/self/status",
        "securityContext: {seccompProfile: {type: Unconfined}}",
        """
        hostname: myself
          hostAliases: [{ip: 1.2.3.4, hostnames: [one, two]}]
          securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: "1"}]}
        """)
      + pod(
        "unsafe", "echo never", "imagePullPolicy: IfNotPresent",
        "securityContext: {sysctls: [{name: kernel.msgmax, value: \"1\"}]}")
      + pod(
        "root", "echo never", "securityContext: {runAsNonRoot: true}", "hostname: root")
  }

  @Test("volumes in memory, of groups and in parts; hosts, settings and users as pods ask for")
  func sights() throws {
    let cluster = try KubeCluster()
    defer { cluster.close() }
    let up = cluster.dklab("kube up --name \(cluster.name)")
    try #require(up.status == 0, "\(up)")
    cluster.apply(Self.settings + pods)
    func log(_ name: String) -> [String] {
      cluster.wait("--for=jsonpath={.status.phase}=Succeeded pod/\(name)")
      return cluster.kubectl("logs \(name)").lines
    }
    let memory = log("memory")
    #expect(memory.first == "777" && memory.last == "shared", "\(memory)")
    #expect(memory.count == 4 && memory[1].contains(" 2048 "), "\(memory)")
    #expect(memory.count == 4 && memory[2].hasPrefix("tmpfs /m tmpfs rw,"), "\(memory)")
    #expect(log("group") == ["440 1001", "2777 1001", "640 1001", "1001", "1000"])
    #expect(log("part") == ["part", "blue"])
    let made = log("made")
    #expect(made.filter { $0 == "kept" || $0 == "blue" } == ["kept", "kept", "blue"], "\(made)")
    let itself = log("itself")
    for line in [
      "# Kubernetes-managed hosts file.", "1.2.3.4\tone\ttwo", "1", "Seccomp:\t0",
      "FAR_AWAY_PORT_8765_TCP_PROTO=tcp", "FAR_AWAY_PORT_8765_TCP_PORT=8765",
    ] { #expect(itself.contains(line), "\(line) in \(itself)") }
    cluster.wait("--for=jsonpath={.status.reason}=SysctlForbidden pod/unsafe")
    #expect(cluster.kubectl("get pod unsafe -o jsonpath={.status.phase}").output == "Failed")
    for (name, words) in [
      ("upwards", "unable to provision SubPath `..`: must not contain '..'"),
      ("root", "container has runAsNonRoot and image will run as root"),
      ("escape", "failed to prepare subPath"),
    ] {
      let path = "jsonpath={.status.containerStatuses[0].state.waiting}"
      var state = ""
      let isTold = eventually(within: 30) {
        state = cluster.kubectl(["get", "pod", name, "-o", path]).output
        return state.contains("CreateContainerConfigError") && state.contains(words)
      }
      #expect(isTold, "\(name): \(state)")
    }
  }
}
