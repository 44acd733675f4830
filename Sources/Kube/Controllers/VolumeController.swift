// Claims and volumes find each other here: a claim without a volume takes the smallest one that has all it
// asks for, and both write the other's name down. A volume whose claim is gone is Released: nobody else gets
// it, because what the first one wrote is still on it.
//
// Simplification: volumes are made by people, not by classes; a claim of a class with a provisioner waits for
// somebody to make one. With `persistentVolumeReclaimPolicy: Delete` the object goes and the files stay.
//
// Next: PodVolumes.swift

import Documents
import Support

/// Binds claims to volumes, and keeps both as long as they are used.
package struct VolumeController: Controller {
  package let name = "persistentvolume-controller"
  package let watches = [Self.volumes, Self.claims, "pods"]
  private static let volumes = "persistentvolumes"
  private static let claims = "persistentvolumeclaims"
  private static let claimGuard = "kubernetes.io/pvc-protection"
  private static let volumeGuard = "kubernetes.io/pv-protection"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let object = event.object.value
    switch event.object.key.bucket {
    case Self.claims:
      let volume = object.text("spec", "volumeName")
      return [event.object.key] + (volume.isEmpty ? [] : [ObjectKey(Self.volumes, "", volume)])
    case Self.volumes:
      let waiting = view.objects(Self.claims).filter {
        let bound = $0.text("spec", "volumeName")
        return bound.isEmpty || bound == object.name
      }
      return [event.object.key] + waiting.map { ObjectKey(Self.claims, $0.namespace, $0.name) }
    default:
      return Self.claimNames(object).map { ObjectKey(Self.claims, object.namespace, $0) }
    }
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let object = view.object(key) else { return plan }
    if key.bucket == Self.claims {
      claim(object, view, &plan)
    } else if key.bucket == Self.volumes {
      volume(object, view, &plan)
    }
    return plan
  }

  private static func claimNames(_ pod: JSONValue) -> [String] {
    pod.list("spec", "volumes").map { $0.text("persistentVolumeClaim", "claimName") }
      .filter { !$0.isEmpty }
  }

  // MARK: Claims

  private func claim(_ claim: JSONValue, _ view: ClusterView, _ plan: inout Plan) {
    let users = view.objects("pods", claim.namespace).filter {
      Self.claimNames($0).contains(claim.name) && Pods.isActive($0)
    }
    if claim.isBeingDeleted {
      if users.isEmpty {
        release(
          claim, Self.claims, Self.claimGuard, &plan, Text("no pod uses it", ko: "쓰는 파드가 없습니다"))
      }
      return
    }
    var held = claim
    let isHeld = !Self.hold(&held, Self.claimGuard)
    let wanted = claim.text("spec", "volumeName")
    if !wanted.isEmpty, let volume = view.object(Self.volumes, "", wanted) {
      guard Self.isFree(volume, for: claim) else { return }
      return bind(held, volume, &plan)
    }
    if claim.text("status", "phase") == "Bound" { return lose(claim, wanted, &plan) }
    if !isHeld {
      plan.add(
        .update(bucket: Self.claims, held), Text("it may be used", ko: "쓰는 파드가 있을 수 있습니다"))
    }
    guard wanted.isEmpty else { return }
    guard let volume = bestVolume(for: claim, view) else {
      return explain(claim, users, view, &plan)
    }
    bind(held, volume, &plan)
  }

  /// The smallest volume that has all that a claim asks for.
  private func bestVolume(for claim: JSONValue, _ view: ClusterView) -> JSONValue? {
    let needed = Quantity(claim.text("spec", "resources", "requests", "storage")) ?? Quantity(0)
    let selector = claim.at("spec", "selector").flatMap { LabelSelector(object: $0) }
    let modes = Set(claim.list("spec", "accessModes").compactMap(\.string))
    func size(_ volume: JSONValue) -> Quantity {
      Quantity(volume.text("spec", "capacity", "storage")) ?? Quantity(0)
    }
    func mode(_ object: JSONValue) -> String {
      let mode = object.text("spec", "volumeMode")
      return mode.isEmpty ? "Filesystem" : mode
    }
    return view.objects(Self.volumes).filter { volume in
      Self.isFree(volume, for: claim) && !volume.isBeingDeleted
        && volume.text("spec", "storageClassName") == claim.text("spec", "storageClassName")
        && modes.isSubset(of: volume.list("spec", "accessModes").compactMap(\.string))
        && mode(volume) == mode(claim) && size(volume) >= needed
        && selector?.matches(volume.labels) ?? true
    }.min { left, right in
      // One that was set aside for this very claim goes before all others.
      let isMine = left.at("spec", "claimRef") != nil
      if isMine != (right.at("spec", "claimRef") != nil) { return isMine }
      return size(left) == size(right) ? left.name < right.name : size(left) < size(right)
    }
  }

  /// Whether a volume belongs to nobody, or to this claim.
  private static func isFree(_ volume: JSONValue, for claim: JSONValue) -> Bool {
    guard let reference = volume.at("spec", "claimRef") else { return true }
    let uid = reference.text("uid")
    return reference.text("name") == claim.name && reference.text("namespace") == claim.namespace
      && (uid.isEmpty || uid == claim.uid)
  }

  private func bind(_ claim: JSONValue, _ volume: JSONValue, _ plan: inout Plan) {
    let reason = Text(
      "\(volume.name) has what \(claim.qualifiedName) asks for",
      ko: "\(volume.name)에 \(claim.qualifiedName)이(가) 요청한 것이 있습니다")
    if volume.text("spec", "claimRef", "uid") != claim.uid {
      var new = volume
      new.set(
        "spec", "claimRef",
        to: [
          "kind": "PersistentVolumeClaim", "apiVersion": "v1",
          "namespace": .string(claim.namespace),
          "name": .string(claim.name), "uid": .string(claim.uid),
          "resourceVersion": .string(claim.resourceVersion),
        ])
      new.set("metadata", "annotations", "pv.kubernetes.io/bound-by-controller", to: "yes")
      // The claim follows when this is written: whoever is second finds the volume taken.
      return plan.add(.update(bucket: Self.volumes, new), reason)
    }
    var new = claim
    let isChosenHere = claim.text("spec", "volumeName").isEmpty
    new.set("spec", "volumeName", to: .string(volume.name))
    new.set("metadata", "annotations", "pv.kubernetes.io/bind-completed", to: "yes")
    if isChosenHere {
      new.set("metadata", "annotations", "pv.kubernetes.io/bound-by-controller", to: "yes")
    }
    if new["spec"] != claim["spec"]
      || claim.annotations["pv.kubernetes.io/bind-completed"] == nil
    {
      plan.add(.update(bucket: Self.claims, new), reason)
    }
    new.set("status", "phase", to: "Bound")
    new.set("status", "accessModes", to: volume.at("spec", "accessModes"))
    new.set("status", "capacity", to: volume.at("spec", "capacity"))
    if new["status"] != claim["status"] {
      plan.add(.updateStatus(bucket: Self.claims, new), reason)
    }
  }

  private func lose(_ claim: JSONValue, _ volume: String, _ plan: inout Plan) {
    var new = claim
    new.set("status", "phase", to: "Lost")
    plan.add(
      .updateStatus(bucket: Self.claims, new),
      Text("volume \(volume) is gone", ko: "볼륨 \(volume)이(가) 없어졌습니다"))
    plan.add(
      .record(
        EventNote(
          claim, "ClaimLost",
          "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
          from: name, isWarning: true)), Text("tell about it", ko: "알립니다"))
  }

  /// Says why a claim waits.
  private func explain(
    _ claim: JSONValue, _ users: [JSONValue], _ view: ClusterView, _ plan: inout Plan
  ) {
    let wanted = claim.text("spec", "storageClassName")
    let found = view.object("storage.k8s.io/storageclasses", "", wanted)
    let provisioner = found?.text("provisioner") ?? ""
    var (reason, message, isWarning) = ("FailedBinding", "", false)
    if wanted.isEmpty {
      message = "no persistent volumes available for this claim and no storage class is set"
    } else if found == nil {
      (reason, isWarning) = ("ProvisioningFailed", true)
      message = "storageclass.storage.k8s.io \"\(wanted)\" not found"
    } else if provisioner == "kubernetes.io/no-provisioner" {
      guard !users.isEmpty || found?.text("volumeBindingMode") != "WaitForFirstConsumer" else {
        reason = "WaitForFirstConsumer"
        message = "waiting for first consumer to be created before binding"
        return note(claim, reason, message, isWarning, &plan)
      }
      message = "no persistent volumes available for this claim and no storage class is set"
    } else {
      reason = "ExternalProvisioning"
      message =
        "Waiting for a volume to be created either by the external provisioner '\(provisioner)' or "
        + "manually by the system administrator. If volume creation is delayed, please verify that "
        + "the provisioner is running and correctly registered."
    }
    note(claim, reason, message, isWarning, &plan)
  }

  private func note(
    _ claim: JSONValue, _ reason: String, _ message: String, _ isWarning: Bool, _ plan: inout Plan
  ) {
    plan.add(
      .record(EventNote(claim, reason, message, from: name, isWarning: isWarning)),
      Text("no volume fits", ko: "맞는 볼륨이 없습니다"))
  }

  // MARK: Volumes

  private func volume(_ volume: JSONValue, _ view: ClusterView, _ plan: inout Plan) {
    let reference = volume.at("spec", "claimRef")
    let uid = reference?.text("uid") ?? ""
    let claim = reference.flatMap {
      view.object(Self.claims, $0.text("namespace"), $0.text("name"))
    }
    let isBound = !uid.isEmpty && claim?.uid == uid
    if volume.isBeingDeleted {
      if !isBound {
        release(
          volume, Self.volumes, Self.volumeGuard, &plan, Text("no claim has it", ko: "쓰는 클레임이 없습니다")
        )
      }
      return
    }
    var new = volume
    if Self.hold(&new, Self.volumeGuard) {
      plan.add(
        .update(bucket: Self.volumes, new), Text("it may be claimed", ko: "쓰는 클레임이 있을 수 있습니다"))
    }
    let phase = isBound ? "Bound" : uid.isEmpty ? "Available" : "Released"
    if phase == "Released", volume.text("spec", "persistentVolumeReclaimPolicy") == "Delete" {
      return plan.add(
        .delete(bucket: Self.volumes, volume, owner: nil),
        Text("its claim is gone", ko: "클레임이 없어졌습니다"))
    }
    guard volume.text("status", "phase") != phase else { return }
    new.set("status", "phase", to: .string(phase))
    new.set("status", "lastPhaseTransitionTime", to: .string(view.timestamp))
    plan.add(
      .updateStatus(bucket: Self.volumes, new),
      isBound
        ? Text("its claim is there", ko: "클레임이 있습니다")
        : uid.isEmpty
          ? Text("nobody has claimed it", ko: "아무도 요청하지 않았습니다")
          : Text("its claim is gone", ko: "클레임이 없어졌습니다"))
  }

  // MARK: Finalizers

  /// Adds a finalizer; returns whether it was not there.
  private static func hold(_ object: inout JSONValue, _ finalizer: String) -> Bool {
    let list = object.list("metadata", "finalizers")
    guard !list.contains(.string(finalizer)) else { return false }
    object.set("metadata", "finalizers", to: .array(list + [.string(finalizer)]))
    return true
  }

  private func release(
    _ object: JSONValue, _ bucket: String, _ finalizer: String, _ plan: inout Plan, _ reason: Text
  ) {
    let list = object.list("metadata", "finalizers")
    guard list.contains(.string(finalizer)) else { return }
    var new = object
    new.set("metadata", "finalizers", to: .array(list.filter { $0 != .string(finalizer) }))
    plan.add(.update(bucket: bucket, new), reason)
  }
}
