import Documents
import Glibc
import Linux
import Testing

@Suite(
  "Pods on a node", .enabled(if: KubeCluster.obstacle == nil, "\(KubeCluster.obstacle ?? "")"))
struct KubePodTests {
  /// A pod of one container with a shell command; `more` is what else the container says.
  private func pod(_ name: String, _ command: String, _ more: String = "", spec: String = "")
    -> String
  {
    """
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name)}
    spec:
      terminationGracePeriodSeconds: 20
      \(spec)
      containers:
      - name: main
        image: busybox
        command: [sh, -c, \(JSONValue.string(command))]
        \(more)

    """
  }

  private func inCluster(_ body: (KubeCluster) throws -> Void) throws {
    let cluster = try KubeCluster()
    defer { cluster.close() }
    let up = cluster.dklab("kube up --name \(cluster.name)")
    try #require(up.status == 0, "\(up)")
    try body(cluster)
  }

  private func get(_ cluster: KubeCluster, _ object: String, _ path: String) -> String {
    cluster.kubectl(["get", object, "-o", "jsonpath={\(path)}"]).output
  }

  @Test("hooks run after the start and before the end, and hold both up")
  func hooks() throws {
    try inCluster { cluster in
      let home = cluster.home
      try Directory.make("\(home)/shared", mode: 0o777)
      let volume = "volumes: [{name: v, hostPath: {path: \(home)/shared}}]"
      let mount = "volumeMounts: [{name: v, mountPath: /v}]"
      cluster.apply(
        pod(
          "hooked", "trap 'echo term >> /v/order; exit 0' TERM; while :; do sleep 0.1; done",
          "\(mount)\n    lifecycle: {"
            + "postStart: {exec: {command: [sh, -c, 'sleep 1; echo started >> /v/order']}}, "
            + "preStop: {exec: {command: [sh, -c, 'sleep 1; echo stopping >> /v/order']}}}",
          spec: volume)
          + pod(
            "refused", "sleep 1000", "lifecycle: {postStart: {exec: {command: ['false']}}}",
            spec: "restartPolicy: Never"))
      cluster.wait("--for=condition=Ready pod/hooked")
      #expect(try File.text("\(home)/shared/order") == "started\n")
      let deleted = cluster.kubectl("delete pod hooked")
      #expect(deleted.status == 0, "\(deleted)")
      #expect(try File.text("\(home)/shared/order") == "started\nstopping\nterm\n")
      cluster.wait("--for=jsonpath={.status.phase}=Failed pod/refused")
      let events = cluster.kubectl("events --for pod/refused")
      #expect(events.output.contains("FailedPostStartHook"), "\(events)")
    }
  }

