import Documents
import Testing

@testable import Kube

@Suite("The schema")
struct SchemaTests {
  @Test("holds every kind, with distinct numbers and names in each message")
  func wellFormed() {
    let schema = Schema.builtIn
    #expect(schema.messages.count > 400)
    for message in schema.messages.values {
      let numbers = message.fields.map(\.number).filter { $0 > 0 }
      #expect(Set(numbers).count == numbers.count, "\(message.name)")
      let names = message.jsonFields.map(\.name)
      #expect(Set(names).count == names.count, "\(message.name)")
      for field in message.jsonFields {
        for key in field.listMapKeys + (field.mergeKey.map { [$0] } ?? []) {
          #expect(field.type.message?.field(key) != nil, "\(message.name).\(field.name): \(key)")
        }
      }
    }
  }

  @Test("puts inline fields in their parent's place")
  func inline() throws {
    let volume = Schema.builtIn.message("core.Volume")
    #expect(volume.field("configMap") != nil)
    #expect(volume.field("volumeSource") == nil)
    #expect(volume.field(number: 2)?.isInline == true)
  }

  @Test("serves 59 resources in 1.32's groups and more, each under one address and kind")
  func resources() {
    let types = ResourceType.builtIn
    #expect(types.count >= 55)
    #expect(Set(types.map { "\($0.apiVersion)/\($0.plural)" }).count == types.count)
    #expect(Set(types.map { "\($0.apiVersion)/\($0.kind)" }).count == types.count)
    let all = types.filter { $0.categories.contains("all") && $0.storedAs == nil }
    #expect(
      Set(all.map(\.plural)) == [
        "pods", "replicationcontrollers", "services", "daemonsets", "deployments", "replicasets",
        "statefulsets", "horizontalpodautoscalers", "cronjobs", "jobs",
      ])
  }
}
