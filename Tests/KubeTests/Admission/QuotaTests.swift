import Documents
import HTTP
import Testing

@testable import Kube

@Suite("Quotas")
struct QuotaTests {
  @Test("hold for many who create at once")
  func together() async throws {
    let cluster = try TestCluster()
    try cluster.apply(
      "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {configmaps: 5}}}")
    let made = try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<6 {
        group.addTask {
          try await BlockingWork.run {
            try (0..<20).filter { number in
              do {
                try cluster.create([
                  "apiVersion": "v1", "kind": "ConfigMap",
                  "metadata": ["name": .string("m\(worker)-\(number)")],
                ])
                return true
              } catch let error as APIError where error.code == 403 {
                return false
              }
            }.count
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(made == 5)
    #expect(cluster.api.objects("configmaps", namespace: "default").count == 5)
  }
}
