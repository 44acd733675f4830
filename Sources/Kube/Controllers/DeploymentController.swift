import Documents
import Support

/// Turns the template of a Deployment into a ReplicaSet and, when the template changes, moves from
/// the old one to the new in steps that keep enough pods available.
///
/// Next: `RollingUpdate.swift`, `DeploymentStatus.swift`
package struct DeploymentController: Controller {
  package let name = "deployment-controller"
  package let watches = ["apps/deployments", "apps/replicasets", "pods"]
  package let width = 5
  static let bucket = "apps/deployments"
  static let sets = "apps/replicasets"
  static let revision = "deployment.kubernetes.io/revision"
  static let hashLabel = "pod-template-hash"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let object = event.object.value
    switch event.object.key.bucket {
    case Self.bucket: return [event.object.key]
    case Self.sets: return ownerKey(object, kind: "Deployment", bucket: Self.bucket)
    default:
      // Recreate waits for the old pods to be gone.
      guard event.kind == .deleted, let owner = object.controllerReference,
        let set = view.object(Self.sets, object.namespace, owner.text("name"))
      else { return [] }
      return ownerKey(set, kind: "Deployment", bucket: Self.bucket)
    }
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let deployment = view.object(key) else { return plan }
    var state = DeploymentState(deployment, view)
    if !deployment.isBeingDeleted {
      adopt(&state, view, &plan)
      if deployment.flag("spec", "paused") {
        state.scaleProportionally(&plan)
      } else if state.isScaling {
        state.scaleProportionally(&plan)
      } else if deployment.text("spec", "strategy", "type") == "Recreate" {
        recreate(&state, view, &plan)
      } else {
        state.ensureNewSet(initial: state.initialReplicas, &plan)
        state.rollUp(&plan)
        state.rollDown(&plan)
      }
      if state.isComplete { state.cleanUp(&plan) }
    }
    state.reportStatus(view, &plan)
    return plan
  }

  /// ReplicaSets without a manager that the selector finds become the deployment's own.
  private func adopt(_ state: inout DeploymentState, _ view: ClusterView, _ plan: inout Plan) {
    let deployment = state.deployment
    guard let selector = LabelSelector(object: deployment.at("spec", "selector")) else { return }
    for set in view.objects(Self.sets, deployment.namespace)
    where set.controllerReference == nil && selector.matches(set.labels) && !set.isBeingDeleted {
      var set = set
      set.set(
        "metadata", "ownerReferences",
        to: .array(
          set.list("metadata", "ownerReferences") + [Pods.reference(to: deployment)]))
      plan.add(
        .update(bucket: Self.sets, set),
        Text(
          "replica set \(set.name) matches the selector and has no controller",
          ko: "레플리카셋 \(set.name)이(가) 셀렉터에 맞는데 컨트롤러가 없습니다"))
    }
  }

  /// Everything old goes before anything new comes.
  private func recreate(_ state: inout DeploymentState, _ view: ClusterView, _ plan: inout Plan) {
    for index in state.old.indices where state.replicas(of: state.old[index]) > 0 {
      state.scaleOld(index, to: 0, &plan)
    }
    let hasOldPods = state.old.contains { set in
      view.owned(by: set, "pods").contains {
        !["Succeeded", "Failed"].contains($0.text("status", "phase"))
      }
    }
    guard !hasOldPods else { return }
    state.ensureNewSet(initial: state.wished, &plan)
    state.scaleNew(to: state.wished, &plan)
  }
}