  @Test("last words are told: from the file, or from the log when that is allowed")
  func lastWords() throws {
    try inCluster { cluster in
      let once = "restartPolicy: Never"
      cluster.apply(
        pod("file", "echo the disk is full > /dev/termination-log; exit 3", spec: once)
          + pod(
            "elsewhere", "echo here > /tmp/word; exit 0", "terminationMessagePath: /tmp/word",
            spec: once)
          + pod(
            "log", "echo only in the log; exit 1",
            "terminationMessagePolicy: FallbackToLogsOnError", spec: once)
          + pod("silent", "echo only in the log; exit 1", spec: once))
      for (name, phase, words) in [
        ("file", "Failed", "the disk is full\n"), ("elsewhere", "Succeeded", "here\n"),
        ("log", "Failed", "only in the log\n"), ("silent", "Failed", ""),
      ] {
        cluster.wait("--for=jsonpath={.status.phase}=\(phase) pod/\(name)")
        #expect(
          get(cluster, "pod/\(name)", ".status.containerStatuses[0].state.terminated.message")
            == words)
      }
    }
  }

  @Test("kubectl debug looks into a pod from a container of its own")
  func ephemeral() throws {
    try inCluster { cluster in
      cluster.apply(pod("plain", "exec sleep 98765"))
      cluster.wait("--for=condition=Ready pod/plain")
      let debug = cluster.kubectl([
        "debug", "plain", "--image=busybox", "--target=main", "--container=debugger", "--", "sh",
        "-c", "ps; hostname; sleep 1000",
      ])
      #expect(debug.status == 0, "\(debug)")
      cluster.wait(
        "--for=jsonpath={.status.ephemeralContainerStatuses[0].state.running.startedAt} pod/plain")
      #expect(
        eventually(within: 30) {
          let log = cluster.kubectl("logs plain -c debugger").output
          return log.contains("sleep 98765") && log.contains("plain")
        })
      #expect(get(cluster, "pod/plain", ".status.containerStatuses[0].restartCount") == "0")
      let gone = cluster.kubectl("delete pod plain --grace-period=1")
      #expect(gone.status == 0, "\(gone)")
    }
  }

  @Test("sidecars begin before what they serve, and a job's pod ends although they would not")
  func sidecars() throws {
    try inCluster { cluster in
      try Directory.make("\(cluster.home)/shared", mode: 0o777)
      let mount = "volumeMounts: [{name: v, mountPath: /v}]"
      let command =
        "trap 'echo side ended >> /v/order; exit 0' TERM; echo side >> /v/order; touch /up;"
      cluster.apply(
        pod(
          "work", "echo main >> /v/order", mount,
          spec: """
            restartPolicy: Never
              volumes: [{name: v, hostPath: {path: \(cluster.home)/shared}}]
              initContainers:
              - name: side
                image: busybox
                restartPolicy: Always
                startupProbe: {exec: {command: [test, -e, /up]}, periodSeconds: 1}
                command: [sh, -c, \(JSONValue.string(command + " while :; do sleep 0.1; done"))]
                \(mount)
            """))
      cluster.wait("--for=jsonpath={.status.phase}=Succeeded pod/work")
      #expect(try File.text("\(cluster.home)/shared/order") == "side\nmain\nside ended\n")
    }
  }

  @Test("volumes follow the objects they are made from, as one step")
  func liveUpdate() throws {
    try inCluster { cluster in
      cluster.apply(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {colour: blue, old: "yes"}

        """
          + pod(
            "reader", "exec sleep 100000",
            "volumeMounts: [{name: c, mountPath: /c}, {name: d, mountPath: /d}, "
              + "{name: c, mountPath: /fixed, subPath: colour}]",
            spec: "volumes: [{name: c, configMap: {name: settings}}, {name: d, downwardAPI: "
              + "{items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}]"))
      cluster.wait("--for=condition=Ready pod/reader")
      #expect(cluster.shell("reader", "cat /c/colour /fixed").output == "blueblue")
      cluster.apply(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {colour: red, new: "yes"}
        """)
      #expect(
        eventually(within: 30) { cluster.shell("reader", "cat /c/colour").output == "red" })
      #expect(cluster.shell("reader", "ls /c").lines == ["colour", "new"])
      #expect(cluster.shell("reader", "cat /fixed").output == "blue")
      #expect(cluster.kubectl("label pod reader tier=front").status == 0)
      #expect(
        eventually(within: 30) {
          cluster.shell("reader", "cat /d/labels").output.contains("tier=\"front\"")
        })
    }
  }

  @Test("a file on the node is a pod, until it is removed")
  func staticPods() throws {
    try inCluster { cluster in
      let place = "\(Sandbox.root)/kube/\(cluster.name)/kubelet-\(cluster.name)/manifests"
      try File.replace("\(place)/web.yaml", pod("web", "exec sleep 100000"))
      let name = "pod/web-\(cluster.name)"
      cluster.wait("--for=create \(name)")
      cluster.wait("--for=condition=Ready \(name)")
      let uid = get(cluster, name, ".metadata.uid")
      #expect(cluster.kubectl("delete \(name) --grace-period=1").status == 0)
      cluster.wait("--for=create \(name)")
      cluster.wait("--for=condition=Ready \(name)")
      #expect(get(cluster, name, ".metadata.uid") != uid)
      unlink("\(place)/web.yaml")
      cluster.wait("--for=delete \(name)")
    }
  }

  @Test("a claim finds its volume, and what one pod writes the next one reads")
  func claims() throws {
    try inCluster { cluster in
      let mount = "volumeMounts: [{name: v, mountPath: /v}]"
      let volume = "volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]"
      cluster.apply(
        """
        apiVersion: v1
        kind: PersistentVolume
        metadata: {name: disk}
        spec:
          capacity: {storage: 1Gi}
          accessModes: [ReadWriteOnce]
          hostPath: {path: \(cluster.home)/disk}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 500Mi}}}

        """
          + pod("writer", "echo kept > /v/file; exec sleep 100000", mount, spec: volume))
      cluster.wait("--for=jsonpath={.status.phase}=Bound pvc/data")
      cluster.wait("--for=condition=Ready pod/writer")
      #expect(cluster.kubectl("delete pvc data --wait=false").status == 0)
      #expect(get(cluster, "pvc/data", ".status.phase") == "Bound")
      #expect(cluster.kubectl("get pvc").output.contains("Terminating"))
      #expect(cluster.kubectl("delete pod writer --grace-period=0 --force").status == 0)
      cluster.wait("--for=delete pvc/data")
      cluster.wait("--for=jsonpath={.status.phase}=Released pv/disk")
      let content = try File.text("\(cluster.home)/disk/file")
      #expect(content == "kept\n")
    }
  }

  @Test("the parts of a cluster whose directory is gone end, and its pods with them")
  func abandoned() throws {
    let cluster = try KubeCluster()
    let root = "/tmp/dklab-gone-\(UInt32.random(in: 0 ... .max))"
    defer {
      _ = Sandbox.run(["system", "reset", "--all", "--yes"], environment: ["DKLAB_ROOT": root])
      try? Directory.removeTree(root)
      try? Directory.removeTree(cluster.home)
    }
    let environment = cluster.environment.merging(["DKLAB_ROOT": root]) { $1 }
    for line in [
      ["images", "bootstrap", "--quick"], ["kube", "up", "--name", cluster.name],
    ] {
      let result = Sandbox.run(line, environment: environment, seconds: 120)
      try #require(result.status == 0, "\(result)")
    }
    func run(_ line: String) -> Sandbox.Output {
      Sandbox.run(
        line.split(separator: " ").map(String.init), program: cluster.kubectl,
        environment: environment, seconds: 120)
    }
    #expect(run("run box --image=busybox --command -- sleep 100000").status == 0)
    let ready = run("wait --for=condition=Ready pod/box --timeout=60s")
    #expect(ready.status == 0, "\(ready)")
    func living() -> [String] {
      ((try? Directory.list("/proc")) ?? []).filter { process in
        guard Int(process) != nil, let line = try? File.text("/proc/\(process)/cmdline") else {
          return false
        }
        return line.contains(cluster.name) && line.contains("dklab")
      }
    }
    #expect(living().count > 4)
    try Directory.removeTree("\(root)/kube/\(cluster.name)")
    #expect(eventually(within: 60) { living().isEmpty }, "\(living())")
  }

  @Test("a pod whose last deletion is refused goes when nobody refuses any more")
  func refusedEnd() throws {
    try inCluster { cluster in
      cluster.apply(
        """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: stay}
        spec:
          matchConstraints:
            resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [DELETE], resources: [pods]}]
          matchConditions: [{name: second, expression: "has(oldObject.metadata.deletionTimestamp)"}]
          validations: [{expression: "false", message: not yet}]
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicyBinding
        metadata: {name: stay}
        spec: {policyName: stay, validationActions: [Deny]}
        """ + "\n" + pod("kept", "sleep 1000", spec: "restartPolicy: Never")
          + pod("other", "sleep 1000"))
      cluster.wait("--for=condition=Ready pod/kept pod/other")
      #expect(cluster.kubectl("delete pod kept --wait=false --grace-period=1").status == 0)
      // Its containers are gone, and it is not; the node goes on with others meanwhile.
      let place = cluster.environment.merging(["DKLAB_INSTANCE": "kube-\(cluster.name)"]) { $1 }
      let isStopped = eventually(within: 60) {
        let left = Sandbox.run(["ps", "-a"], environment: place, seconds: 120)
        return left.output.contains("k8s_main_other") && !left.output.contains("k8s_main_kept")
      }
      #expect(isStopped)
      cluster.apply(pod("later", "sleep 1000"))
      cluster.wait("--for=condition=Ready pod/later")
      #expect(cluster.kubectl("get pod kept").status == 0)
      #expect(cluster.kubectl("delete validatingadmissionpolicybinding stay").status == 0)
      cluster.wait("--for=delete pod/kept")
    }
  }
}
