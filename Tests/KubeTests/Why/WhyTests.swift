import Documents
import Support
import Testing

@testable import Kube

@Suite("Why something is not ready")
struct WhyTests {
  private func pod(
    _ name: String, labels: JSONValue = ["app": "web"], status: JSONValue, _ spec: JSONValue = [:]
  ) -> JSONValue {
    var pod: JSONValue = [
      "metadata": [
        "name": .string(name), "namespace": "default", "uid": .string(name), "labels": labels,
      ],
      "spec": [
        "nodeName": "n", "containers": [["name": "c", "image": "web:1"]],
      ], "status": status,
    ]
    for (key, value) in spec.object ?? [:] { pod.set("spec", key, to: value) }
    return pod
  }

  private static let ready: JSONValue = [
    "phase": "Running", "conditions": [["type": "Ready", "status": "True"]],
  ]
  private static let node: JSONValue = [
    "metadata": ["name": "n"],
    "status": ["conditions": [["type": "Ready", "status": "True"]]],
  ]

  private func lines(
    _ bucket: String, _ object: JSONValue, _ objects: [String: [JSONValue]] = [:]
  ) -> [String] {
    var all = objects
    all["nodes"] = all["nodes"] ?? [Self.node]
    all[bucket, default: []].append(object)
    return Why(ClusterView(all, now: 0)).cause(bucket, object)?.lines(.en) ?? []
  }

  private func waiting(_ reason: String, _ message: String = "") -> JSONValue {
    [
      "phase": "Pending",
      "containerStatuses": [
        [
          "name": "c", "ready": false, "restartCount": 3,
          "state": ["waiting": ["reason": .string(reason), "message": .string(message)]],
          "lastState": ["terminated": ["exitCode": 127, "reason": "Error"]],
        ]
      ],
    ]
  }

  @Test("nothing is said of what is ready or done")
  func fine() {
    #expect(lines("pods", pod("p", status: Self.ready)).isEmpty)
    #expect(lines("pods", pod("p", status: ["phase": "Succeeded"])).isEmpty)
  }

