import Kubectl
import Support
import Testing

@testable import Commands

/// What grading makes of a cluster's refusals.
@Suite("A cluster that grades")
struct KubectlGradeClusterTests {
  private func id(_ status: Int) -> String? {
    (KubectlGradeCluster.told(ClusterAccess.Failure.refused(status, "no")) as? DklabError)?.id
  }

  @Test("a server that is busy or broken is waited for, and one that refuses is not")
  func passing() {
    for status in [429, 500, 502, 503, 504] {
      #expect(id(status) == "grade.cluster-unreachable", "\(status)")
    }
    for status in [400, 401, 403, 404, 409, 422] {
      #expect(id(status) == "grade.cluster", "\(status)")
    }
    let silent = KubectlGradeCluster.told(ClusterAccess.Failure.unreachable("nobody"))
    #expect((silent as? DklabError)?.id == "grade.cluster-unreachable")
  }

  @Test(
    "a log is not there when the container never ran or the pod is gone, and otherwise it is kept from us"
  )
  func logs() {
    #expect([400, 404].allSatisfy(KubectlGradeCluster.hasNoLog))
    #expect(![401, 403, 405, 409, 429, 500, 503].contains(where: KubectlGradeCluster.hasNoLog))
  }
}
