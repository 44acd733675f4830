import Documents
import Support

/// Says of every version of every group of the API who serves it and whether that one is there.
/// Whether servers that others bring along are there, is for the aggregator to find out.
package struct APIServiceController: Controller {
  package let name = "apiservice-controller"
  package let watches = [Self.bucket, CustomResources.bucket]
  static let bucket = "apiregistration.k8s.io/apiservices"
  static let managed = "kube-aggregator.kubernetes.io/automanaged"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    guard event.object.key.bucket == CustomResources.bucket else { return [event.object.key] }
    let versions = [event.object.value, event.previous?.value ?? .null].flatMap { definition in
      definition.list("spec", "versions").map {
        "\($0.text("name")).\(definition.text("spec", "group"))"
      }
    }
    return Set(versions).sorted().map { ObjectKey(Self.bucket, "", $0) }
  }

  /// What is served here, whether somebody defined it or not: `v1.apps`.
  static func local(_ group: String, _ version: String) -> JSONValue {
    [
      "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
      "metadata": [
        "name": .string("\(version).\(group)"), "labels": [managed: "true"],
      ],
      "spec": [
        "group": .string(group), "version": .string(version),
        "groupPriorityMinimum": group.isEmpty ? 18000 : 1000, "versionPriority": 100,
      ],
    ]
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    let parts = key.name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    guard parts.count == 2 else { return plan }
    let (version, group) = (parts[0], parts[1])
    let isServed =
      ResourceType.builtIn.contains { $0.group == group && $0.version == version }
      || view.objects(CustomResources.bucket).contains { definition in
        definition.text("spec", "group") == group && !definition.isBeingDeleted
          && definition.list("spec", "versions").contains {
            $0.text("name") == version && $0.flag("served")
          }
      }
    guard let service = view.object(key) else {
      if isServed {
        plan.add(
          .create(bucket: Self.bucket, Self.local(group, version), owner: nil),
          Text("\(key.name) is served", ko: "\(key.name)을(를) 제공합니다"))
      }
      return plan
    }
    if service.labels[Self.managed] != nil, !isServed {
      plan.add(
        .delete(bucket: Self.bucket, service, owner: nil),
        Text("nothing serves \(key.name) any more", ko: "\(key.name)을(를) 제공하는 것이 더 없습니다"))
      return plan
    }
    report(service, view, &plan)
    return plan
  }

  private func report(_ service: JSONValue, _ view: ClusterView, _ plan: inout Plan) {
    guard service.at("spec", "service") == nil else { return }
    var new = service
    Conditions.set(
      &new, "Available", status: true, reason: "Local",
      message: "Local APIServices are always available", now: view.timestamp)
    guard new != service else { return }
    plan.add(
      .updateStatus(bucket: Self.bucket, new),
      Text("who serves \(service.name)", ko: "\(service.name)의 제공자를 알립니다"))
  }
}