  @Test("a pod that no node takes: each reason by itself")
  func unschedulable() {
    let message =
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {k: v}. "
      + "preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod."
    let status: JSONValue = [
      "phase": "Pending",
      "conditions": [
        ["type": "PodScheduled", "status": "False", "message": .string(message)]
      ],
    ]
    let said = lines("pods", pod("p", status: status, ["nodeName": ""]))
    #expect(
      said == [
        "pod/p is not ready", "  └─ no node has been chosen for it",
        "     └─ 1 Insufficient cpu", "     └─ 1 node(s) had untolerated taint {k: v}",
      ])
    let unseen = lines("pods", pod("p", status: ["phase": "Pending"], ["nodeName": ""]))
    #expect(unseen.contains { $0.contains("no scheduler has looked at it") })
  }

  @Test("images, missing objects and crashing programs are told apart")
  func containers() {
    let image = lines("pods", pod("p", status: waiting("ImagePullBackOff", "no such image")))
    #expect(image[1] == "  └─ container c: its image web:1 cannot be had (ImagePullBackOff)")
    #expect(image.last == "     └─ no such image")
    let config = lines(
      "pods",
      pod("p", status: waiting("CreateContainerConfigError", "configmap \"app\" not found")))
    #expect(config.last == "     └─ configmap \"app\" not found")
    let crash = lines("pods", pod("p", status: waiting("CrashLoopBackOff", "back-off")))
    #expect(crash[1].contains("CrashLoopBackOff, 3 restarts"))
    #expect(crash.last == "     └─ its last exit code was 127: its command was not found")
  }

  @Test("a container killed for its memory names the limit")
  func memory() {
    var status = waiting("CrashLoopBackOff")
    status["containerStatuses"] = [
      [
        "name": "c", "ready": false, "restartCount": 1,
        "state": ["waiting": ["reason": "CrashLoopBackOff"]],
        "lastState": ["terminated": ["exitCode": 137, "reason": "OOMKilled"]],
      ]
    ]
    let limited: JSONValue = [
      "containers": [["name": "c", "resources": ["limits": ["memory": "64Mi"]]]]
    ]
    let said = lines("pods", pod("p", status: status, limited))
    #expect(said.last?.contains("its limit of 64Mi") ?? false)
  }

  @Test("a probe that fails: what it asks, what it heard, and that the port is another one")
  func probe() {
    let status: JSONValue = [
      "phase": "Running",
      "containerStatuses": [
        ["name": "c", "ready": false, "started": true, "state": ["running": [:]]]
      ],
    ]
    let spec: JSONValue = [
      "containers": [
        [
          "name": "c", "ports": [["containerPort": 8080]],
          "readinessProbe": ["httpGet": ["path": "/ok", "port": 80]],
        ]
      ]
    ]
    let event: JSONValue = [
      "metadata": ["namespace": "default"], "reason": "Unhealthy",
      "message": "Readiness probe failed: refused", "involvedObject": ["uid": "p"],
    ]
    let said = lines("pods", pod("p", status: status, spec), ["events": [event]])
    #expect(said[2].contains("readinessProbe has not succeeded: GET :80/ok"))
    #expect(said[3].contains("Readiness probe failed: refused"))
    #expect(said[4].contains("it asks port 80; the container declares 8080"))
  }

  @Test("a node that does not report explains its pods")
  func node() {
    let silent: JSONValue = [
      "metadata": ["name": "n"],
      "status": [
        "conditions": [
          ["type": "Ready", "status": "Unknown", "message": "Kubelet stopped posting node status."]
        ]
      ],
    ]
    let said = lines(
      "pods", pod("p", status: ["phase": "Running"]), ["nodes": [silent]])
    #expect(said[1] == "  └─ node n is not ready")
  }

  @Test("a service whose selector matches nothing names the pod that comes nearest")
  func selector() {
    let service = ServiceObjects.service("web", ["selector": ["app": "web"]])
    let other = pod("p", labels: ["app": "wbe", "tier": "front"], status: Self.ready)
    let said = lines("services", service, ["pods": [other]])
    #expect(said[1].contains("its selector app=web matches none of the 1 pods"))
    #expect(said[2] == "     └─ pod/p has app=wbe")
    let renamed = pod("q", labels: ["name": "web"], status: Self.ready)
    #expect(lines("services", service, ["pods": [renamed]])[2] == "     └─ pod/q has name=web")
  }

  @Test("a service with pods that are not ready goes on to them; one with a wrong port says which")
  func ports() {
    let service = ServiceObjects.service("web", ["selector": ["app": "web"]])
    let waitingPod = pod("p", status: waiting("ErrImagePull", "gone"))
    let said = lines("services", service, ["pods": [waitingPod]])
    #expect(said[1].contains("none of the 1 pods it selects is ready"))
    #expect(said.last == "           └─ gone")
    let spec: JSONValue = ["containers": [["name": "c", "ports": [["containerPort": 80]]]]]
    let wrong = lines("services", service, ["pods": [pod("p", status: Self.ready, spec)]])
    #expect(wrong[1] == "  └─ port 80 leads to port 8080 of its pods")
    #expect(wrong[2] == "     └─ pod/p declares 80")
    let right: JSONValue = ["containers": [["name": "c", "ports": [["containerPort": 8080]]]]]
    #expect(lines("services", service, ["pods": [pod("p", status: Self.ready, right)]]).isEmpty)
  }

  @Test("a deployment leads through its replica set to what is wrong with its pods, told once")
  func deployment() {
    let deployment: JSONValue = [
      "metadata": ["name": "web", "namespace": "default", "uid": "d"], "spec": ["replicas": 2],
      "status": ["updatedReplicas": 2, "replicas": 2],
    ]
    func owned(_ object: JSONValue, by kind: String, _ name: String, uid: String) -> JSONValue {
      var object = object
      object.set(
        "metadata", "ownerReferences",
        to: [
          ["kind": .string(kind), "name": .string(name), "uid": .string(uid), "controller": true]
        ])
      return object
    }
    let set: JSONValue = [
      "metadata": ["name": "web-1", "namespace": "default", "uid": "r"], "spec": ["replicas": 2],
      "status": ["replicas": 2],
    ]
    let pods = ["a", "b"].map {
      owned(pod($0, status: waiting("ErrImagePull", "gone")), by: "ReplicaSet", "web-1", uid: "r")
    }
    let said = lines(
      "apps/deployments", deployment,
      ["apps/replicasets": [owned(set, by: "Deployment", "web", uid: "d")], "pods": pods])
    #expect(said[0] == "deployment/web: 0 of 2 pods are ready")
    #expect(said[1] == "  └─ replicaset/web-1: 0 of 2 pods are ready")
    #expect(said[2] == "     └─ pod/a is not ready (and 1 more)")
  }

  @Test("both languages have every sentence")
  func languages() {
    let cause = Why(ClusterView(["nodes": [Self.node]], now: 0)).cause(
      "pods", pod("p", status: waiting("ImagePullBackOff", "x")))
    #expect(cause?.lines(.ko).first == "pod/p이(가) 준비되지 않았습니다")
  }
}
