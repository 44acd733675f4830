import Documents
import Support

/// A Kubernetes cluster, as far as grading needs one. Requests wait for their answers. What the cluster refuses,
/// is thrown as a `DklabError` whose id begins with `grade.cluster`; that it cannot be reached, or is not able to
/// answer for now, as one whose id is `GradeClusterSetting.unreachable`.
package protocol GradeCluster {
  /// The namespace in which everything happens.
  var namespace: String { get }

  /// All objects of a kind with these labels (`a=b,c=d`).
  func list(_ kind: GradeClusterKind, labels: String) throws -> [JSONValue]

  /// Makes an object, and returns it as the server has it; with `isTrial` nothing is kept.
  @discardableResult
  func create(_ kind: GradeClusterKind, _ object: JSONValue, isTrial: Bool) throws -> JSONValue

  /// Changes an object by a merge patch (RFC 7396).
  func patch(_ kind: GradeClusterKind, _ name: String, _ change: JSONValue) throws

  /// Deletes an object and what it owns; one that is gone already is fine.
  func delete(_ kind: GradeClusterKind, _ name: String) throws

  /// What a pod's container has printed; nil when it never ran, or is gone.
  func log(ofPod name: String, container: String) throws -> String?
}

/// The kinds that grading uses.
package enum GradeClusterKind: String, Sendable, CaseIterable {
  case jobs, pods, secrets

  /// The path of its API group.
  package var group: String { self == .jobs ? "/apis/batch/v1" : "/api/v1" }
}

/// Where and how a cluster grades.
package struct GradeClusterSetting {
  package var cluster: any GradeCluster
  /// The image that the pods run: dklab, and the labs' images on its shelf.
  package var image: String
  /// How many Jobs at a time.
  package var window: Int
  /// Milliseconds from one look to the next.
  package var interval: Int64 = 500
  /// Milliseconds that pods may be without a node while none of the run's runs, and that a cluster may be
  /// out of reach.
  package var patience: Int64 = 300_000
  /// Milliseconds that what was deleted may take to be gone.
  package var goodbye: Int64 = 60_000

  /// The id of the error that nobody answers, or that the answer is to come later.
  package static let unreachable = "grade.cluster-unreachable"

  package init(cluster: any GradeCluster, image: String, window: Int?) {
    self.cluster = cluster
    self.image = image
    self.window = window ?? 20
  }
}
