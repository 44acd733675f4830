import Documents
import Kube
import Support

/// `kube.exists: {object: deployment/web, namespace: shop}`
struct KubeExists: ClusterCheck {
  static let type = "kube.exists"
  static let shorthand: String? = "object"
  let object: ClusterObject
  var cluster: String? { object.cluster }

  init(_ fields: inout Fields) { object = ClusterObject(&fields) }

  var sentence: Text {
    Text(
      "there is `\(object.text)`\(object.place.en)",
      ko: "\(object.place.ko)`\(object.text)`이(가) 있습니다")
  }
  var look: String { "kubectl get \(object.kind.plural)\(object.flag)" }

  func judge(_ facts: ClusterFacts, _ snapshot: Snapshot) -> Finding {
    guard let found = facts.find(object.kind, object.namespace, object.name) else {
      return fail(MissingObject.found(object), MissingObject.causes(object, facts, snapshot))
    }
    guard !found.isBeingDeleted else {
      return fail(
        Text("it is being deleted", ko: "삭제되는 중"), [MissingObject.terminating(object.text)])
    }
    return .pass(found: Text(object.text, ko: object.text))
  }
}

/// `kube.absent: {object: pod/lonely}`
struct KubeAbsent: ClusterCheck {
  static let type = "kube.absent"
  static let shorthand: String? = "object"
  let object: ClusterObject
  var cluster: String? { object.cluster }

  init(_ fields: inout Fields) { object = ClusterObject(&fields) }

  var sentence: Text {
    Text(
      "there is no `\(object.text)`\(object.place.en)",
      ko: "\(object.place.ko)`\(object.text)`이(가) 없습니다"
    )
  }
  var look: String { "kubectl get \(object.kind.plural)\(object.flag)" }

  func judge(_ facts: ClusterFacts, _ snapshot: Snapshot) -> Finding {
    guard let found = facts.find(object.kind, object.namespace, object.name) else {
      return .pass(found: Text("gone", ko: "없음"))
    }
    let owner = found.controllerReference
    let causes: [Cause] =
      if found.isBeingDeleted {
        [MissingObject.terminating(object.text)]
      } else if let owner {
        [
          Cause(
            "kube.owned",
            "\(owner.text("kind")) `\(owner.text("name"))` made it, and makes another one for it",
            ko: "\(owner.text("kind")) `\(owner.text("name"))`이(가) 만들었고, 지우면 다시 만듭니다")
        ]
      } else {
        [
          Cause(
            "kube.not-deleted", "nobody has deleted it", ko: "삭제한 적이 없습니다")
        ]
      }
    return fail(Text("it is there", ko: "있음"), causes)
  }
}

/// `kube.value: {object: service/web, path: spec.selector.app, is: web}`
struct KubeValue: ClusterCheck {
  static let type = "kube.value"
  let object: ClusterObject
  var cluster: String? { object.cluster }
  let path: ValuePath
  let comparison: Comparison

  init(_ fields: inout Fields) {
    object = ClusterObject(&fields)
    path = ValuePath.required("path", &fields)
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "`\(path.source)` of `\(object.text)`\(object.place.en) is \(comparison.text.en)",
      ko: "\(object.place.ko)`\(object.text)`의 `\(path.source)`은(는) \(comparison.text.ko)입니다")
  }
  var look: String { "kubectl get \(object.text)\(object.flag) -o yaml" }

  func judge(_ facts: ClusterFacts, _ snapshot: Snapshot) -> Finding {
    guard let found = facts.find(object.kind, object.namespace, object.name) else {
      return fail(MissingObject.found(object), MissingObject.causes(object, facts, snapshot))
    }
    let value = path.value(in: found) ?? .null
    let shown = Text(value.quoted, ko: value.quoted)
    guard !comparison.holds(for: value) else { return .pass(found: shown) }
    // The specification is the student's own, the status somebody else's answer to it.
    if path.source.hasPrefix("spec") {
      return fail(
        shown,
        [
          Cause(
            "kube.ordered", "that is what was ordered: the object itself says so",
            ko: "그렇게 지시했습니다. 객체에 그렇게 적혀 있습니다")
        ])
    }
    return fail(shown, path.source.hasPrefix("status") ? Unready.causes(found, facts) : [])
  }
}
