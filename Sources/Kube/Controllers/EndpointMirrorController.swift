import Documents
import Support

/// Endpoints that somebody else writes, for services without a selector, are shown as EndpointSlices
/// too: who reads only those sees all endpoints.
package struct EndpointMirrorController: Controller {
  package let name = "endpointslicemirroring-controller"
  package let watches = ["endpoints", "services", EndpointsController.slices]
  private static let serviceLabel = "kubernetes.io/service-name"
  private static let managerLabel = "endpointslice.kubernetes.io/managed-by"
  private static let manager = "endpointslicemirroring-controller.k8s.io"
  private static let most = 1000

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let object = event.object.value
    if event.object.key.bucket == EndpointsController.slices {
      guard object.labels[Self.managerLabel] == Self.manager,
        let name = object.labels[Self.serviceLabel]
      else { return [] }
      return [ObjectKey("endpoints", object.namespace, name)]
    }
    return [ObjectKey("endpoints", object.namespace, object.name)]
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    let old = view.objects(EndpointsController.slices, key.namespace).filter {
      $0.labels[Self.managerLabel] == Self.manager && $0.labels[Self.serviceLabel] == key.name
    }.sorted { $0.name < $1.name }
    var unused = old
    for slice in wanted(key, view) {
      let same = unused.firstIndex {
        $0["ports"] == slice["ports"] && $0["addressType"] == slice["addressType"]
      }
      guard let same else {
        plan.add(
          .create(bucket: EndpointsController.slices, slice, owner: nil),
          Text("endpoints \(key.name) have no such slice", ko: "\(key.name)에 해당하는 조각이 없습니다"))
        continue
      }
      let present = unused.remove(at: same)
      var new = present
      new["endpoints"] = slice["endpoints"]
      new.set("metadata", "labels", to: slice.at("metadata", "labels"))
      new.set("metadata", "annotations", to: slice.at("metadata", "annotations"))
      if new != present {
        plan.add(
          .update(bucket: EndpointsController.slices, new),
          Text("endpoints \(key.name) have changed", ko: "\(key.name)이(가) 바뀌었습니다"))
      }
    }
    for slice in unused {
      plan.add(
        .delete(bucket: EndpointsController.slices, slice, owner: nil),
        Text("nothing is mirrored there any more", ko: "더 이상 비추는 것이 없습니다"))
    }
    return plan
  }

  /// The slices that there should be.
  private func wanted(_ key: ObjectKey, _ view: ClusterView) -> [JSONValue] {
    guard let endpoints = view.object(key), !endpoints.isBeingDeleted,
      endpoints.labels["endpointslice.kubernetes.io/skip-mirror"] != "true",
      endpoints.annotations["control-plane.alpha.kubernetes.io/leader"] == nil,
      let service = view.object("services", key.namespace, key.name), !service.isBeingDeleted,
      service.map("spec", "selector").isEmpty, service.text("spec", "type") != "ExternalName"
    else { return [] }
    var result: [JSONValue] = []
    for subset in endpoints.list("subsets") {
      let parts =
        subset.list("addresses").map { ($0, true) }
        + subset.list("notReadyAddresses").map { ($0, false) }
      let byFamily = Dictionary(grouping: parts) { $0.0.text("ip").contains(":") }
      for (isIPv6, members) in byFamily.sorted(by: { !$0.key && $1.key }) {
        let all = members.prefix(Self.most).map { Self.endpoint($0.0, isReady: $0.1) }
        let ports = subset["ports"] ?? []
        // What differs only in its addresses is one slice.
        let same = result.firstIndex {
          $0["ports"] == ports && $0.text("addressType") == (isIPv6 ? "IPv6" : "IPv4")
        }
        if let same {
          result[same]["endpoints"] = .array(result[same].list("endpoints") + all)
        } else {
          result.append(Self.slice(endpoints, ports, isIPv6, all))
        }
      }
    }
    return result
  }

  private static func slice(
    _ endpoints: JSONValue, _ ports: JSONValue, _ isIPv6: Bool, _ members: [JSONValue]
  ) -> JSONValue {
    let labels = endpoints.labels.merging([serviceLabel: endpoints.name, managerLabel: manager]) {
      $1
    }
    let annotations = endpoints.annotations.filter {
      ![
        "kubectl.kubernetes.io/last-applied-configuration",
        "endpoints.kubernetes.io/last-change-trigger-time",
      ].contains($0.key)
    }
    var slice: JSONValue = [
      "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
      "metadata": [
        "generateName": .string("\(endpoints.name)-"),
        "namespace": .string(endpoints.namespace), "labels": JSONValue(map: labels),
        "ownerReferences": [Pods.reference(to: endpoints)],
      ],
      "addressType": isIPv6 ? "IPv6" : "IPv4", "endpoints": .array(members), "ports": ports,
    ]
    if !annotations.isEmpty {
      slice.set("metadata", "annotations", to: JSONValue(map: annotations))
    }
    return slice
  }

  private static func endpoint(_ address: JSONValue, isReady: Bool) -> JSONValue {
    var result: JSONValue = [
      "addresses": [address["ip"] ?? ""], "conditions": ["ready": .bool(isReady)],
    ]
    for key in ["hostname", "nodeName", "targetRef"] {
      if let value = address[key] { result[key] = value }
    }
    return result
  }
}
