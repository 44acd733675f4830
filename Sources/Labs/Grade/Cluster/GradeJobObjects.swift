// The objects that one submission becomes on a cluster: a Job whose pod runs `dklab lab __parcel`, and the
// Secrets it reads. Pure. The Job owns the Secrets, so that whoever deletes it (we, or the cluster an hour
// after its end when nobody came back) deletes all of it.
//
// Simplification: the pod is privileged, because a sandbox is made of namespaces and mounts, and what the
// narrower permissions for that are called differs from cluster to cluster. What runs in the sandbox is
// nobody: its user namespace holds ids that belong to no one. The pod has no token for the API server.

import Documents
import Kube
import Support

/// Makes the objects of one run.
struct GradeJobObjects: Sendable, Hashable {
  /// The run: everything that decides about its results, as a word.
  let run: String
  let image: String
  let limits: GradeSandbox.Limits

  static let manager = "dklab-grade"
  static let container = "grade"
  private static let managedBy = "app.kubernetes.io/managed-by"
  private static let runLabel = "dklab.io/grade-run"
  private static let taskLabel = "dklab.io/grade-task"
  /// The container needs some memory besides the sandbox.
  private static let overhead: Int64 = 512 << 20
  /// Seconds for what is not the sandbox: unpacking the images, the worker's own deadline.
  private static let grace = 180
  /// How often a Job tries again.
  private static let retries = 2
  /// Seconds that a Job stays when nobody comes for it.
  private static let lifetime = 3600

  /// What all objects of the run are found by.
  var selector: String { "\(Self.managedBy)=\(Self.manager),\(Self.runLabel)=\(run)" }

  /// The same for one submission.
  func selector(of task: String) -> String { "\(selector),\(Self.taskLabel)=\(task)" }

  /// The name of a submission's Job, by its file's name and content.
  static func name(run: String, file: String, digest: String) throws -> String {
    "dklab-grade-" + (try LabBundle.digest(Array("\(run)\n\(file)\n\(digest)".utf8)).hex.prefix(20))
  }

  /// Which submission an object belongs to.
  static func task(of object: JSONValue) -> String { object.labels[taskLabel] ?? "" }

  private func metadata(_ name: String, _ task: String) -> JSONValue {
    [
      "name": .string(name),
      "labels": [
        Self.managedBy: .string(Self.manager), Self.runLabel: .string(run),
        Self.taskLabel: .string(task),
      ],
    ]
  }

  static func secretName(_ task: String, _ number: Int) -> String { "\(task)-\(number)" }

  /// The Secrets of `task`, one for each dictionary of files.
  func secrets(_ task: String, _ contents: [[String: [UInt8]]]) -> [JSONValue] {
    contents.enumerated().map { number, files in
      let data = files.sorted { $0.key < $1.key }.map { name, bytes in
        (name, JSONValue.string(Base64.text(bytes)))
      }
      return [
        "apiVersion": "v1", "kind": "Secret",
        "metadata": metadata(Self.secretName(task, number), task),
        "data": .object(JSONObject(data)),
      ]
    }
  }

  /// The change that gives a Secret to its Job.
  static func owned(by job: JSONValue) -> JSONValue {
    [
      "metadata": [
        "ownerReferences": [
          [
            "apiVersion": "batch/v1", "kind": "Job", "name": .string(job.name),
            "uid": .string(job.uid),
          ]
        ]
      ]
    ]
  }

  /// The Job of `task`, whose files lie in `secrets` Secrets.
  func job(_ task: String, secrets: Int) -> JSONValue {
    [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata(task, task),
      "spec": [
        "backoffLimit": .integer(Int64(Self.retries)),
        "ttlSecondsAfterFinished": .integer(Int64(Self.lifetime)),
        "podFailurePolicy": [
          "rules": [
            [
              "action": "FailJob",
              "onExitCodes": [
                "containerName": .string(Self.container), "operator": "In",
                "values": [.integer(Int64(GradeParcel.hopelessStatus))],
              ],
            ]
          ]
        ],
        "template": ["metadata": metadata("", task).without("name"), "spec": pod(task, secrets)],
      ],
    ]
  }

  /// A pod like the Jobs' for a trial: what speaks against one speaks against all.
  func trialPod() -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod", "metadata": metadata("dklab-grade-trial", "trial"),
      "spec": pod("trial", 1),
    ]
  }

  private func pod(_ task: String, _ secrets: Int) -> JSONValue {
    let sources = (0..<secrets).map { number -> JSONValue in
      ["secret": ["name": .string(Self.secretName(task, number))]]
    }
    return [
      "restartPolicy": "Never", "automountServiceAccountToken": false,
      "enableServiceLinks": false,
      "activeDeadlineSeconds": .integer(Int64(limits.seconds + Self.grace)),
      "terminationGracePeriodSeconds": 5,
      "containers": [
        [
          "name": .string(Self.container), "image": .string(image),
          "imagePullPolicy": "IfNotPresent",
          "command": ["dklab", "lab", "__parcel", "/parcel"],
          "env": [["name": "DKLAB_ROOT", "value": "/var/lib/dklab"]],
          "securityContext": ["privileged": true],
          "resources": [
            "requests": ["cpu": "500m", "memory": .string("\(limits.memory >> 20)Mi")],
            "limits": ["memory": .string("\((limits.memory + Self.overhead) >> 20)Mi")],
          ],
          "volumeMounts": [
            ["name": "parcel", "mountPath": "/parcel", "readOnly": true],
            // Overlays of overlays of overlays are refused; this is none.
            ["name": "work", "mountPath": "/var/lib/dklab/grading"],
          ],
        ]
      ],
      "volumes": [
        ["name": "parcel", "projected": ["defaultMode": 0o400, "sources": .array(sources)]],
        ["name": "work", "emptyDir": [:]],
      ],
    ]
  }
}

extension JSONValue {
  fileprivate func without(_ key: String) -> JSONValue {
    var copy = self
    copy[key] = nil
    return copy
  }
}
