import Documents
import Support

extension Why {
  /// Why a service leads nowhere.
  func service(_ service: JSONValue) -> Cause? {
    let kind = service.text("spec", "type")
    guard kind != "ExternalName" else { return nil }
    let title = Text(
      "service/\(service.name) leads nowhere", ko: "service/\(service.name)에 연결되는 곳이 없습니다")
    if let failed = event(service, "FailedListen") {
      return Cause(
        Text(
          "service/\(service.name): a node port cannot be opened",
          ko: "service/\(service.name): 노드 포트를 열 수 없습니다"),
        [Cause(Text(failed.text("message"), ko: failed.text("message")))])
    }
    let selector = service.map("spec", "selector")
    guard !selector.isEmpty else { return withoutSelector(service, title) }
    let pods = sorted("pods", service.namespace).filter { pod in
      !["Succeeded", "Failed"].contains(pod.text("status", "phase"))
    }
    let matching = pods.filter { LabelSelector(labels: selector).matches($0.labels) }
    guard !matching.isEmpty else { return Cause(title, [unmatched(selector, pods)]) }
    let ready = matching.filter { Pods.isReady($0) && !$0.isBeingDeleted }
    guard !ready.isEmpty || service.flag("spec", "publishNotReadyAddresses") else {
      return Cause(
        title,
        [
          Cause(
            Text(
              "none of the \(matching.count) pods it selects is ready",
              ko: "셀렉터에 맞는 파드 \(matching.count)개 가운데 준비된 것이 없습니다"),
            matching.prefix(3).compactMap(pod))
        ])
    }
    let wrong = service.list("spec", "ports").compactMap { wrongPort($0, ready) }
    guard !wrong.isEmpty else { return nil }
    return Cause(
      Text(
        "service/\(service.name) leads to a wrong port", ko: "service/\(service.name)의 포트가 맞지 않습니다"),
      wrong)
  }

  private func withoutSelector(_ service: JSONValue, _ title: Text) -> Cause? {
    let own = view.object("endpoints", service.namespace, service.name)
    guard own?.list("subsets").isEmpty ?? true else { return nil }
    return Cause(
      title,
      [
        Cause(
          Text(
            "it has no selector, and nobody has made Endpoints named \(service.name)",
            ko: "셀렉터가 없고, \(service.name)이라는 Endpoints도 없습니다"))
      ])
  }

  /// A selector that matches no pod, and the pods that come nearest.
  private func unmatched(_ selector: [String: String], _ pods: [JSONValue]) -> Cause {
    let text = LabelSelector(labels: selector).description
    let title = Text(
      "its selector \(text) matches none of the \(pods.count) pods of the namespace",
      ko: "셀렉터 \(text)에 맞는 파드가 네임스페이스의 파드 \(pods.count)개 가운데 하나도 없습니다")
    func difference(_ pod: JSONValue) -> [String] {
      selector.filter { pod.labels[$0.key] != $0.value }.sorted { $0.key < $1.key }.map {
        key, value in
        pod.labels[key].map { "\(key)=\($0)" }
          ?? Self.nearKey(key, value, pod.labels).map { "\($0)=\(pod.labels[$0] ?? "")" }
          ?? "no \(key)"
      }
    }
    let near = pods.filter { pod in
      selector.contains { pod.labels[$0.key] != nil }
        || selector.contains { Self.nearKey($0.key, $0.value, pod.labels) != nil }
    }.prefix(3)
    return Cause(
      title,
      near.map { pod in
        let has = difference(pod).joined(separator: ", ")
        return Cause(Text("pod/\(pod.name) has \(has)", ko: "pod/\(pod.name)에는 \(has)"))
      })
  }

  /// A label with the same value under another name, or with a name that is nearly the same.
  private static func nearKey(
    _ key: String, _ value: String, _ labels: [String: String]
  ) -> String? {
    labels.first { $0.value == value && $0.key != "pod-template-hash" }?.key
      ?? Suggestion.nearest(to: key, in: labels.keys.sorted())
  }

  private func wrongPort(_ port: JSONValue, _ pods: [JSONValue]) -> Cause? {
    let shown = port.number("port").map(String.init) ?? "?"
    let targets = pods.map { (pod: $0, number: EndpointsController.targetPort(port, $0)) }
    if let missing = targets.first(where: { $0.number == nil }) {
      let name = port.text("targetPort")
      return Cause(
        Text(
          "port \(shown) leads to the port named \(name), which pod/\(missing.pod.name) does not have",
          ko: "포트 \(shown)은(는) \(name)이라는 이름의 포트로 이어지는데, pod/\(missing.pod.name)에는 그런 포트가 없습니다"),
        declared(missing.pod))
    }
    guard let target = targets.first, let number = target.number else { return nil }
    let ports = target.pod.list("spec", "containers").flatMap { $0.list("ports") }
    // What a pod declares is a note, not a rule: only when it contradicts is it worth saying.
    guard !ports.isEmpty, !ports.contains(where: { $0.number("containerPort") == number }) else {
      return nil
    }
    return Cause(
      Text(
        "port \(shown) leads to port \(number) of its pods",
        ko: "포트 \(shown)은(는) 파드의 포트 \(number)로 이어집니다"),
      declared(target.pod))
  }

  private func declared(_ pod: JSONValue) -> [Cause] {
    let ports = pod.list("spec", "containers").flatMap { $0.list("ports") }.map { port in
      let number = port.number("containerPort").map(String.init) ?? "?"
      return port.text("name").isEmpty ? number : "\(number) (\(port.text("name")))"
    }
    guard !ports.isEmpty else {
      return [
        Cause(
          Text("pod/\(pod.name) declares no ports", ko: "pod/\(pod.name)은(는) 포트를 선언하지 않았습니다"))
      ]
    }
    let list = ports.joined(separator: ", ")
    return [
      Cause(Text("pod/\(pod.name) declares \(list)", ko: "pod/\(pod.name)이(가) 선언한 포트: \(list)"))
    ]
  }
}
