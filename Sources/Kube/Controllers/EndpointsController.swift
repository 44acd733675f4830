import Documents
import Support

/// Says which pods stand behind a service: as EndpointSlices, and as the older Endpoints.
package struct EndpointsController: Controller {
  package let name = "endpointslice-controller"
  package let watches = ["services", "pods", "endpoints", "discovery.k8s.io/endpointslices"]
  static let slices = "discovery.k8s.io/endpointslices"
  private static let serviceLabel = "kubernetes.io/service-name"
  private static let managedBy = "endpointslice-controller.k8s.io"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let object = event.object.value
    switch event.object.key.bucket {
    case "services": return [event.object.key]
    case "pods":
      let before = event.previous?.value.labels
      return view.objects("services", object.namespace).filter { service in
        let selector = service.map("spec", "selector")
        guard !selector.isEmpty else { return false }
        let all = LabelSelector(labels: selector)
        return all.matches(object.labels) || before.map(all.matches) ?? false
      }.map { ObjectKey("services", $0.namespace, $0.name) }
    case "endpoints":
      return event.kind == .added
        ? [] : [ObjectKey("services", object.namespace, object.name)]
    default:
      guard event.kind == .deleted, let name = object.labels[Self.serviceLabel] else { return [] }
      return [ObjectKey("services", object.namespace, name)]
    }
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let service = view.object(key) else {
      if let old = view.object("endpoints", key.namespace, key.name),
        old.annotations["endpoints.kubernetes.io/last-change-trigger-time"] != nil
          || old.labels["endpoints.kubernetes.io/managed-by"] != nil
      {
        plan.add(
          .delete(bucket: "endpoints", old, owner: nil),
          Text("service \(key.name) is gone", ko: "서비스 \(key.name)이(가) 없어졌습니다"))
      }
      return plan
    }
    let selector = service.map("spec", "selector")
    guard !selector.isEmpty, service.text("spec", "type") != "ExternalName",
      !service.isBeingDeleted
    else { return plan }
    let pods = view.objects("pods", service.namespace).filter {
      LabelSelector(labels: selector).matches($0.labels) && Self.isCandidate($0)
    }.sorted { $0.name < $1.name }
    reconcileEndpoints(service, pods, view, &plan)
    reconcileSlices(service, pods, view, &plan)
    return plan
  }

  /// Has an address and is not finished.
  private static func isCandidate(_ pod: JSONValue) -> Bool {
    let phase = pod.text("status", "phase")
    return !pod.text("status", "podIP").isEmpty && phase != "Succeeded" && phase != "Failed"
  }

  /// The number behind a service's port on a pod; nil when the pod has no port of that name.
  static func targetPort(_ port: JSONValue, _ pod: JSONValue) -> Int? {
    if let number = port["targetPort"]?.int { return number }
    let name = port.text("targetPort")
    let containers =
      pod.list("spec", "containers")
      + pod.list("spec", "initContainers").filter { $0.text("restartPolicy") == "Always" }
    for container in containers {
      for candidate in container.list("ports")
      where candidate.text("name") == name
        && candidate.text("protocol") == port.text("protocol")
      {
        return candidate.number("containerPort")
      }
    }
    return nil
  }

  private static func ports(_ service: JSONValue, _ pod: JSONValue) -> [JSONValue] {
    service.list("spec", "ports").compactMap { port in
      guard let number = targetPort(port, pod) else { return nil }
      var result: JSONValue = [
        "port": .integer(Int64(number)), "protocol": port["protocol"] ?? "TCP",
      ]
      if !port.text("name").isEmpty { result["name"] = port["name"] }
      if let protocolName = port["appProtocol"] { result["appProtocol"] = protocolName }
      return result
    }
  }

  private static func target(_ pod: JSONValue) -> JSONValue {
    [
      "kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name),
      "uid": .string(pod.uid),
    ]
  }

  // MARK: Endpoints

  /// In the order of the real controller: by the text of the address, byte by byte.
  private static func sorted(_ addresses: [JSONValue]) -> [JSONValue] {
    addresses.sorted { a, b in
      (a.text("ip"), a.text("targetRef", "uid")) < (b.text("ip"), b.text("targetRef", "uid"))
    }
  }

  private func reconcileEndpoints(
    _ service: JSONValue, _ pods: [JSONValue], _ view: ClusterView, _ plan: inout Plan
  ) {
    let publishesAll = service.flag("spec", "publishNotReadyAddresses")
    var groups: [(ports: JSONValue, ready: [JSONValue], notReady: [JSONValue])] = []
    for pod in pods {
      if pod.isBeingDeleted && !publishesAll { continue }
      let ports = JSONValue.array(Self.ports(service, pod))
      if ports == [] && !service.list("spec", "ports").isEmpty { continue }
      var address: JSONValue = [
        "ip": .string(pod.text("status", "podIP")), "targetRef": Self.target(pod),
      ]
      if !pod.text("spec", "nodeName").isEmpty { address["nodeName"] = pod.at("spec", "nodeName") }
      if pod.text("spec", "subdomain") == service.name, !pod.text("spec", "hostname").isEmpty {
        address["hostname"] = pod.at("spec", "hostname")
      }
      let isReady = publishesAll || Pods.isReady(pod)
      let index = groups.firstIndex { $0.ports == ports } ?? groups.count
      if index == groups.count { groups.append((ports, [], [])) }
      if isReady {
        groups[index].ready.append(address)
      } else {
        groups[index].notReady.append(address)
      }
    }
    let subsets = groups.map { group -> JSONValue in
      var subset: JSONValue = [:]
      if !group.ready.isEmpty { subset["addresses"] = .array(Self.sorted(group.ready)) }
      if !group.notReady.isEmpty {
        subset["notReadyAddresses"] = .array(Self.sorted(group.notReady))
      }
      if group.ports != [] { subset["ports"] = group.ports }
      return subset
    }
    let old = view.object("endpoints", service.namespace, service.name)
    var new: JSONValue =
      old ?? [
        "apiVersion": "v1", "kind": "Endpoints",
        "metadata": ["name": .string(service.name), "namespace": .string(service.namespace)],
      ]
    var labels = service.labels
    labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller"
    if service.text("spec", "clusterIP") == "None" {
      labels["service.kubernetes.io/headless"] = ""
    }
    new.set("metadata", "labels", to: JSONValue(map: labels))
    new["subsets"] = subsets.isEmpty ? nil : .array(subsets)
    guard new != old else { return }
    plan.add(
      old == nil
        ? .create(bucket: "endpoints", new, owner: nil) : .update(bucket: "endpoints", new),
      Self.reason(service, pods))
  }

  private static func reason(_ service: JSONValue, _ pods: [JSONValue]) -> Text {
    let ready = pods.count(where: Pods.isReady)
    return Text(
      "\(pods.count) pods match the selector of \(service.name), \(ready) are ready",
      ko: "\(service.name)의 셀렉터에 맞는 파드는 \(pods.count)개이고 \(ready)개가 준비되었습니다")
  }

  // MARK: EndpointSlices

  private func reconcileSlices(
    _ service: JSONValue, _ pods: [JSONValue], _ view: ClusterView, _ plan: inout Plan
  ) {
    var groups: [(ports: JSONValue, endpoints: [JSONValue])] = []
    for pod in pods {
      let ports = JSONValue.array(
        Self.ports(service, pod).map { port in
          var port = port
          port.setDefault("name", to: "")
          return port
        })
      let index = groups.firstIndex { $0.ports == ports } ?? groups.count
      if index == groups.count { groups.append((ports, [])) }
      groups[index].endpoints.append(Self.endpoint(pod, service))
    }
    // A service always has a slice, if only an empty one.
    if groups.isEmpty { groups = [([], [])] }
    let old = view.objects(Self.slices, service.namespace).filter {
      $0.labels[Self.serviceLabel] == service.name
        && $0.labels["endpointslice.kubernetes.io/managed-by"] == Self.managedBy
    }.sorted { $0.name < $1.name }
    var spare = old
    for group in groups {
      for part in group.endpoints.isEmpty ? [[]] : group.endpoints.chunked(100) {
        let index = spare.firstIndex { ($0["ports"] ?? []) == group.ports } ?? spare.indices.first
        let previous = index.map { spare.remove(at: $0) }
        let new = slice(service, group.ports, part, previous)
        guard new != previous else { continue }
        plan.add(
          previous == nil
            ? .create(bucket: Self.slices, new, owner: nil) : .update(bucket: Self.slices, new),
          Self.reason(service, pods))
      }
    }
    for slice in spare {
      plan.add(
        .delete(bucket: Self.slices, slice, owner: nil),
        Text("the slice holds no endpoints any more", ko: "이 슬라이스에는 엔드포인트가 더 없습니다"))
    }
  }

  private func slice(
    _ service: JSONValue, _ ports: JSONValue, _ endpoints: [JSONValue], _ previous: JSONValue?
  ) -> JSONValue {
    var new: JSONValue =
      previous ?? [
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": [
          "generateName": .string(service.name + "-"), "namespace": .string(service.namespace),
          "ownerReferences": [Pods.reference(to: service)],
        ], "addressType": "IPv4",
      ]
    var labels = service.labels
    labels[Self.serviceLabel] = service.name
    labels["endpointslice.kubernetes.io/managed-by"] = Self.managedBy
    if service.text("spec", "clusterIP") == "None" {
      labels["service.kubernetes.io/headless"] = ""
    }
    new.set("metadata", "labels", to: JSONValue(map: labels))
    new["endpoints"] = .array(endpoints)
    new["ports"] = ports == [] ? nil : ports
    return new
  }

  private static func endpoint(_ pod: JSONValue, _ service: JSONValue) -> JSONValue {
    let isReady = Pods.isReady(pod)
    let publishesAll = service.flag("spec", "publishNotReadyAddresses")
    var endpoint: JSONValue = [
      "addresses": [.string(pod.text("status", "podIP"))],
      "conditions": [
        "ready": .bool(publishesAll || isReady && !pod.isBeingDeleted),
        "serving": .bool(isReady), "terminating": .bool(pod.isBeingDeleted),
      ],
      "targetRef": target(pod),
    ]
    if !pod.text("spec", "nodeName").isEmpty { endpoint["nodeName"] = pod.at("spec", "nodeName") }
    if pod.text("spec", "subdomain") == service.name, !pod.text("spec", "hostname").isEmpty {
      endpoint["hostname"] = pod.at("spec", "hostname")
    }
    return endpoint
  }
}

extension Array {
  /// The elements in runs of at most `size`.
  func chunked(_ size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
